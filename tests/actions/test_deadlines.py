"""What time alone does: commands lapse, reboots are verified, incidents begin and end."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from acs.commands import Command
from acs.facts import CommandAnswered, CommandFinished, Sampled
from acs.identity import DeviceId
from acs.storage.schema import commands
from diagnostics.sample import Value
from tests.actions.office import DAY, HOUR, ID, MINUTE, SICK, Office
from tests.diagnostics.conftest import healthy

OfficeWith = Callable[..., Office]


def rebooted(office: Office) -> Command:
    """A reboot that was proposed in a call, sent and confirmed just now."""
    office.call()
    office.sample(SICK)
    command = office.commands()[0] if office.commands() else office.propose()
    assert office.claim() is not None
    office.clock.advance(MINUTE)
    office.confirm(command)
    office.wakes.clear()
    return office.command(command.command_id)


def sibling(number: int) -> DeviceId:
    return DeviceId("Acme", "00AA01", "Box", f"S-{number}")


# --- lapses ---------------------------------------------------------------------------------------


def test_a_command_that_nobody_fetches_expires(office: Office) -> None:
    command = office.propose()
    office.clock.advance(HOUR - 1)
    office.sweep()
    assert office.command(command.command_id).state == "queued"
    office.clock.advance(1)
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.ended_at, after.due_at) == ("expired", office.now(), None)
    assert office.changed == [command.command_id]
    assert office.claim() is None


@pytest.mark.parametrize("answered", [False, True])
def test_a_sent_reboot_becomes_unconfirmed_and_never_goes_out_again(
    office: Office, *, answered: bool
) -> None:
    command = office.propose()
    assert office.claim() is not None
    if answered:
        office.commit(
            CommandAnswered(
                router_id=ID, at=office.now(), command_id=command.command_id, final=False
            )
        )
    office.clock.advance(10 * MINUTE - 1)
    office.sweep()
    assert office.command(command.command_id).state == ("accepted" if answered else "sent")
    office.clock.advance(1)
    office.sweep()
    assert office.command(command.command_id).state == "unconfirmed"
    office.restart()
    for _ in range(5):
        office.clock.advance(HOUR)
        office.sweep()
        assert office.claim() is None
    assert office.command(command.command_id).state == "unconfirmed"


def test_a_router_that_does_not_come_back_raises_the_alarm_and_stops_its_model(
    office: Office,
) -> None:
    command = office.propose()
    assert office.claim() is not None
    office.clock.advance(10 * MINUTE)
    with capture_logs() as logs:
        office.sweep()
    alarms = [e for e in logs if e["event"] == "actions.router_silent"]
    assert [(e["router"], e["command"]) for e in alarms] == [(ID, command.command_id)]
    assert office.tally.counts["silent", ""] == 1
    assert office.tally.standing[3] == 1
    other = sibling(2)
    office.inform(other)
    assert [no.guard for no in office.propose(other.router_id).refusals] == ["model_stopped"]
    office.wait(office.store.learned.resume_model("Box"))
    assert office.propose(other.router_id).state == "queued"


def test_one_that_informed_in_time_or_while_the_server_was_away_raises_no_alarm(
    office: Office,
) -> None:
    office.propose()
    assert office.claim() is not None
    office.clock.advance(MINUTE)
    office.restart()  # nobody was there to be told
    office.clock.advance(9 * MINUTE)
    office.sweep()
    office.inform(sibling(2))
    office.propose(sibling(2).router_id)
    assert office.claim(sibling(2).router_id) is not None
    office.clock.advance(MINUTE)
    office.inform(sibling(2))
    office.clock.advance(10 * MINUTE)
    office.sweep()
    assert {command.state for command in office.commands()} == {"unconfirmed"}
    assert office.tally.counts["silent", ""] == 0


def test_a_late_confirmation_is_still_a_proof_and_is_verified(office: Office) -> None:
    command = office.propose()
    assert office.claim() is not None
    office.clock.advance(HOUR)
    office.sweep()
    office.confirm(command)
    office.clock.advance(30 * MINUTE)
    office.sample(up=30 * MINUTE)
    office.sweep()
    assert office.command(command.command_id).state == "verified"


def test_deadlines_outlive_a_restart(office: Office) -> None:
    command = office.propose()
    office.restart()
    office.clock.advance(HOUR)
    office.sweep()
    assert office.command(command.command_id).state == "expired"


# --- tests that a router carries out --------------------------------------------------------------


def begun_test(office: Office) -> Command:
    """A test that the router accepted; it may take a minute."""
    command = office.propose(kind="diagnostic")
    assert office.claim() is not None
    office.commit(
        CommandAnswered(
            router_id=ID,
            at=office.now(),
            command_id=command.command_id,
            final=False,
            takes=MINUTE,
        )
    )
    office.wakes.clear()
    return command


def test_a_router_that_does_not_tell_the_end_of_a_test_is_woken_once(office: Office) -> None:
    command = begun_test(office)
    office.clock.advance(11 * MINUTE - 1)
    office.sweep()
    assert office.wakes == []
    office.clock.advance(1)
    for _ in range(3):
        office.sweep()
    assert office.wakes == [ID]
    assert office.command(command.command_id).state == "accepted"
    ended = CommandFinished(
        router_id=ID, at=office.now(), command_id=command.command_id, kinds=("diagnostic",)
    )
    office.commit(ended)
    office.sweep()
    assert office.command(command.command_id).state == "done"


def test_a_test_without_an_end_lapses(office: Office) -> None:
    command = begun_test(office)
    office.clock.advance(11 * MINUTE)
    office.sweep()
    office.clock.advance(10 * MINUTE)
    office.sweep()
    assert office.command(command.command_id).state == "accepted"
    office.clock.advance(1)
    office.sweep()
    assert office.command(command.command_id).state == "unconfirmed"
    assert office.propose(kind="diagnostic").state == "queued"


# --- verification ---------------------------------------------------------------------------------


def test_a_confirmed_reboot_is_verified_once_it_has_settled(office: Office) -> None:
    command = rebooted(office)
    office.clock.advance(10 * MINUTE)
    office.sample(up=10 * MINUTE)
    office.sweep()
    assert office.command(command.command_id).state == "confirmed"
    office.clock.advance(25 * MINUTE)
    office.sample(up=35 * MINUTE)
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.outcome) == ("verified", "helped")
    assert after.result["samples"] == 2
    assert after.ended_at == office.now()
    assert office.tally.counts["reboot", "helped"] == 1
    office.changed.clear()
    office.sweep()
    assert office.changed == []  # once
    assert office.wakes == []


def test_a_reboot_that_did_not_help(office: Office) -> None:
    command = rebooted(office)
    office.clock.advance(35 * MINUTE)
    office.sample(SICK, up=35 * MINUTE)
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.outcome) == ("verified", "unchanged")
    assert "dns_proxy" in str(after.result["left"])


def silent_about_names(office: Office) -> None:
    """A sample of a router that shows no test's result."""
    vitals = healthy(office.now(), office.now() - 35 * MINUTE)
    del vitals["sys.dns_proxy_fail"]
    office.commit(Sampled(router_id=ID, at=office.now(), vitals=vitals))


