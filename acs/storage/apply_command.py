"""Facts about commands applied to their rows: found, moved by ``command_moves``, written.

A fact that does not fit the command's state, or names no command of that router, changes nothing.
What is under way at a router is also a flag of the router's, which follows its commands.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import ColumnElement, Text, bindparam, literal_column, select, update

from acs.commands import OPEN_STATES, TRANSFERS, Command, CommandKind
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandFinished,
    CommandLapsed,
    CommandVerified,
    CommandWithdrawn,
    Fact,
    TransferCompleted,
    UnitsChanged,
)
from acs.secret_names import shown_members
from acs.storage import command_moves as moves
from acs.storage import silences, trying
from acs.storage.command_rows import command_of
from acs.storage.news import tell_command
from acs.storage.schema import commands, events
from acs.storage.state import ALL, RouterState
from acs.storage.work import Work, encode

DOWNLOADS: tuple[CommandKind, ...] = ("download", "schedule_download")
_c = commands.c
_UNDER_WAY: ColumnElement[bool] = literal_column(
    "commands.state IN ('sent', 'accepted')"
)  # as the partial index
_HERS = _c.router_id == bindparam("router_id", type_=Text)
BOOTSTRAP_SEEN = "bootstrap"  # kind of the event
SILENT = "silent"  # kind of the event, and in a reboot's result: nothing was heard since
_DAY = 86_400.0

Move = Callable[[Command], Command | None]


def apply_answered(work: Work, fact: CommandAnswered) -> Command | None:
    """The router answered the call."""
    times = work.tools.times
    version = _version(work, fact)
    return _apply(work, fact, lambda command: moves.answered(command, fact, times, version))


def apply_failed(work: Work, fact: CommandFailed) -> Command | None:
    """The router answered with a fault."""
    return _apply(work, fact, lambda command: moves.failed(command, fact))


def apply_finished(work: Work, fact: CommandFinished) -> Command | None:
    """An accepted command came to its end."""
    return _apply(work, fact, lambda command: moves.finished(command, fact))


def apply_confirmed(work: Work, fact: CommandConfirmed) -> Command | None:
    """The reboot happened; its effect is due after the settle time."""
    times = work.tools.times
    after: Command | None
    if not fact.command_id:
        command = _restarted(work, fact.router_id)
        after = command and _write(work, command, moves.confirmed(command, fact, times))
    else:
        after = _apply(work, fact, lambda command: moves.confirmed(command, fact, times))
    if after is not None:
        trying.confirmed(work.connection, after, fact.at, times)
    return after


def _restarted(work: Work, router_id: str) -> Command | None:
    """The one reboot that a boot without a key may be the end of.

    A repeated Inform may tell of the boot before: it proves nothing of a reboot that the router
    never answered.
    """
    found = _under_way(work, router_id, _c.kind == "reboot")
    is_repeated = work.informed is not None and work.informed.retry_count > 0
    if len(found) != 1 or (is_repeated and found[0].state == "sent"):
        return None
    return found[0]


def apply_verified(work: Work, fact: CommandVerified) -> Command | None:
    """The effect is known."""
    after = _apply(work, fact, lambda command: moves.verified(command, fact))
    if after is not None:
        trying.verified(work.connection, after, fact.at)
    return after


def apply_lapsed(work: Work, fact: CommandLapsed) -> Command | None:
    """The deadline passed. A reboot after which nothing was heard any more stops its model."""
    version = _version(work, fact)

    def move(command: Command) -> Command | None:
        after = moves.lapsed(command, fact, version)
        if after is not None and fact.is_watched and _is_silent(work, after):
            after = msgspec.structs.replace(after, result={**after.result, SILENT: True})
        return after

    return _apply(work, fact, move)


def apply_withdrawn(work: Work, fact: CommandWithdrawn) -> Command | None:
    """It was taken back, unless a session has it already."""
    return _apply(work, fact, lambda command: moves.withdrawn(command, fact))


def _is_silent(work: Work, command: Command) -> bool:
    """Whether the router has not informed since its reboot was sent; if so it is remembered."""
    state = work.router(command.router_id)
    sent_at, heard_at = command.sent_at, state.last_inform_at
    if command.kind != "reboot" or command.state != "unconfirmed" or sent_at is None:
        return False
    if heard_at is not None and heard_at > sent_at:
        return False
    at = command.ended_at or sent_at
    silences.record(work.connection, command.router_id, command.command_id, at)
    work.event(state, at, SILENT, {"command_id": command.command_id})
    return True


def apply_transferred(work: Work, fact: TransferCompleted) -> Command | None:
    """A transfer ended: that of the key, or the router's only one when the key tells nothing.

    Raises:
        FactRefusedError: the router is not known.
    """
    state = work.router(fact.router_id)
    detail: dict[str, object] = {
        "command_key": fact.command_key,
        "fault_code": fact.fault_code,
        "fault_string": fact.fault_string,
    }
    work.event(state, fact.at, "transfer_complete", detail)
    command = _told_of(work, fact.router_id, fact.command_key, tuple(sorted(TRANSFERS)))
    if command is None:
        return None
    times, version = work.tools.times, state.software_version
    return _write(work, command, moves.transferred(command, fact, times, version))


def apply_units_changed(work: Work, fact: UnitsChanged) -> Command | None:
    """Deployment units changed, by a command or by themselves.

    Raises:
        FactRefusedError: the router is not known.
    """
    state = work.router(fact.router_id)
    detail: dict[str, object] = {
        "command_key": fact.command_key,
        "results": list(fact.results[:_EVENT_RESULTS]),
    }
    work.event(state, fact.at, "units_changed", detail)
    if fact.is_autonomous:
        return None
    command = _told_of(work, fact.router_id, fact.command_key, ("software",))
    return None if command is None else _write(work, command, moves.units_changed(command, fact))


_EVENT_RESULTS = 20


# --- what an Inform tells -------------------------------------------------------------------


def finish_resets(work: Work, router_id: str, at: float) -> tuple[Command, ...]:
    """Event "0 BOOTSTRAP" came; the commands that it ends.

    A router whose session broke off tells its events again (TR-069 Amendment 6, 3.7.1.5): a reset
    that was asked for in that session is not proved by the one before it.
    """
    if _is_told_again(work, router_id):
        return ()
    return _finish(
        work, router_id, _c.kind == "factory_reset", lambda command: moves.reset_seen(command, at)
    )


def _is_told_again(work: Work, router_id: str) -> bool:
    """Whether the Inform repeats the one before, which told of "0 BOOTSTRAP" too."""
    informed, before = work.informed, work.informed_before
    if informed is None or informed.retry_count == 0 or before is None:
        return False
    query = (
        select(events.c.at)
        .where(events.c.router_id == router_id, events.c.kind == BOOTSTRAP_SEEN)
        .order_by(events.c.number.desc())
        .limit(1)
    )
    return work.connection.execute(query).scalar_one_or_none() == before


def finish_upgrades(work: Work, router_id: str, version: str, at: float) -> tuple[Command, ...]:
    """The router runs another firmware than before; the commands that this ends."""
    return _finish(
        work,
        router_id,
        _c.kind.in_(DOWNLOADS),
        lambda command: moves.version_seen(command, version, at),
    )


def finish_rotations(work: Work, router_id: str, at: float, result: dict[str, object]) -> None:
    """The router has its new credentials: whatever was to give them to it is done."""
    _finish(
        work,
        router_id,
        _c.kind == "rotate_credentials",
        lambda command: moves.finished(
            command,
            CommandFinished(
                router_id=router_id,
                at=at,
                command_id=command.command_id,
                kinds=("rotate_credentials",),
                result=result,
            ),
        ),
    )


def _finish(
    work: Work, router_id: str, which: ColumnElement[bool], move: Move
) -> tuple[Command, ...]:
    found = _under_way(work, router_id, which)
    after = [_write(work, command, move(command)) for command in found]
    return tuple(command for command in after if command is not None)


def running_tests(work: Work, router_id: str, at: float) -> tuple[Command, ...]:
    """Tests that the router was given and whose end nobody has seen, the oldest first.

    One that was given up lately is among them: its results may still come.
    """
    query = (
        select(commands)
        .where(_HERS, _c.kind == "diagnostic", _c.state.in_(("accepted", "unconfirmed")))
        .where(_c.answered_at > at - _DAY)
        .order_by(_c.at, _c.command_id)
    )
    rows = work.connection.execute(query, {"router_id": router_id})
    return tuple(command_of(row) for row in rows)


# --- rows -----------------------------------------------------------------------------------


def _apply(
    work: Work,
    fact: CommandAnswered
    | CommandFailed
    | CommandFinished
    | CommandConfirmed
    | CommandVerified
    | CommandLapsed
    | CommandWithdrawn,
    move: Move,
) -> Command | None:
    command = _find(work, fact.router_id, fact.command_id)
    return None if command is None else _write(work, command, move(command))


def _version(work: Work, fact: Fact) -> str:
    state = work.routers.get(fact.router_id)
    return "" if state is None else state.software_version


def _find(work: Work, router_id: str, command_id: str) -> Command | None:
    query = select(commands).where(_HERS, _c.command_id == command_id).with_for_update()
    row = work.connection.execute(query, {"router_id": router_id}).one_or_none()
    return None if row is None else command_of(row)


def _told_of(
    work: Work, router_id: str, key: str, kinds: tuple[CommandKind, ...]
) -> Command | None:
    """The command of the key, else the only one under way: routers lose keys, or make them up."""
    command = _find(work, router_id, key)
    if command is not None:
        return command
    found = _under_way(work, router_id, _c.kind.in_(kinds))
    return found[0] if len(found) == 1 else None


def _under_way(work: Work, router_id: str, which: ColumnElement[bool]) -> list[Command]:
    query = select(commands).where(_HERS, _UNDER_WAY, which).order_by(_c.at).with_for_update()
    return [command_of(row) for row in work.connection.execute(query, {"router_id": router_id})]


def _write(work: Work, before: Command, after: Command | None) -> Command | None:
    """Write what changed; None when nothing did."""
    if after is None:
        return None
    changed = {
        name: getattr(after, name)
        for name in _CHANGING
        if getattr(after, name) != getattr(before, name)
    }
    if "result" in changed:
        changed["result"] = encode(changed["result"])
    if "state" in changed and before.state == "queued":
        changed["sealed"] = None  # it is not sent any more
        changed["arguments"] = encode(shown_members(before.arguments))
    if changed:
        here = (_c.router_id == before.router_id, _c.command_id == before.command_id)
        work.connection.execute(update(commands).where(*here).values(changed))
    if after.state != before.state:
        told_at = (after.ended_at, after.confirmed_at, after.answered_at, after.sent_at)
        tell_command(work.connection, after, next(at for at in (*told_at, after.at) if at))
        if after.state not in OPEN_STATES:
            _lower_flags(work, after)
    return after


_CHANGING = (*("state", "answered_at", "confirmed_at", "ended_at", "outcome", "result", "due_at"),)


def _lower_flags(work: Work, ended: Command) -> None:
    """Nothing of the kind that has just ended may be under way any more."""
    kinds = DOWNLOADS if ended.kind in DOWNLOADS else ("diagnostic",)
    if ended.kind not in kinds:
        return
    state = work.router(ended.router_id)
    still = bool(_under_way(work, ended.router_id, _c.kind.in_(kinds)))
    _raise(work, state, "transfer_open" if kinds == DOWNLOADS else "diagnostic_open", still)


def _raise(work: Work, state: RouterState, flag: str, value: bool) -> None:  # noqa: FBT001 - the flag's
    if bool(getattr(state, flag)) != value:
        work.widen(state)
        setattr(state, flag, value)
        state.dirty |= ALL
