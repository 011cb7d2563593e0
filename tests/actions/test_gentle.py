"""Which gentle action a router offers, when it is tried, and that it is checked like a reboot."""

import pytest

from acs.actions.gentle import GentleSettings, Offer, Parameter, choose, offers
from acs.commands import Command, GentleAction
from acs.facts import CommandConfirmed, TreeRead
from acs.facts import Parameter as Leaf
from diagnostics.verdict import CauseProbability, Verdict
from tests.actions.office import DAY, HOUR, ID, MINUTE, Office

NOW = 1_790_000_000.0
SETTINGS = GentleSettings()
WAN = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.2."


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ([Parameter("Device.WiFi.Reset", "0", True)], {"reset_wifi": ("Device.WiFi.Reset", "1")}),
        ([Parameter("Device.WiFi.Reset", "false")], {"reset_wifi": ("Device.WiFi.Reset", "true")}),
        ([Parameter("Device.WiFi.Reset", "0", False)], {}),
        ([Parameter("Device.WiFi.Radio.1.Reset", "0", True)], {}),
        (
            [
                Parameter("Device.DHCPv4.Client.1.Renew"),
                Parameter("Device.DHCPv4.Client.1.DHCPStatus", "Init"),
                Parameter("Device.DHCPv4.Client.2.Renew"),
                Parameter("Device.DHCPv4.Client.2.DHCPStatus", "Bound"),
            ],
            {"renew_dhcp": ("Device.DHCPv4.Client.2.Renew", "true")},
        ),
        (
            [Parameter(f"{WAN}WANPPPConnection.1.Reset", "0")],
            {"reset_ppp": (f"{WAN}WANPPPConnection.1.Reset", "1")},
        ),
        (
            [Parameter("Device.PPP.Interface.1.Reset"), Parameter("Device.PPP.Interface.2.Reset")],
            {"reset_ppp": ("Device.PPP.Interface.1.Reset", "true")},
        ),
        ([Parameter(f"{WAN}WANIPConnection.1.Reset")], {}),
    ],
)
def test_what_a_tree_offers(tree: list[Parameter], expected: dict[GentleAction, object]) -> None:
    assert offers(tree) == expected


def verdict(cause: str) -> Verdict:
    return Verdict("reboot", 0.9, {"reboot": 0.9}, (CauseProbability(cause, 0.9),), (), (), NOW)


def tried(action: str, *, ago: float = HOUR, state: str = "verified") -> Command:
    arguments: dict[str, object] = {"action": action}
    at = NOW - ago
    return Command("c", "r", "gentle", state, "policy", "", at, at, arguments=arguments)  # type: ignore[arg-type]


PPP, DHCP, WIFI = (Offer(name, "1") for name in ("ppp", "dhcp", "wifi"))
ALL: dict[GentleAction, Offer] = {"reset_ppp": PPP, "renew_dhcp": DHCP, "reset_wifi": WIFI}


@pytest.mark.parametrize(
    ("cause", "offered", "lately", "action"),
    [
        ("F16", ALL, [], "reset_ppp"),
        ("F16", {"renew_dhcp": DHCP}, [], "renew_dhcp"),
        ("F16", ALL, [tried("reset_ppp")], "renew_dhcp"),
        ("F16", ALL, [tried("reset_ppp"), tried("renew_dhcp")], None),
        ("F16", ALL, [tried("reset_ppp", ago=DAY)], "reset_ppp"),
        ("F16", ALL, [tried("reset_ppp", state="refused")], "reset_ppp"),
        ("F04", ALL, [], "reset_wifi"),
        ("F01", ALL, [], None),  # a leak only a reboot mends
        ("F16", {}, [], None),
    ],
)
def test_what_is_tried_before_a_reboot(
    cause: str, offered: dict[GentleAction, Offer], lately: list[Command], action: str | None
) -> None:
    assert choose(verdict(cause), offered, lately, SETTINGS, NOW) == action


