import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from click.testing import Result

from acs.facts import CommandAnswered, CommandConfirmed, CommandVerified

Run = Callable[..., Result]
NOW = 1_790_000_000.0


def test_a_reboot_is_queued_with_its_reason(acs: Run, daemon: Any, known_router: str) -> None:
    result = acs("reboot", known_router, "--consent", "--reason", "ticket 4711")
    assert result.exit_code == 0, result.stderr
    (command,) = daemon.commands(known_router)
    assert result.stdout == f"queued: command {command.command_id} for {known_router}\n"
    assert (command.reason, command.consent, command.asked_by) == ("ticket 4711", True, "socket")


def test_each_guards_reason_is_printed_and_the_code_is_4(acs: Run, known_router: str) -> None:
    assert acs("reboot", known_router, "--consent").exit_code == 0
    result = acs("reboot", known_router, "--consent")
    assert result.exit_code == 4
    assert result.stderr.startswith("one_at_a_time: ")
    assert "acs: refused; recorded as command " in result.stderr
    assert result.stdout == ""
    refused = json.loads(acs("reboot", known_router, "--consent", "--json").stdout)
    assert (refused["state"], refused["refusals"][0]["guard"]) == ("refused", "one_at_a_time")


def test_waiting_follows_it_until_it_is_known_to_have_helped(
    acs: Run, daemon: Any, known_router: str
) -> None:
    router = threading.Thread(target=_play_router, args=(daemon, known_router, "helped"))
    router.start()
    result = acs("reboot", known_router, "--consent", "--wait")
    router.join(30)
    assert (result.exit_code, result.stdout) == (0, "the reboot helped\n"), result.stderr
    assert result.stderr.startswith("reboot queued: ")


def test_the_command_is_printed_as_json(acs: Run, known_router: str) -> None:
    command = json.loads(acs("reboot", known_router, "--consent", "--json").stdout)
    assert (command["state"], command["asked_at"]) == ("queued", "2026-09-21T14:13:20Z")


def test_waiting_ends_at_the_timeout_with_code_6(acs: Run, known_router: str) -> None:
    clock = iter([NOW, NOW + 59.9, NOW + 61])
    result = acs(
        "reboot", known_router, "--consent", "--wait", "--timeout", "60s", now=lambda: next(clock)
    )
    assert result.exit_code == 6
    assert "still queued after 60 s; it goes on" in result.stderr


@pytest.mark.parametrize(
    ("state", "code"),
    [("failed", 1), ("unconfirmed", 6), ("expired", 6), ("refused", 4), ("verified", 0)],
)
def test_final_states_have_their_codes(run: Run, state: str, code: int) -> None:
    command = {
        "command_id": "c1",
        "router_id": "A-1",
        "kind": "reboot",
        "state": state,
        "finished": True,
        "asked_at": "2026-09-21T14:13:20Z",
        "outcome": "unchanged" if state == "verified" else None,
        "result": {"code": 9002, "string": "busy"} if state == "failed" else {},
    }

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=command)

    result = run("reboot", "A-1", "--wait", handler=handler)
    assert result.exit_code == code
    if state == "failed":
        assert "internal error of the router [9002]" in result.stderr


def test_the_switch_stops_and_resumes_all(acs: Run, daemon: Any, known_router: str) -> None:
    try:
        stopped = acs("reboots stop", "--reason", "ticket 4711").stdout
        assert stopped == "reboots are stopped by socket now: ticket 4711\n"
        refused = acs("reboot", known_router, "--consent")
        assert refused.exit_code == 4
        assert "kill_switch: Reboots are stopped by socket since 2026-09-21" in refused.stderr
        assert "ticket 4711" in refused.stderr
        assert acs("reboots status").stdout == stopped
    finally:
        resumed = acs("reboots resume", "--json")
    assert json.loads(resumed.stdout)["stopped"] is False
    assert acs("reboot", known_router, "--consent").exit_code == 0


def _play_router(daemon: Any, router_id: str, outcome: Any) -> None:
    waiting = threading.Event()
    for _ in range(3000):
        command = daemon.claim(router_id)
        if command is not None:
            break
        waiting.wait(0.01)
    assert command is not None
    known = {"router_id": router_id, "at": NOW, "command_id": command.command_id}
    daemon.commit(CommandAnswered(final=False, **known))
    daemon.commit(CommandConfirmed(**known))
    daemon.commit(CommandVerified(outcome=outcome, result={}, **known))
