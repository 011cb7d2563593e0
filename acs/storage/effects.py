"""Reads and writes of what actions were worth: checks that are due, counts of all outcomes."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, select, update

from acs.commands import CheckOutcome, Stage
from acs.facts import Checked
from acs.storage.schema import commands
from acs.storage.schema_learning import checks, trials
from acs.storage.work import Work, encode

_t, _c = trials.c, checks.c
_decode = msgspec.msgpack.Decoder(dict[str, object]).decode
_SAME = and_(_t.router_id == _c.router_id, _t.command_id == _c.command_id)


class DueCheck(msgspec.Struct, frozen=True):
    """A look that is due.

    Attributes:
        arm: ``treated``, ``asked`` (by a person) or ``control``.
        since: from when readings count, Unix seconds.
        complaint: what was wrong, as it was stored with the command.
        helped_before: an earlier look found that it had helped.
        restarted_at: the router was told to reboot again, by another command.
    """

    router_id: str
    command_id: str
    stage: Stage
    due_at: float
    arm: str
    action: str
    since: float
    complaint: dict[str, object]
    helped_before: bool = False
    restarted_at: float | None = None


class Tally(msgspec.Struct, frozen=True):
    """How many trials of one kind ended so. ``outcome`` None: it is not known."""

    action: str
    cause: str
    manufacturer: str
    model: str
    firmware: str
    arm: str
    probability: float | None
    randomised: bool
    stage: Stage
    outcome: CheckOutcome | None
    count: int


def due_checks(connection: Connection, now: float, limit: int) -> list[DueCheck]:
    """Looks whose time has come, the most overdue first."""
    query = (
        select(checks, _t.arm, _t.action, _t.since, _t.complaint)
        .select_from(checks.join(trials, _SAME))
        .where(_c.due_at <= now)
        .order_by(_c.due_at, _c.command_id)
        .limit(limit)
    )
    return [_due(connection, row) for row in connection.execute(query).all()]


def _due(connection: Connection, row: Row[Any]) -> DueCheck:
    here = (_c.router_id == row.router_id, _c.command_id == row.command_id)
    helped = select(_c.stage).where(*here, _c.outcome == "helped").limit(1)
    again = select(func.min(commands.c.sent_at)).where(
        commands.c.router_id == row.router_id,
        commands.c.command_id != row.command_id,
        commands.c.kind.in_(("reboot", "factory_reset")),
        commands.c.sent_at >= row.since,
        commands.c.sent_at <= row.due_at,
    )
    return DueCheck(
        router_id=row.router_id,
        command_id=row.command_id,
        stage=row.stage,
        due_at=row.due_at,
        arm=row.arm,
        action=row.action,
        since=row.since,
        complaint=_decode(row.complaint),
        helped_before=connection.execute(helped).first() is not None,
        restarted_at=connection.execute(again).scalar_one(),
    )


def apply_checked(work: Work, fact: Checked) -> bool:
    """Store a look; False when it was stored before."""
    done = work.connection.execute(
        update(checks)
        .where(_c.router_id == fact.router_id, _c.command_id == fact.command_id)
        .where(_c.stage == fact.stage, _c.done_at.is_(None))
        .values(due_at=None, done_at=fact.at, outcome=fact.outcome, result=encode(fact.result))
    )
    return done.rowcount == 1


def tallies(connection: Connection, since: float, policy: str | None = None) -> list[Tally]:
    """All outcomes since a time, counted; those of one policy's round, if it is named."""
    groups = (
        _t.action,
        _t.cause,
        _t.manufacturer,
        _t.model,
        _t.firmware,
        _t.arm,
        _t.probability,
        _t.randomised,
        _c.stage,
        _c.outcome,
    )
    query = (
        select(*groups, func.count())
        .select_from(checks.join(trials, _SAME))
        .where(_t.at >= since, _c.done_at.is_not(None))
        .group_by(*groups)
        .order_by(*groups[:5])
    )
    if policy is not None:
        query = query.where(_t.policy == policy)
    return [Tally(*row) for row in connection.execute(query)]


def open_checks(connection: Connection, policy: str, stage: Stage) -> int:
    """Looks of a policy's round that are still to come, at one stage."""
    query = (
        select(func.count())
        .select_from(checks.join(trials, _SAME))
        .where(_t.policy == policy, _c.stage == stage, _c.done_at.is_(None))
    )
    return connection.execute(query).scalar_one()
