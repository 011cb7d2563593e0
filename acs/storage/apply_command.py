"""Facts about commands applied to their rows: found, moved by ``command_moves``, written.

A fact that does not fit the command's state, or names no command of that router, changes nothing.
What is under way at a router is also a flag of the router's, which follows its commands.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Text, bindparam, literal_column, select, update

from acs.commands import OPEN_STATES, TRANSFERS, Command, CommandKind
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandFinished,
    CommandLapsed,
    CommandVerified,
    Fact,
    TransferCompleted,
    UnitsChanged,
)
from acs.storage import command_moves as moves
from acs.storage.command_rows import command_of
from acs.storage.schema import commands
from acs.storage.state import ALL, RouterState
from acs.storage.work import Work, encode

DOWNLOADS: tuple[CommandKind, ...] = ("download", "schedule_download")
_c = commands.c
_UNDER_WAY: ColumnElement[bool] = literal_column(
    "commands.state IN ('sent', 'accepted')"
)  # as the partial index
_HERS = _c.router_id == bindparam("router_id", type_=Text)
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
    return _apply(work, fact, lambda command: moves.confirmed(command, fact, times))


def apply_verified(work: Work, fact: CommandVerified) -> Command | None:
    """The effect is known."""
    return _apply(work, fact, lambda command: moves.verified(command, fact))


def apply_lapsed(work: Work, fact: CommandLapsed) -> Command | None:
    """The deadline passed."""
    version = _version(work, fact)
    return _apply(work, fact, lambda command: moves.lapsed(command, fact, version))


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
    command = _find(work, fact.router_id, fact.command_key)
    if command is None:
        # routers lose the key, and some make up one
        transfers = _under_way(work, fact.router_id, _c.kind.in_(sorted(TRANSFERS)))
        if len(transfers) != 1:
            return None
        (command,) = transfers
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
    command = _find(work, fact.router_id, fact.command_key) if fact.command_key else None
    if command is None:
        return None
    return _write(work, command, moves.units_changed(command, fact))


_EVENT_RESULTS = 20


# --- what an Inform tells -------------------------------------------------------------------


def finish_resets(work: Work, router_id: str, at: float) -> tuple[Command, ...]:
    """Event "0 BOOTSTRAP" came; the commands that it ends."""
    return _finish(
        work, router_id, _c.kind == "factory_reset", lambda command: moves.reset_seen(command, at)
    )


def finish_upgrades(work: Work, router_id: str, version: str, at: float) -> tuple[Command, ...]:
    """The router runs another firmware than before; the commands that this ends."""
    return _finish(
        work,
        router_id,
        _c.kind.in_(DOWNLOADS),
        lambda command: moves.version_seen(command, version, at),
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
    | CommandLapsed,
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
    if changed:
        here = (_c.router_id == before.router_id, _c.command_id == before.command_id)
        work.connection.execute(update(commands).where(*here).values(changed))
    if after.state != before.state and after.state not in OPEN_STATES:
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
