"""Reads about what happened: samples, windows, events, contacts, commands."""

from collections.abc import Sequence
from typing import Any

from msgspec import msgpack
from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Text,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    tuple_,
)

from acs.commands import Command, CommandState
from acs.storage import vitals
from acs.storage.command_rows import command_of
from acs.storage.rows import ContactRow, EventRow, Page, Remedy, Windowed
from acs.storage.schema import commands, contacts, events, routers, samples, windows
from acs.storage.state import FOR_SAMPLE, LOADED, RouterState
from acs.storage.windows import PAST, RECENT, decode_window
from diagnostics.history import History
from diagnostics.sample import Sample

_decode = msgpack.Decoder(dict[str, object]).decode
_KEY: BindParameter[str] = bindparam("router_id", type_=Text)
# Built once: building a statement costs more than running it.
_WINDOW = select(windows.c.part, windows.c.body).where(windows.c.router_id == _KEY)
_STATE = select(
    *(routers.c[name] for name in LOADED[:FOR_SAMPLE]),
    routers.c.last_inform_at,
    routers.c.first_seen_at,
).where(routers.c.router_id == _KEY)


def window(connection: Connection, router_id: str) -> History:
    """A router's window; empty before its first sample."""
    rows = connection.execute(_WINDOW, {"router_id": router_id})
    bodies: dict[int, bytes] = {row.part: row.body for row in rows}
    return decode_window(connection, router_id, bodies.get(RECENT, b""), bodies.get(PAST, b""))


def windowed(connection: Connection, router_id: str) -> Windowed | None:
    """A router's window and context as of the last time it was heard; None if it is unknown."""
    row = connection.execute(_STATE, {"router_id": router_id}).one_or_none()
    if row is None:
        return None
    *columns, last_inform_at, first_seen_at = row
    state = RouterState(*columns)
    heard = max(first_seen_at, last_inform_at or 0.0, state.collected_at or 0.0)
    return Windowed(window(connection, router_id), state.context(heard), router_id)


def list_samples(
    connection: Connection, router_id: str, since: float, until: float, limit: int
) -> list[Sample]:
    """The newest samples between two times (both included), oldest of them first."""
    query = (
        select(samples.c.at, samples.c.vitals)
        .where(samples.c.router_id == router_id, samples.c.at >= since, samples.c.at <= until)
        .order_by(samples.c.at.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    return [Sample(at, vitals.name(vitals.unpack(body))) for at, body in reversed(rows)]


def list_events(connection: Connection, router_id: str, since: float, limit: int) -> list[EventRow]:
    """A router's events since a time, newest first."""
    query = (
        select(events)
        .where(events.c.router_id == router_id, events.c.at >= since)
        .order_by(events.c.number.desc())
        .limit(limit)
    )
    return [
        EventRow(row.router_id, row.number, row.at, row.kind, _decode(row.detail))
        for row in connection.execute(query)
    ]


def remedies(connection: Connection, since: float) -> list[Remedy]:
    """What was tried in contacts since a moment, by remedy and channel, the commonest first."""
    c = contacts.c
    query = (
        select(
            c.action,
            c.channel,
            func.count(),
            func.sum(case((c.helped.is_(true()), 1), else_=0)),
            func.sum(case((c.helped.is_(false()), 1), else_=0)),
            func.sum(case((c.escalated.is_(true()), 1), else_=0)),
        )
        .where(c.at >= since)
        .group_by(c.action, c.channel)
    )
    found = [
        Remedy(tried or "", channel, *map(int, counts))
        for tried, channel, *counts in connection.execute(query)
    ]
    return sorted(found, key=lambda each: (-each.contacts, each.tried, each.channel))


def list_contacts(connection: Connection, router_id: str, since: float) -> list[ContactRow]:
    """Contacts about a router since a time, newest first."""
    query = (
        select(contacts)
        .where(contacts.c.router_id == router_id, contacts.c.at >= since)
        .order_by(contacts.c.number.desc())
    )
    return [contact_of(row) for row in connection.execute(query)]


def contact_of(row: Row[Any]) -> ContactRow:
    """The contact of a row of all columns."""
    return contact_from(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented name


def contact_from(values: dict[str, Any]) -> ContactRow:
    """The contact of all columns by name."""
    return ContactRow(**{**values, "escalated": bool(values["escalated"])})


def command(connection: Connection, command_id: str) -> Command | None:
    """One command."""
    query = select(commands).where(commands.c.command_id == command_id)
    row = connection.execute(query).first()
    return None if row is None else command_of(row)


def list_commands(
    connection: Connection,
    router_id: str | None,
    states: Sequence[CommandState] | None,
    limit: int,
    cursor: str | None,
) -> Page[Command]:
    """Commands, newest first; ``cursor`` is a page's own."""
    c = commands.c
    query = select(commands).order_by(c.at.desc(), c.command_id.desc()).limit(limit + 1)
    if router_id is not None:
        query = query.where(c.router_id == router_id)
    if states:
        query = query.where(c.state.in_(states))
    if cursor is not None:
        at, _, command_id = cursor.partition("/")
        query = query.where(tuple_(c.at, c.command_id) < (_number(at), command_id))
    rows = connection.execute(query).all()
    items = [command_of(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items, f"{items[-1].at!r}/{items[-1].command_id}" if more else None)


def due_commands(connection: Connection, now: float, limit: int) -> list[Command]:
    """Commands whose deadline has come, the most overdue first."""
    query = (
        select(commands)
        .where(commands.c.due_at <= now)
        .order_by(commands.c.due_at, commands.c.command_id)
        .limit(limit)
    )
    return [command_of(row) for row in connection.execute(query)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")