def asked_to_test(office: Office) -> list[Command]:
    return [command for command in office.commands() if command.kind == "diagnostic"]


@pytest.mark.parametrize(("share", "outcome"), [(0.0, "helped"), (0.9, "unchanged")])
def test_a_complaint_that_only_a_test_shows_is_tested(
    office: Office, share: float, outcome: str
) -> None:
    command = rebooted(office)
    office.clock.advance(35 * MINUTE)
    silent_about_names(office)
    for _ in range(3):
        office.sweep()
    (test,) = asked_to_test(office)
    assert (test.asked_by, test.arguments["test"]) == ("verification", "nslookup")
    assert test.arguments["host"] == "example.com"
    assert office.command(command.command_id).state == "confirmed"
    assert office.claim() is not None
    office.clock.advance(MINUTE)  # a test takes a while
    ended = CommandFinished(
        router_id=ID, at=office.now(), command_id=test.command_id, kinds=("diagnostic",)
    )
    vitals: dict[str, Value] = {"sys.dns_proxy_fail": share}
    office.commit(ended, Sampled(router_id=ID, at=office.now(), vitals=vitals))
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.outcome) == ("verified", outcome)
    assert len(asked_to_test(office)) == 1


def test_a_test_that_tells_nothing_leaves_the_outcome_unproven(office: Office) -> None:
    command = rebooted(office)
    office.clock.advance(35 * MINUTE)
    silent_about_names(office)
    office.sweep()
    (test,) = asked_to_test(office)
    office.clock.advance(2 * HOUR)  # nobody fetches it
    office.sweep()
    assert office.command(test.command_id).state == "expired"
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.outcome) == ("verified", None)
    assert "dns_proxy" in str(after.result["unseen"])


