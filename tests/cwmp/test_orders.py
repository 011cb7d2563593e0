from typing import get_args

import msgspec
import pytest

from acs.commands import Command, CommandKind
from acs.cwmp.messages import (
    Empty,
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    InformResponse,
    ParameterFault,
    ParameterValue,
    Reboot,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders import MOVES, ArgumentError, check_arguments
from acs.cwmp.orders.arguments import ARGUMENTS
from acs.cwmp.session import NoContent, SessionState, Turn, is_over, take_turn, wants_command
from acs.cwmp.state import Phase
from acs.facts import CommandAnswered, CommandFailed, Fact, Sampled
from tests.cwmp.pure_router import DEVICE, NOW, Memory, PureRouter, envelope, facts_of, hold_session

SSID = "Device.WiFi.SSID.1.SSID"
ENABLE = "Device.WiFi.SSID.1.Enable"
VERSION = "Device.DeviceInfo.SoftwareVersion"


def _router() -> PureRouter:
    return PureRouter(
        {
            VERSION: ("string", "1.0"),
            "Device.DeviceInfo.UpTime": ("unsignedInt", "60"),
            SSID: ("string", "home"),
            ENABLE: ("boolean", "1"),
        }
    )


def _command(kind: CommandKind, number: int = 1, **arguments: object) -> Command:
    return Command(
        command_id=f"command-{number}",
        router_id=DEVICE.router_id,
        kind=kind,
        state="sent",
        asked_by="test",
        reason="",
        at=NOW,
        expires_at=NOW + 60,
        arguments=arguments,
    )


def _known(router: PureRouter) -> Memory:
    memory = Memory()
    hold_session(router, memory, "0 BOOTSTRAP")
    memory.collected_at = NOW
    router.calls.clear()
    return memory


def _hold(router: PureRouter, *commands: Command) -> list[Turn]:
    return hold_session(router, _known(router), commands=commands)


def _said(turns: list[Turn]) -> list[object]:
    return [turn.reply.message for turn in turns if isinstance(turn.reply, Envelope)]


def _outcome(facts: list[Fact]) -> CommandAnswered | CommandFailed:
    (outcome,) = (fact for fact in facts if isinstance(fact, CommandAnswered | CommandFailed))
    return outcome


def _idle(router: PureRouter) -> SessionState:
    memory = _known(router)
    states: list[SessionState] = []

    def keep(state: SessionState) -> SessionState:
        states.append(state)
        return state

    hold_session(router, memory, between=keep)
    return states[0]


def test_get_gives_the_values() -> None:
    turns = _hold(_router(), _command("get", paths=[SSID, "Device.DeviceInfo.", SSID]))
    assert _said(turns)[1:] == [GetParameterValues((SSID, "Device.DeviceInfo."))]
    outcome = _outcome(facts_of(turns))
    assert isinstance(outcome, CommandAnswered)
    assert outcome.final
    assert outcome.result == {
        "values": {SSID: "home", VERSION: "1.0", "Device.DeviceInfo.UpTime": "60"},
        "types": {SSID: "string", VERSION: "string", "Device.DeviceInfo.UpTime": "unsignedInt"},
    }


def test_get_of_what_is_not_there_fails_with_the_routers_words() -> None:
    outcome = _outcome(facts_of(_hold(_router(), _command("get", paths=["Device.No"]))))
    assert isinstance(outcome, CommandFailed)
    assert outcome.result == {"code": 9005, "string": "Invalid parameter name"}


def test_set_learns_the_types_sets_and_reads_back() -> None:
    router = _router()
    turns = _hold(router, _command("set", values={SSID: "new", ENABLE: False}))
    assert _said(turns)[1:] == [
        GetParameterValues((SSID, ENABLE)),
        # a boolean as this router writes them
        SetParameterValues(
            (ParameterValue(SSID, "new", "string"), ParameterValue(ENABLE, "0", "boolean")),
            "command-1",
        ),
        GetParameterValues((SSID, ENABLE)),
    ]
    outcome = _outcome(facts_of(turns))
    assert isinstance(outcome, CommandAnswered)
    assert outcome.result == {
        "status": 0,
        "before": {SSID: "home", ENABLE: "1"},
        "values": {SSID: "new", ENABLE: "0"},
        "types": {SSID: "string", ENABLE: "boolean"},
    }


def test_secrets_are_set_and_never_told() -> None:
    path = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase"
    router = _router()
    router.leaves[path] = ("string", "CANARY-old")
    turns = _hold(
        router, _command("set", values={path: "CANARY-new"}), _command("get", 2, paths=[path])
    )
    assert router.leaves[path] == ("string", "CANARY-new")
    facts = [fact for turn in turns for fact in turn.facts]
    assert sum(isinstance(fact, CommandAnswered) for fact in facts) == 2
    assert "CANARY" not in repr(facts)
    assert "[redacted]" in repr(facts)


def test_what_has_its_value_already_is_not_set() -> None:
    turns = _hold(_router(), _command("set", values={SSID: "home", ENABLE: True}))
    assert _said(turns)[1:] == [GetParameterValues((SSID, ENABLE))]
    outcome = _outcome(facts_of(turns))
    assert outcome.result["values"] == {SSID: "home", ENABLE: "1"}


def _setting(state: SessionState) -> SessionState:
    """The state when a router is about to answer SetParameterValues."""
    turn = take_turn(state, envelope(Empty()), _command("set", values={SSID: "new"}), NOW)
    typed = GetParameterValuesResponse((ParameterValue(SSID, "home"),))
    turn = take_turn(turn.state, envelope(typed), None, NOW)
    assert isinstance(turn.reply, Envelope)
    # a router that gives no types gets a guess: there must be one
    assert turn.reply.message == SetParameterValues(
        (ParameterValue(SSID, "new", "string"),), "command-1"
    )
    return turn.state


def test_why_a_value_was_not_set_is_told() -> None:
    fault = Fault(9003, "Invalid arguments", (ParameterFault(SSID, 9007, "too long"),))
    turn = take_turn(_setting(_idle(_router())), envelope(fault), None, NOW)
    assert _outcome(list(turn.facts)).result == {
        "code": 9003,
        "string": "Invalid arguments",
        "parameters": [{"name": SSID, "code": 9007, "string": "too long"}],
    }


def test_what_was_set_and_cannot_be_read_back_is_still_set() -> None:
    state = _setting(_idle(_router()))
    turn = take_turn(state, envelope(SetParameterValuesResponse(1)), None, NOW)
    turn = take_turn(turn.state, envelope(Fault(9002, "busy")), None, NOW)
    outcome = _outcome(list(turn.facts))
    assert isinstance(outcome, CommandAnswered)
    assert outcome.result == {
        "status": 1,
        "before": {SSID: "home"},
        "unread": {"code": 9002, "string": "busy"},
    }


def test_refresh_collects_now() -> None:
    turns = _hold(_router(), _command("refresh"))
    facts = facts_of(turns)
    assert [type(fact) for fact in facts[1:]] == [Sampled, CommandAnswered]
    assert _outcome(facts).result == {"vitals": {"sys.fw_version": "1.0", "sys.uptime": 60}}


def test_refresh_of_what_gives_nothing_fails() -> None:
    router = _router()
    state = _idle(router)
    asked = take_turn(state, envelope(Empty()), _command("refresh"), NOW)
    turn = take_turn(asked.state, envelope(GetParameterValuesResponse(())), None, NOW)
    assert isinstance(_outcome(list(turn.facts)), CommandFailed)


def test_reboot_is_accepted_and_ends_the_session() -> None:
    turns = _hold(_router(), _command("reboot"), _command("get", 2, paths=[SSID]))
    assert _said(turns)[1:] == [Reboot("command-1")]
    outcome = _outcome(facts_of(turns))
    assert isinstance(outcome, CommandAnswered)
    assert not outcome.final
    assert isinstance(turns[-1].reply, NoContent)
    assert is_over(turns[-1].state)


def test_reboot_never_answers_an_inform() -> None:
    router = _router()
    state = _idle(router)
    said = envelope(router.inform())
    assert not wants_command(state, said)
    turn = take_turn(state, said, _command("reboot"), NOW)
    assert isinstance(turn.reply, Envelope)
    assert isinstance(turn.reply.message, InformResponse)


def test_a_refused_reboot_fails() -> None:
    asked = take_turn(_idle(_router()), envelope(Empty()), _command("reboot"), NOW)
    turn = take_turn(asked.state, envelope(Fault(9001, "denied")), None, NOW)
    assert isinstance(_outcome(list(turn.facts)), CommandFailed)
    assert turn.reply == NoContent()


def test_commands_follow_one_another() -> None:
    commands = [_command("get", n, paths=[SSID]) for n in (1, 2, 3)]
    answered = [
        fact.command_id
        for fact in facts_of(_hold(_router(), *commands, _command("reboot", 4)))
        if isinstance(fact, CommandAnswered)
    ]
    assert answered == ["command-1", "command-2", "command-3", "command-4"]


@pytest.mark.parametrize(
    ("kind", "arguments", "error"),
    [
        ("get", {}, "missing required field `paths`"),
        ("get", {"paths": []}, "paths: Expected `array` of length >= 1"),
        ("get", {"paths": "Device."}, "paths: Expected `array`"),
        ("get", {"paths": [7]}, "paths[0]: Expected `str`"),
        ("get", {"paths": ["x" * 257]}, "paths[0]: Expected `str` of length <= 256"),
        ("get", {"paths": ["a b"]}, "paths[0]: Expected no blanks"),
        ("get", {"paths": ["a"], "more": 1}, "unknown field `more`"),
        ("set", {}, "missing required field `values`"),
        ("set", {"values": {}}, "values: Expected `object` of length >= 1"),
        ("set", {"values": {"Device.": "x"}}, "is an object"),
        ("set", {"values": {SSID: ["x"]}}, "Expected `bool | int | float | str`"),
        ("set", {"values": {SSID: None}}, "Expected `bool | int | float | str`"),
        ("set", {"values": {SSID: "x"}, "types": {ENABLE: "int"}}, "is not among the values"),
        ("set", {"values": {SSID: "x"}, "types": {SSID: "text"}}, "found 'text'"),
        ("names", {"path": "Device.X", "next_level": True}, "ends with a dot"),
        ("tree", {"path": "Device"}, "path: Expected a path that ends with a dot"),
        ("attributes", {}, "one of paths and changes"),
        ("attributes", {"changes": [{"name": "a"}]}, "a notification or an access_list"),
        ("attributes", {"changes": [{"name": "a", "notification": 7}]}, "notification: Expected"),
        ("add", {"object": "Device.NAT"}, "object: Expected a path that ends with a dot"),
        ("add", {"object": "Device.NAT.", "values": {"X.": 1}}, "is an object"),
        ("delete", {"object": "Device.NAT."}, "allowed is an instance"),
        ("download", {"file_type": "1 Firmware"}, "url or file is needed"),
        ("download", {"file_type": "Firmware", "url": "http://h/"}, "file_type: found"),
        ("download", {"file_type": "1 F", "url": "file:///etc/passwd"}, "url: allowed are http"),
        ("download", {"file_type": "1 F", "url": "http://u:p@h/"}, "arguments of their own"),
        ("upload", {"file_type": "6 Stored Firmware Image"}, "file_type: found"),
        ("schedule_download", {"file_type": "1 F", "file": "f", "windows": []}, "windows"),
        (
            "schedule_download",
            {"file_type": "1 F", "file": "f", "windows": [{"start": 9, "end": 9}]},
            "after the start",
        ),
        (
            "schedule_download",
            {
                "file_type": "1 F",
                "file": "f",
                "windows": [{"start": 0, "end": 9}, {"start": 8, "end": 10}],
            },
            "the second begins",
        ),
        ("cancel_transfer", {"command": ""}, "command: Expected"),
        ("factory_reset", {"really": True}, "unknown field"),
        ("schedule_inform", {"delay": 0}, "delay: Expected `int` >= 1"),
        ("software", {"operations": []}, "operations"),
        ("software", {"operations": [{"kind": "install"}]}, "operations[0]: install: a url"),
        ("software", {"operations": [{"kind": "uninstall"}]}, "uninstall: a uuid"),
        ("software", {"operations": [{"kind": "update"}]}, "update: a url"),
        ("diagnostic", {"test": "magic"}, "test: Invalid enum value"),
        ("diagnostic", {"test": "ping"}, "host: ping needs it"),
        ("diagnostic", {"test": "wifi_scan", "host": "h"}, "wifi_scan has no such argument"),
        ("diagnostic", {"test": "ping", "host": "h", "protocol": "ipx"}, "protocol: found 'ipx'"),
        ("diagnostic", {"test": "download", "url": "tftp://h/"}, "url: allowed are http"),
        ("rpc", {"method": "FactoryReset"}, "a command of kind factory_reset"),
    ],
)
def test_bad_arguments_fail_the_command_and_say_why(
    kind: CommandKind, arguments: dict[str, object], error: str
) -> None:
    with pytest.raises(ArgumentError) as found:
        check_arguments(kind, arguments)
    assert error in str(found.value)
    turn = take_turn(_idle(_router()), envelope(Empty()), _command(kind, 1, **arguments), NOW)
    outcome = _outcome(list(turn.facts))
    assert isinstance(outcome, CommandFailed)
    assert outcome.result["error"] == str(found.value)
    assert turn.reply == NoContent()


def test_every_kind_has_arguments_and_a_beginning() -> None:
    assert set(ARGUMENTS) == set(get_args(CommandKind))
    state = msgspec.structs.replace(_idle(_router()), root="")
    for kind in get_args(CommandKind):
        turn = take_turn(state, envelope(Empty()), _command(kind), NOW)
        assert turn.facts or isinstance(turn.reply, Envelope), kind


def test_every_call_has_a_meaning_for_a_fault() -> None:
    phases = {phase for phase, _answer in MOVES}
    assert {(phase, Fault) for phase in phases} <= MOVES.keys()
    assert phases < set(get_args(Phase))


def test_secrets_are_not_told_in_errors() -> None:
    for arguments in (
        {"file_type": "1 F", "url": "http://user:CANARY@h/"},
        {"file_type": "1 F", "url": "CANARY"},
        {"file_type": "1 F", "url": "http://h/", "password": "CANARY" * 99},
        {"file_type": "1 F", "url": "http://h/", "password": ["CANARY"]},
    ):
        with pytest.raises(ArgumentError) as found:
            check_arguments("download", arguments)
        assert "CANARY" not in str(found.value)


def test_a_command_that_cannot_go_out_fails() -> None:
    state = _idle(_router())
    other = msgspec.structs.replace(_command("reboot"), router_id="another")
    turn = take_turn(state, envelope(Empty()), other, NOW)
    outcome = _outcome(list(turn.facts))
    assert outcome.router_id == "another"
    assert "another router's" in str(outcome.result["error"])
    long = msgspec.structs.replace(_command("reboot"), command_id="x" * 33)
    outcome = _outcome(list(take_turn(state, envelope(Empty()), long, NOW).facts))
    assert "CommandKey" in str(outcome.result["error"])
