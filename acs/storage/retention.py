"""Deletes rows that are older than they are kept, a few at a time."""

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Table,
    delete,
    exists,
    func,
    select,
    tuple_,
)

from acs.commands import OPEN_STATES
from acs.storage import partitions
from acs.storage.schema import (
    commands,
    contacts,
    events,
    routers,
    samples,
    sessions,
    verdicts,
)
from acs.storage.schema_audit import audit
from acs.storage.schema_incidents import incident_routers, incidents
from acs.storage.schema_learning import checks, trials
from acs.storage.schema_news import deliveries, news
from acs.storage.settings import Retention


def prune(connection: Connection, now: float, kept: Retention, limit: int) -> int:
    """Delete up to ``limit`` rows; how many were. Fewer than ``limit``: all is done for now."""
    left = limit
    outdated = chain(_samples(connection, now - kept.samples), _outdated(now, kept))
    for table, conditions in outdated:
        if left <= 0:
            break
        key = list(table.primary_key.columns)
        oldest = select(*key).where(*conditions).limit(left)
        if table in (audit, news):  # from its beginning, so that no gap comes into it
            oldest = oldest.order_by(*key)
        here = key[0].in_(oldest) if len(key) == 1 else tuple_(*key).in_(oldest)
        left -= connection.execute(delete(table).where(here)).rowcount
    return limit - left


def _samples(
    connection: Connection, before: float
) -> Iterator[tuple[Table, list[ColumnElement[bool]]]]:
    if connection.dialect.name == "sqlite":
        yield samples, [samples.c.at < before]
        return
    # The others are dropped whole.
    for name in partitions.undroppable(connection):
        part = samples.to_metadata(MetaData(), name=name)
        yield part, [part.c.at < before]


def _outdated(now: float, kept: Retention) -> Iterator[tuple[Table, list[ColumnElement[bool]]]]:
    yield sessions, [sessions.c.expires_at < now - kept.sessions]
    yield events, [events.c.at < now - kept.events]
    # The newest stays: its number is where the next one goes on.
    yield (
        news,
        [news.c.at < now - kept.news, news.c.seq < select(func.max(news.c.seq)).scalar_subquery()],
    )
    ended = deliveries.c.state != "waiting"
    yield deliveries, [deliveries.c.since < now - kept.news, ended]
    yield audit, [audit.c.at < now - kept.audit]
    yield contacts, [contacts.c.at < now - kept.contacts]
    newest = exists().where(
        routers.c.router_id == verdicts.c.router_id,
        routers.c.verdict_since == verdicts.c.since,
    )
    yield verdicts, [verdicts.c.since < now - kept.verdicts, ~newest]
    yield checks, [checks.c.done_at < now - kept.commands]
    unchecked = ~exists().where(
        checks.c.router_id == trials.c.router_id, checks.c.command_id == trials.c.command_id
    )
    yield trials, [trials.c.at < now - kept.commands, unchecked]
    # An incident's routers go first: nothing else would find them.
    over = incidents.c.closed_at < now - kept.events
    gone = select(incidents.c.incident_id).where(over)
    yield incident_routers, [incident_routers.c.incident_id.in_(gone)]
    unlisted = ~exists().where(incident_routers.c.incident_id == incidents.c.incident_id)
    yield incidents, [over, unlisted]
    yield (
        commands,
        [commands.c.at < now - kept.commands, commands.c.state.not_in(OPEN_STATES)],
    )
    yield (
        routers,
        [
            routers.c.enrolment == "quarantined",
            routers.c.last_inform_at < now - kept.quarantined,
            routers.c.account.is_(None),
        ],
    )
