import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

Run = Callable[..., Result]


def test_commands_of_a_router_newest_first(acs: Run, daemon: Any, known_router: str) -> None:
    acs("refresh", known_router)
    acs("reboot", known_router, "--consent", "--reason", "ticket 4711")
    acs("reboot", known_router, "--consent")
    result = acs("commands", "--router", known_router)
    heading, refused, queued, refresh = result.stdout.splitlines()
    assert heading.split()[:4] == ["COMMAND", "ROUTER", "KIND", "STATE"]
    assert refused.split()[2:5] == ["reboot", "refused", "-"]
    assert "is still under way" in refused
    assert "ticket 4711" in queued
    assert refresh.split()[2:4] == ["refresh", "queued"]
    rows = json.loads(acs("commands", "--router", known_router, "--json").stdout)
    assert [row["kind"] for row in rows] == ["reboot", "reboot", "refresh"]


def test_kinds_may_be_chosen_and_say_what_they_are_about(
    acs: Run, daemon: Any, known_router: str
) -> None:
    acs("get", known_router, "Device.A", "Device.B", "--no-wait")
    acs("set", known_router, "Device.Password=CANARY", "--no-wait")
    acs("ping", known_router, "192.0.2.1", "--no-wait")
    rows = json.loads(acs("commands", known_router, "--kind", "get", "-n", "1", "--json").stdout)
    assert [row["kind"] for row in rows] == ["get"]
    text = acs("commands", known_router).stdout
    _, ping, setting, get = text.splitlines()
    assert ping.split()[2:6] == ["diagnostic", "queued", "-", "ping"]
    assert "Device.Password" in setting
    assert "CANARY" not in text
    assert "Device.A and 1 more" in get
    assert acs("commands", known_router, "--router", known_router).exit_code == 2
    assert acs("commands", "--kind", "nonsense").exit_code == 2


def test_states_may_be_chosen(acs: Run, daemon: Any, known_router: str) -> None:
    acs("refresh", known_router)
    chosen = ("--router", known_router, "--state", "sent", "--json")
    assert acs("commands", *chosen).stdout == "[]\n"
    both = ("--router", known_router, "--state", "sent", "--state", "queued", "--json")
    assert len(json.loads(acs("commands", *both).stdout)) == 1
    assert acs("commands", "--state", "nonsense").exit_code == 2


def test_a_command_that_waits_is_taken_back(acs: Run, daemon: Any, known_router: str) -> None:
    assert acs("reboot", known_router, "--consent").exit_code == 0
    (command,) = daemon.commands(known_router)
    result = acs("cancel", command.command_id, "--reason", "wrong router")
    assert result.stdout == f"withdrawn: reboot for {known_router}\n"
    assert daemon.claim(known_router) is None
    again = acs("cancel", command.command_id)
    assert again.exit_code != 0
    assert "does not wait any more: it is withdrawn" in again.stderr
    assert acs("cancel", "nobodys").exit_code == 3