def test_a_verdict_without_a_cause_has_no_gentle_action() -> None:
    empty = Verdict("reboot", 0.9, {"reboot": 0.9}, (), (), (), NOW)
    assert choose(empty, ALL, [], SETTINGS, NOW) is None


def offering(office: Office, path: str = "Device.WiFi.Reset") -> None:
    office.commit(
        TreeRead(router_id=ID, at=office.now(), path="", parameters=(Leaf(path, "0", None, True),))
    )


def ask(office: Office, action: str = "reset_wifi") -> Command:
    asked = office.supervisor.propose(
        "gentle", ID, "socket", "a call", consent=True, arguments={"action": action}
    )
    return office.wait(asked)


def test_a_gentle_action_has_the_life_of_a_reboot(office: Office) -> None:
    offering(office)
    office.sample()
    command = ask(office)
    assert (command.state, command.arguments["path"]) == ("queued", "Device.WiFi.Reset")
    assert "complaint" in command.arguments
    assert office.claim() is not None
    office.commit(CommandConfirmed(router_id=ID, at=office.now(), command_id=command.command_id))
    assert office.command(command.command_id).state == "confirmed"
    assert office.propose().state == "queued"  # who cannot wait for its effect reboots
    office.clock.advance(31 * MINUTE)
    office.sample(up=40 * DAY)
    office.sweep()
    after = office.command(command.command_id)
    assert after.state == "verified"
    assert after.outcome is not None
    office.clock.advance(DAY)
    office.sample(up=41 * DAY)
    office.sweep()
    stages = {(row.action, row.stage) for row in office.wait(office.store.learned.tallies(0.0))}
    assert stages == {("reset_wifi", "30m"), ("reset_wifi", "24h")}


def test_what_the_data_model_does_not_offer_is_refused(office: Office) -> None:
    offering(office)
    assert [no.guard for no in ask(office, "renew_dhcp").refusals] == ["offered"]


def test_it_is_guarded_as_a_reboot_is(office: Office) -> None:
    offering(office)
    office.wait(office.store.set_stop(True, "anna", office.now(), "ticket 4711"))
    assert [no.guard for no in ask(office).refusals] == ["kill_switch"]
    office.wait(office.store.set_stop(False, "anna", office.now()))
    command = ask(office)
    assert command.state == "queued"
    assert [no.guard for no in ask(office).refusals] == ["one_at_a_time"]
    office.wait(office.store.set_stop(True, "anna", office.now()))
    assert office.claim() is None  # asked again when it goes out
    assert office.command(command.command_id).state == "refused"


def test_its_budget_is_its_own(office: Office) -> None:
    offering(office)
    for _ in range(2):
        command = ask(office)
        assert command.state == "queued"
        assert office.claim() is not None
        office.confirm(command)
        office.clock.advance(HOUR)
    assert [no.guard for no in ask(office).refusals] == ["router_budget"]
    assert office.propose().state == "queued"


def test_the_policy_tries_it_before_a_reboot(office: Office) -> None:
    """A session that is stuck: the line is up, and nothing gets through."""
    offering(office, "Device.PPP.Interface.1.Reset")
    found = verdict("F16")
    window = office.wait(office.store.windowed(ID))
    assert window is not None
    office.supervisor._judged((False,), ID, found, window)
    for _ in range(3):  # what was read before is delivered with it
        office.commands()
        office.settle()
    (command,) = office.commands()
    assert (command.kind, command.asked_by) == ("gentle", "policy")
    assert command.arguments["action"] == "reset_ppp"


def test_without_an_offer_the_policy_reboots(office: Office) -> None:
    office.sample()
    window = office.wait(office.store.windowed(ID))
    assert window is not None
    office.supervisor._judged((False,), ID, verdict("F16"), window)
    for _ in range(3):  # what was read before is delivered with it
        office.commands()
        office.settle()
    assert [command.kind for command in office.commands()] == ["reboot"]
