"""The audit log in the database: entries join what they tell of in its own transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, text

from acs.audit import FIRST, Act, Entry, detail, digest
from acs.commands import Command
from acs.facts import (
    Admitted,
    Belongs,
    CommandWithdrawn,
    ContactMade,
    Enrolled,
    Fact,
    Noted,
    Placed,
    TargetGone,
    TargetSet,
)
from acs.storage.schema_audit import audit

_LOCK = 0x616375  # advisory: the end of the chain is one node's at a time


class Told(msgspec.Struct, frozen=True):
    """An act and what is told of it; its outcome is known once it was done.

    Attributes:
        act: who does what.
        about: what it is done to; empty: the act says.
        values: details; nothing secret.
        outcome: where it is known before, such as ``refused``.
    """

    act: Act
    about: str
    values: Mapping[str, object]
    outcome: str = ""


def append(connection: Connection, told: Sequence[tuple[Told, object]]) -> None:
    """Add entries at the end of the chain, each with the result of what it tells of."""
    if connection.dialect.name != "sqlite":  # SQLite's writer is alone by itself
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    newest = select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)
    seq, head = connection.execute(newest).one_or_none() or (0, FIRST)
    rows = []
    for each, result in told:
        seq += 1
        outcome, more = (each.outcome, {}) if each.outcome else _outcome(each, result)
        entry = Entry(
            seq=seq,
            at=round(each.act.at, 3),
            who=each.act.who,
            channel=each.act.channel,
            what=each.act.what,
            about=each.about or each.act.about,
            outcome=outcome,
            detail=detail({**each.values, **more}),
        )
        head = digest(head, entry)
        rows.append({**_columns(entry), "digest": head})
    connection.execute(insert(audit), rows)


def _columns(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


def _outcome(told: Told, result: object) -> tuple[str, dict[str, object]]:
    if isinstance(result, Command):
        refusals: dict[str, object] = {}
        if result.state == "refused":
            refusals = {"refused_by": sorted({refusal.guard for refusal in result.refusals})}
        known = {"command": result.command_id, "kind": result.kind, **refusals}
        return "refused" if refusals else "done", known
    # A command that could not be withdrawn; other facts have no result either.
    if result is False or ("withdrawn" in told.values and result == (None,)):
        return "nothing", {}
    return "done", {}


def of_facts(facts: Sequence[Fact]) -> dict[str, object] | None:
    """What facts that somebody caused have to tell; None: they are not of that kind."""
    told: dict[str, object] = {}
    for fact in facts:
        tell = _FACTS.get(type(fact))
        if tell is not None:
            told |= tell(fact)
    return told or None


_FACTS: Mapping[type, Callable[[Any], dict[str, object]]] = {
    ContactMade: lambda f: {"contact": f.channel, "tried": f.action, "helped": f.helped},
    Belongs: lambda f: {"account": f.account, "segment": f.segment},
    Placed: lambda f: {"account": f.account, "segment": f.segment},
    CommandWithdrawn: lambda f: {"withdrawn": f.command_id},
    Enrolled: lambda f: {"enrolled": f.username},
    Admitted: lambda _: {"admitted": True},
    TargetSet: lambda f: {"target": f.target.name},
    TargetGone: lambda f: {"target_removed": f.name},
    Noted: lambda f: {"noted": f.kind},
}


class Query(msgspec.Struct, frozen=True):
    """Which entries are wanted.

    Attributes:
        oldest_first: else the newest first.
        beyond: only entries after this number, in that order; None: from the beginning.
        who: only of this one.
        about: only about this.
        since: only from then on, Unix seconds.
        limit: so many at most.
    """

    oldest_first: bool = False
    beyond: int | None = None
    who: str = ""
    about: str = ""
    since: float | None = None
    limit: int = 100


def entries(connection: Connection, query: Query) -> list[Entry]:
    """The wanted entries."""
    seq = audit.c.seq
    wanted = select(audit).limit(query.limit)
    wanted = wanted.order_by(seq if query.oldest_first else seq.desc())
    if query.beyond is not None:
        wanted = wanted.where(seq > query.beyond if query.oldest_first else seq < query.beyond)
    if query.who:
        wanted = wanted.where(audit.c.who == query.who)
    if query.about:
        wanted = wanted.where(audit.c.about == query.about)
    if query.since is not None:
        wanted = wanted.where(audit.c.at >= query.since)
    return [Entry(**row) for row in connection.execute(wanted).mappings()]
