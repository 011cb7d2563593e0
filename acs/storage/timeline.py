"""What happened to a router, from all tables that know of it, as one line of moments.

Each source is one statement by the router's id.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec import msgpack
from sqlalchemy import ColumnElement, Connection, Select, select

from acs.commands import Command
from acs.storage.command_rows import command_of
from acs.storage.schema import commands, contacts, events, verdicts
from acs.storage.schema_incidents import incident_routers, incidents

_decode = msgpack.Decoder(dict[str, object]).decode

FOREVER = float("inf")
_COMMANDS = 4  # times the limit: a command's later steps may lie among those of newer ones


class Moment(msgspec.Struct, frozen=True):
    """Something that happened.

    Attributes:
        at: Unix seconds.
        kind: ``event``, ``contact``, ``command``, ``verdict`` or ``incident``.
        what: an event's kind (``boot`` …), a contact's channel, a command's step (``queued``,
            ``refused``, ``sent``, ``answered``, ``back`` or how it ended), a verdict's action,
            ``opened`` or ``closed``.
        about: a command's or an incident's id; empty: it has none.
        detail: its figures.
    """

    at: float
    kind: Literal["event", "contact", "command", "verdict", "incident"]
    what: str
    about: str = ""
    detail: dict[str, object] = {}


def timeline(connection: Connection, router_id: str, before: float, limit: int) -> list[Moment]:
    """At least ``limit`` moments before a time, if there are so many, the newest first.

    What happened at the very same time is never parted, so that the time of the last moment says
    where to go on.
    """
    found: list[Moment] = []
    bound = -FOREVER  # from there on every source was read to its end
    for source in (_events, _contacts, _verdicts, _commands, _incidents):
        moments, is_whole = source(connection, router_id, before, limit)
        found += [moment for moment in moments if moment.at < before]
        if not is_whole:
            bound = max(bound, min(moment.at for moment in moments))
    found = [moment for moment in found if moment.at >= bound]
    found.sort(key=lambda moment: moment.at, reverse=True)
    if len(found) > limit:
        last = found[limit - 1].at
        found = [moment for moment in found if moment.at >= last]
    return found


Read = tuple[list[Moment], bool]


def _newest(
    connection: Connection, query: Select[Any], at: ColumnElement[float], limit: int
) -> tuple[Sequence[Any], bool]:
    """About the newest ``limit`` rows, none of a time without all of it; whether they are all."""
    rows = connection.execute(query.order_by(at.desc()).limit(limit + 1)).all()
    if len(rows) <= limit:
        return rows, True
    last = connection.execute(
        query.with_only_columns(at).order_by(at.desc()).offset(limit).limit(1)
    ).scalar_one()
    return connection.execute(query.where(at >= last).order_by(at.desc())).all(), False


def _events(connection: Connection, router_id: str, before: float, limit: int) -> Read:
    c = events.c
    query = select(c.at, c.kind, c.detail).where(c.router_id == router_id, c.at < before)
    rows, is_whole = _newest(connection, query, c.at, limit)
    moments = [Moment(at, "event", kind, "", _decode(detail)) for at, kind, detail in rows]
    return moments, is_whole


def _contacts(connection: Connection, router_id: str, before: float, limit: int) -> Read:
    c = contacts.c
    query = select(contacts).where(c.router_id == router_id, c.at < before)
    rows, is_whole = _newest(connection, query, c.at, limit)
    moments = []
    for row in rows:
        detail = {
            "line": row.line,
            "tried": row.action,
            "helped": row.helped,
            "note": row.note,
            "about": row.finding,
            "escalated": bool(row.escalated),
        }
        moments.append(Moment(row.at, "contact", row.channel, "", detail))
    return moments, is_whole


def _verdicts(connection: Connection, router_id: str, before: float, limit: int) -> Read:
    c = verdicts.c
    query = select(c.since, c.action, c.cause, c.confidence).where(
        c.router_id == router_id, c.since < before
    )
    rows, is_whole = _newest(connection, query, c.since, limit)
    moments = [
        Moment(since, "verdict", action, "", {"cause": cause, "confidence": round(confidence, 3)})
        for since, action, cause, confidence in rows
    ]
    return moments, is_whole


def _commands(connection: Connection, router_id: str, before: float, limit: int) -> Read:
    c = commands.c
    query = select(commands).where(c.router_id == router_id, c.at < before)
    most = _COMMANDS * limit
    rows, is_whole = _newest(connection, query, c.at, most)
    moments = [moment for row in rows for moment in steps(command_of(row))]
    return moments, is_whole


def steps(command: Command) -> Iterator[Moment]:
    """What became of a command, step by step."""
    told: dict[str, object] = {"kind": command.kind}
    asked = {**told, "by": command.asked_by, "reason": command.reason, "consent": command.consent}
    if command.state == "refused":
        refusals = [{"guard": each.guard, "reason": each.reason} for each in command.refusals]
        yield Moment(
            command.at, "command", "refused", command.command_id, {**asked, "refusals": refusals}
        )
        return
    yield Moment(command.at, "command", "queued", command.command_id, asked)
    for at, step in (
        (command.sent_at, "sent"),
        (command.answered_at, "answered"),
        (command.confirmed_at, "back"),
    ):
        if at is not None:
            yield Moment(at, "command", step, command.command_id, told)
    if command.ended_at is not None:
        ended = {**told, "outcome": command.outcome}
        yield Moment(command.ended_at, "command", command.state, command.command_id, ended)


def _incidents(connection: Connection, router_id: str, before: float, limit: int) -> Read:
    c = incidents.c
    query = (
        select(
            c.incident_id, c.place, c.kind, c.opened_at, c.closed_at, incident_routers.c.affected
        )
        .join(incident_routers, incident_routers.c.incident_id == c.incident_id)
        .where(incident_routers.c.router_id == router_id, c.opened_at < before)
    )
    rows, is_whole = _newest(connection, query, c.opened_at, limit)
    moments = []
    for incident_id, place, kind, opened_at, closed_at, affected in rows:
        detail: dict[str, object] = {"place": place, "kind": kind, "affected": bool(affected)}
        moments.append(Moment(opened_at, "incident", "opened", incident_id, detail))
        if closed_at is not None:
            moments.append(Moment(closed_at, "incident", "closed", incident_id, detail))
    return moments, is_whole