def test_without_a_sample_the_router_is_woken_once_and_then_given_up(office: Office) -> None:
    command = rebooted(office)
    office.clock.advance(10 * MINUTE)
    office.sample(up=10 * MINUTE)  # too early to tell
    office.clock.advance(20 * MINUTE)
    for _ in range(10):
        office.sweep()
        office.clock.advance(HOUR)
    assert office.wakes == [ID]
    office.clock.advance(14 * HOUR)
    office.sweep()
    assert office.command(command.command_id).state == "confirmed"
    office.clock.advance(1)
    office.sweep()
    after = office.command(command.command_id)
    assert (after.state, after.outcome) == ("done", None)
    assert office.deadlines._waiting  # until the next sweep
    office.sweep()
    assert not office.deadlines._waiting


def test_those_that_wait_for_a_sample_do_not_keep_others_from_their_deadline(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acs.actions.deadlines._BATCH", 1)
    rebooted(office)
    office.clock.advance(40 * MINUTE)
    office.inform(sibling(2))
    get = office.propose(sibling(2).router_id, "get")
    office.sweep()
    office.clock.advance(HOUR)
    office.sweep()
    assert office.command(get.command_id).state == "expired"


def test_one_command_that_fails_does_not_hold_up_the_others(office: Office) -> None:
    broken = rebooted(office)
    office.inform(sibling(2))
    get = office.propose(sibling(2).router_id, "get")
    office.clock.advance(2 * HOUR)
    office.sample(up=2 * HOUR)
    _spoil(office, broken.command_id)
    with capture_logs() as logs:
        office.sweep()
    failed = [entry for entry in logs if entry["event"] == "actions.command_failed"]
    assert [entry["command"] for entry in failed] == [broken.command_id]
    assert office.command(get.command_id).state == "expired"


def _spoil(office: Office, command_id: str) -> None:
    """Let a row hold a complaint that no release ever wrote."""
    body = msgspec.msgpack.encode({"complaint": {"symptoms": 7}})

    def spoil(connection: Connection) -> None:
        here = commands.c.command_id == command_id
        connection.execute(update(commands).where(here).values(arguments=body))

    office.wait(office.store._write(spoil))


# --- incidents ------------------------------------------------------------------------------------


def test_an_incidents_begin_and_end_judge_its_routers_again(office: Office) -> None:
    office.belongs(ID, "sw-1")
    for number in range(2, 9):
        office.inform(sibling(number))
        office.belongs(sibling(number).router_id, "sw-1")
    office.inform(sibling(9))
    office.belongs(sibling(9).router_id, "sw-2")
    office.sweep()
    office.clock.advance(5401)  # offline_after
    office.inform()
    office.inform(sibling(9))
    with capture_logs() as logs:
        office.sweep()
    events = [entry["event"] for entry in logs]
    assert events.count("actions.incident_began") == 1
    assert office.supervisor.board.incidents() == {"sw-1"}
    judged_at = office.now()
    assert judged(office) == {office.now()}
    assert office.wait(office.store.verdict(sibling(9).router_id)) is None
    office.clock.advance(60)
    office.sweep()
    assert judged(office) == {judged_at}  # it goes on: nothing new
    for number in range(2, 9):
        office.inform(sibling(number))
    with capture_logs() as logs:
        office.sweep()
    assert "actions.incident_ended" in [entry["event"] for entry in logs]
    assert judged(office) == {office.now()}


def judged(office: Office) -> set[float | None]:
    """When the routers of the segment were judged."""
    ids = [ID, *(sibling(number).router_id for number in range(2, 9))]
    verdicts = [office.wait(office.store.verdict(router_id)) for router_id in ids]
    return {None if verdict is None else verdict.judged_at for verdict in verdicts}


# --- a clock that is set (R9) ---------------------------------------------------------------------

JUMPS = [HOUR, -HOUR, DAY, -DAY]


def is_open(office: Office, command: Command) -> bool:
    return office.command(command.command_id).ended_at is None


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("state", ["queued", "sent", "confirmed"])
def test_no_command_is_stuck_when_the_clock_is_set(
    office: Office, state: str, jump: float, *, restart: bool
) -> None:
    office.sample()
    command = office.propose()
    if state != "queued":
        assert office.claim() is not None
    if state == "confirmed":
        office.confirm(command)
    office.sweep()
    office.skew += jump
    if restart:
        office.restart()
    for _ in range(5):
        office.clock.advance(HOUR)
        office.sample(up=5 * HOUR)
        office.sweep()
    assert not is_open(office, command)
    assert office.claim() is None


@pytest.mark.parametrize("jump", JUMPS)
def test_a_reboot_under_way_is_still_confirmed_when_the_clock_is_set(
    office: Office, jump: float
) -> None:
    command = office.propose()
    assert office.claim() is not None
    office.sweep()
    office.skew += jump
    office.sweep()
    assert office.command(command.command_id).state == "unconfirmed"
    office.confirm(command)
    office.clock.advance(35 * MINUTE)
    office.sample(up=35 * MINUTE)
    office.sweep()
    assert office.command(command.command_id).state == "verified"


@pytest.mark.parametrize("jump", JUMPS)
def test_no_reboot_goes_out_because_the_clock_was_set(office: Office, jump: float) -> None:
    first = office.propose()
    assert office.claim() is not None
    office.confirm(first)
    office.clock.advance(35 * MINUTE)
    office.sample(SICK, up=35 * MINUTE)
    office.sweep()
    office.inform(sibling(2))
    office.skew += jump
    for _ in range(12):  # an hour in which the budgets forbid any other reboot
        office.clock.advance(5 * MINUTE - 1)
        office.call()
        office.sample(SICK)
        office.sweep()
        office.propose(consent=False)
        assert office.claim() is None
    assert [c for c in office.commands() if c.sent_at is not None] == [
        office.command(first.command_id)
    ]


@pytest.mark.parametrize(("jump", "wait"), [(DAY, HOUR / 2), (-HOUR, HOUR)])
def test_reboots_go_on_when_counts_can_be_trusted(office: Office, jump: float, wait: float) -> None:
    office.sweep()
    office.skew += jump
    with capture_logs() as logs:
        office.sweep()
    assert [e["reboots_wait"] for e in logs if e["event"] == "actions.clock_was_set"] == [wait]
    refused = office.propose()
    assert [refusal.guard for refusal in refused.refusals] == ["clock"]
    office.clock.advance(wait)
    office.sweep()
    command = office.propose()
    assert command.state == "queued"
    assert office.claim() is not None


def test_the_policy_begins_anew_when_the_clock_is_set_back(office: Office) -> None:
    office.call()
    office.sample(SICK)
    (command,) = office.commands()
    office.skew -= DAY
    office.sweep()
    assert not is_open(office, command)
    office.clock.advance(DAY)
    office.call()
    office.sample(SICK, up=41 * DAY)
    assert sorted(command.state for command in office.commands()) == ["expired", "queued"]
