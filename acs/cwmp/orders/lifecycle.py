"""Kinds reboot, factory_reset, schedule_inform and software: accepted now, finished by an event."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp.messages import (
    ChangeDUState,
    ChangeDUStateResponse,
    Envelope,
    FactoryReset,
    FactoryResetResponse,
    Fault,
    Reboot,
    RebootResponse,
    ScheduleInform,
    ScheduleInformResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders import file_arguments as files
from acs.cwmp.orders.common import KEY_MAX, accepted, command_key, ending, failed
from acs.cwmp.state import Handler, Heard, Phase, SessionState, ask
from acs.cwmp.structs import InstallUnit, UninstallUnit, UnitOperation, UpdateUnit
from acs.facts import CommandFinished, Event

_APPOINTED = "m scheduleinform"


def begin_reboot(state: SessionState, command: Command) -> Heard:
    """Restart the router."""
    return ask(state, "rebooting", Reboot(command_key(command)))


def begin_reset(state: SessionState, command: Command) -> Heard:
    """Reset the router to what it was when it was made."""
    args.parse(command.arguments, args.Nothing)
    return ask(state, "resetting", FactoryReset())


def restarting(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """RebootResponse or FactoryResetResponse: it will happen when the session has ended."""
    return ending(state, now)


def begin_schedule_inform(state: SessionState, command: Command) -> Heard:
    """Have the router inform later."""
    delay = args.parse(command.arguments, args.ScheduleInform).delay
    return ask(state, "appointing", ScheduleInform(delay, command_key(command)))


def appointed(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """ScheduleInformResponse: event "M ScheduleInform" will come."""
    assert state.command is not None
    delay = args.parse(state.command.arguments, args.ScheduleInform).delay
    return accepted(state, now, {}, takes=float(delay))


def finished_by(events: Iterable[Event], router_id: str, now: float) -> list[CommandFinished]:
    """The commands whose end an Inform's events tell: by the keys of "M ScheduleInform"."""
    keys = dict.fromkeys(
        event.command_key.strip()
        for event in events
        if event.command_key and " ".join(event.code.split()).lower() == _APPOINTED
    )
    return [
        CommandFinished(router_id=router_id, at=now, command_id=key, kinds=("schedule_inform",))
        for key in keys
        if 0 < len(key) <= KEY_MAX
    ]


def begin_software(state: SessionState, command: Command) -> Heard:
    """Have software modules installed, updated, removed."""
    wanted = args.parse(command.arguments, files.Software)
    operations = tuple(_operation(one) for one in wanted.operations)
    return ask(state, "changing", ChangeDUState(operations, command_key(command)))


def _operation(one: files.Operation) -> UnitOperation:
    if one.file and not one.url:
        raise args.ArgumentError("url: the server did not put its own link there")
    if one.kind == "install":
        return InstallUnit(one.url, one.uuid, one.username, one.password, one.execution_env_ref)
    if one.kind == "update":
        return UpdateUnit(one.uuid, one.version, one.url, one.username, one.password)
    return UninstallUnit(one.uuid, one.version, one.execution_env_ref)


def changing(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """ChangeDUStateResponse: DUStateChangeComplete will come."""
    return accepted(state, now, {})


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("rebooting", RebootResponse): restarting,
        ("rebooting", Fault): failed,
        ("resetting", FactoryResetResponse): restarting,
        ("resetting", Fault): failed,
        ("appointing", ScheduleInformResponse): appointed,
        ("appointing", Fault): failed,
        ("changing", ChangeDUStateResponse): changing,
        ("changing", Fault): failed,
    }
)
