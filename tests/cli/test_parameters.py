import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from acs.facts import CommandAnswered, CommandFailed

Run = Callable[..., Result]
NOW = 1_790_000_000.0


def answer(daemon: Any, router_id: str, fact: Any, result: dict[str, object]) -> threading.Thread:
    def play() -> None:
        waiting = threading.Event()
        for _ in range(3000):
            command = daemon.claim(router_id)
            if command is not None:
                break
            waiting.wait(0.01)
        assert command is not None
        more = {"final": True} if fact is CommandAnswered else {}
        daemon.commit(
            fact(router_id=router_id, at=NOW, command_id=command.command_id, result=result, **more)
        )

    thread = threading.Thread(target=play)
    thread.start()
    return thread


def test_get_prints_the_values(acs: Run, daemon: Any, known_router: str) -> None:
    values = {"Device.B": "two\x1b[2J", "Device.A": "1"}
    thread = answer(daemon, known_router, CommandAnswered, {"values": values})
    result = acs("get", known_router, "Device.")
    thread.join(30)
    assert result.exit_code == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines == [["PARAMETER", "VALUE"], ["Device.A", "1"], ["Device.B", "two\\x1b[2J"]]


def test_set_prints_before_and_now(acs: Run, daemon: Any, known_router: str) -> None:
    answered = {"status": 1, "before": {"Device.X": "old"}, "values": {"Device.X": "new"}}
    thread = answer(daemon, known_router, CommandAnswered, answered)
    result = acs("set", known_router, "Device.X=new")
    thread.join(30)
    assert result.stdout.splitlines()[1].split() == ["Device.X", "old", "new"]
    assert "applies it later" in result.stderr


def test_a_value_that_cannot_be_read_back_is_said(acs: Run, daemon: Any, known_router: str) -> None:
    unread = {"status": 0, "before": {}, "unread": {"code": 9002, "string": ""}}
    thread = answer(daemon, known_router, CommandAnswered, unread)
    result = acs("set", known_router, "Device.X=new")
    thread.join(30)
    assert result.exit_code == 0
    assert "could not be read back: internal error of the router [9002]" in result.stderr


def test_a_command_that_could_not_be_begun_says_why(
    acs: Run, daemon: Any, known_router: str
) -> None:
    thread = answer(daemon, known_router, CommandFailed, {"error": "nothing can be collected"})
    result = acs("refresh", known_router, "--wait")
    thread.join(30)
    assert result.stderr.endswith("acs: the refresh failed: nothing can be collected\n")


def test_faults_are_told_in_words(acs: Run, daemon: Any, known_router: str) -> None:
    fault = {"code": 9005, "string": "Invalid name", "parameters": []}
    thread = answer(daemon, known_router, CommandFailed, fault)
    result = acs("get", known_router, "Device.X")
    thread.join(30)
    assert result.exit_code == 1
    assert "the router knows no parameter of that name [9005]" in result.stderr


def test_each_parameters_fault_of_a_set_is_told(acs: Run, daemon: Any, known_router: str) -> None:
    fault = {
        "code": 9003,
        "string": "",
        "parameters": [{"name": "Device.X", "code": 9008, "string": ""}],
    }
    thread = answer(daemon, known_router, CommandFailed, fault)
    result = acs("set", known_router, "Device.X=a=b")
    thread.join(30)
    assert result.exit_code == 1
    assert "Device.X: the parameter is read-only [9008]" in result.stderr
    (command,) = daemon.commands(known_router)
    assert command.arguments == {"values": {"Device.X": "a=b"}}


def test_refresh_waits_if_asked(acs: Run, daemon: Any, known_router: str) -> None:
    thread = answer(daemon, known_router, CommandAnswered, {})
    result = acs("refresh", known_router, "--wait", "--json")
    thread.join(30)
    assert json.loads(result.stdout)["state"] == "done"
    queued = acs("refresh", known_router)
    assert (queued.exit_code, queued.stdout) == (0, "")
    assert queued.stderr.startswith("refresh queued")


@pytest.mark.parametrize("setting", ["Device.X", "=1", "Device.=1"])
def test_settings_need_a_path_and_a_value(run: Run, setting: str) -> None:
    assert run("set", "A-1", setting).exit_code == 2


def test_a_path_may_be_set_once(run: Run) -> None:
    assert run("set", "A-1", "Device.X=1", "Device.X=2").exit_code == 2
