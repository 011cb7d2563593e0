"""Rows of devices that are polled: listed, and handed out under a lease to one poller at a time.

How they are changed by facts stands in ``apply_target``.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, and_, case, select, tuple_, update

from acs.storage.schema import commands, routers
from acs.storage.schema_targets import targets

_COLUMNS = tuple(targets.c)
_MOST_AT_ONE = 512  # devices at one address: the ports of a large switch
_LATER = 0.001  # seconds by which two wishes differ at least


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is polled, and how it went.

    Attributes:
        known: what the poller keeps of it.
        failures: readings in a row that failed.
        stopped: not read again before a person has looked.
        due_at: when it is read next, Unix seconds; while it is being read, when its lease ends.
        read_at: when it was last read or tried.
        fault: what went wrong then; empty: nothing.
        why: the same for people.
        wanted_at: when a command was queued for its router; 0: none waits.
        verdict: action of the router's newest verdict.
    """

    router_id: str
    name: str
    way: Literal["snmp", "ssh"]
    address: str
    port: int
    credential: str
    profile: str
    interface: str
    interval: float
    trust: Literal["pinned", "first_use"]
    old_ssh: bool
    known: bytes
    failures: int
    stopped: bool
    due_at: float
    lease: str
    read_at: float | None
    fault: str
    why: str
    wanted_at: float = 0.0
    verdict: str | None = None


def list_targets(
    connection: Connection, after: tuple[str, str], limit: int, router_id: str | None = None
) -> tuple[TargetRow, ...]:
    """Targets in order of router and name, those after a pair; of one router if it is given."""
    query = (
        select(*_COLUMNS, routers.c.verdict)
        .join(routers, routers.c.router_id == targets.c.router_id)
        .where(tuple_(targets.c.router_id, targets.c.name) > tuple_(*after))
        .order_by(targets.c.router_id, targets.c.name)
        .limit(limit)
    )
    if router_id is not None:
        query = query.where(targets.c.router_id == router_id)
    return tuple(_row(row) for row in connection.execute(query))


def addresses(connection: Connection) -> frozenset[str]:
    """The addresses of all devices that are polled."""
    return frozenset(connection.execute(select(targets.c.address).distinct()).scalars())


def targets_at(connection: Connection, address: str) -> tuple[TargetRow, ...]:
    """The devices at an address: of a switch, one for each router behind it."""
    query = (
        select(*_COLUMNS, routers.c.verdict)
        .join(routers, routers.c.router_id == targets.c.router_id)
        .where(targets.c.address == address)
        .order_by(targets.c.router_id, targets.c.name)
        .limit(_MOST_AT_ONE)
    )
    return tuple(_row(row) for row in connection.execute(query))


def claim_targets(
    connection: Connection, now: float, limit: int, lease: str, until: float
) -> tuple[TargetRow, ...]:
    """Up to so many targets that are due, leased until a time under a word that nobody else has.

    One that another poller is reading is not due before its lease has ended; on PostgreSQL rows
    that another one is just claiming are passed over. ``due_at`` of the results is when they
    were due.
    """
    due = (
        select(targets.c.router_id, targets.c.name, targets.c.due_at)
        .where(targets.c.due_at <= now, ~targets.c.stopped)
        .order_by(targets.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite, which has one writer, leaves it out
    )
    were_due = {(router, name): at for router, name, at in connection.execute(due)}
    if not were_due:
        return ()
    mine = and_(
        targets.c.router_id.in_({router for router, _ in were_due}),  # SQLite's way to the index
        tuple_(targets.c.router_id, targets.c.name).in_(list(were_due)),
    )
    connection.execute(update(targets).where(mine).values(due_at=until, lease=lease))
    found = connection.execute(
        select(*_COLUMNS, routers.c.verdict)
        .join(routers, routers.c.router_id == targets.c.router_id)
        .where(mine)
    )
    rows = (_row(row) for row in found)
    return tuple(
        msgspec.structs.replace(row, due_at=were_due[row.router_id, row.name]) for row in rows
    )


def hasten_targets(connection: Connection, now: float, router_id: str | None = None) -> int:
    """Have a router's devices looked at now, because a command is queued; how many there are.

    One that is being read is looked at again right afterwards. Without a router: those of all
    routers with queued commands, in case somebody was told of them and did not live to say so.
    """
    if router_id is None:
        waiting = select(commands.c.router_id).where(commands.c.state == "queued")
        hers = and_(targets.c.router_id.in_(waiting), targets.c.wanted_at == 0)
    else:
        hers = targets.c.router_id == router_id
    wanted_at = targets.c.wanted_at
    is_idle = and_(targets.c.lease == "", targets.c.due_at > now)
    hasten = (
        update(targets)
        .where(hers)
        .values(
            wanted_at=case((wanted_at >= now, wanted_at + _LATER), else_=now),
            due_at=case((is_idle, now), else_=targets.c.due_at),
        )
    )
    return connection.execute(hasten).rowcount


def _row(row: Any) -> TargetRow:
    return TargetRow(**dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented name
