"""Facts about commands: what a router or the clock made of them, as a table of state changes.

A fact that does not fit the command's state, or names no command of that router, changes nothing:
routers repeat themselves, and answers come late.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select, update

from acs.commands import Command, CommandState
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    CommandLapsed,
    CommandVerified,
)
from acs.storage.command_rows import command_of
from acs.storage.schema import commands
from acs.storage.work import Work, encode

Moves = Mapping[CommandState, CommandState]

ANSWERED: Moves = {"sent": "accepted", "unconfirmed": "unconfirmed", "confirmed": "confirmed"}
ANSWERED_FINALLY: Moves = {"sent": "done", "accepted": "done", "unconfirmed": "done"}
FAILED: Moves = {"sent": "failed", "accepted": "failed", "unconfirmed": "failed"}
# A confirmation after the deadline is still a proof.
CONFIRMED: Moves = {"sent": "confirmed", "accepted": "confirmed", "unconfirmed": "confirmed"}
VERIFIED: Moves = {"confirmed": "verified"}
# A confirmed reboot without a sample to compare ends too: its effect stays unknown.
LAPSED: Moves = {
    "queued": "expired",
    "sent": "unconfirmed",
    "accepted": "unconfirmed",
    "confirmed": "done",
}


def apply_answered(work: Work, fact: CommandAnswered) -> Command | None:
    """The router answered the call."""
    if not fact.final:
        return _move(work, fact, ANSWERED, answered_at=fact.at, result=fact.result)
    return _move(
        work,
        fact,
        ANSWERED_FINALLY,
        answered_at=fact.at,
        result=fact.result,
        ended_at=fact.at,
        due_at=None,
    )


def apply_failed(work: Work, fact: CommandFailed) -> Command | None:
    """The router answered with a fault."""
    return _move(
        work,
        fact,
        FAILED,
        answered_at=fact.at,
        result=fact.result,
        ended_at=fact.at,
        due_at=None,
    )


def apply_confirmed(work: Work, fact: CommandConfirmed) -> Command | None:
    """The reboot happened; its effect is due after the settle time."""
    due_at = fact.at + work.tools.times.settle
    return _move(work, fact, CONFIRMED, confirmed_at=fact.at, ended_at=None, due_at=due_at)


def apply_verified(work: Work, fact: CommandVerified) -> Command | None:
    """The effect is known."""
    return _move(
        work,
        fact,
        VERIFIED,
        outcome=fact.outcome,
        result=fact.result,
        ended_at=fact.at,
        due_at=None,
    )


def apply_lapsed(work: Work, fact: CommandLapsed) -> Command | None:
    """The deadline passed."""
    return _move(work, fact, LAPSED, ended_at=fact.at, due_at=None)


def _move(
    work: Work,
    fact: CommandAnswered | CommandFailed | CommandConfirmed | CommandVerified | CommandLapsed,
    moves: Moves,
    **changed: Any,
) -> Command | None:
    """Move the command; None when the fact does not fit."""
    here = (commands.c.router_id == fact.router_id, commands.c.command_id == fact.command_id)
    row = work.connection.execute(select(commands).where(*here).with_for_update()).one_or_none()
    if row is None or row.state not in moves:
        return None
    before = command_of(row)
    if "result" in changed:
        changed["result"] = {**before.result, **changed["result"]}
    after = msgspec.structs.replace(before, state=moves[before.state], **changed)
    if "result" in changed:
        changed["result"] = encode(changed["result"])
    work.connection.execute(update(commands).where(*here).values(state=after.state, **changed))
    return after
