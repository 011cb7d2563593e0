"""Webhooks in the database: set up, listed, tried, retried, removed. Sending is elsewhere."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from acs.news import TEST
from acs.storage.errors import FactRefusedError
from acs.storage.news import newest, tell
from acs.storage.rows import Page
from acs.storage.schema_news import deliveries, webhooks
from acs.storage.secrets import Box
from acs.storage.webhook_rows import (
    Backlog,
    Delivery,
    DeliveryState,
    NewWebhook,
    Webhook,
    place_of,
)

MOST = 50  # webhooks
_w, _d = webhooks.c, deliveries.c
_decode = msgspec.json.Decoder(tuple[str, ...]).decode


def add(connection: Connection, box: Box, new: NewWebhook) -> None:
    """Add a webhook; it is told what happens from now on.

    Raises:
        FactRefusedError: there are as many as there may be.
    """
    if connection.execute(select(func.count()).select_from(webhooks)).scalar_one() >= MOST:
        raise FactRefusedError(f"there are {MOST} webhooks, allowed is no more")
    row = {
        "webhook_id": new.webhook_id,
        "url": new.url,
        "kinds": msgspec.json.encode(sorted(new.kinds)).decode(),
        "secret": box.seal(new.secret, place_of(new.webhook_id)),
        "created_at": new.created_at,
        "state": "active",
        "position": newest(connection),
        "due_at": new.created_at,
    }
    connection.execute(insert(webhooks), row)


def remove(connection: Connection, webhook_id: str) -> bool:
    """Remove a webhook with all that waits; whether there was one."""
    return connection.execute(delete(webhooks).where(_w.webhook_id == webhook_id)).rowcount > 0


def ask_test(connection: Connection, webhook_id: str, by: str, now: float) -> bool:
    """Have a webhook told of a test, now; whether there is one that is active."""
    here = update(webhooks).where(_w.webhook_id == webhook_id, _w.state == "active")
    if not connection.execute(here.values(due_at=now)).rowcount:
        return False
    tell(connection, now, TEST, None, {"webhook_id": webhook_id, "by": by})
    return True


def retry(connection: Connection, webhook_id: str, seq: int | None, now: float) -> int | None:
    """Have what was given up (or one of it) sent again, now; how much. None: no such webhook."""
    here = update(webhooks).where(_w.webhook_id == webhook_id)
    if not connection.execute(here.values(state="active", failures=0, due_at=now)).rowcount:
        return None
    dead = update(deliveries).where(_d.webhook_id == webhook_id, _d.state == "dead")
    if seq is not None:
        dead = dead.where(_d.seq == seq)
    again = {"state": "waiting", "attempts": 0, "since": now}
    return connection.execute(dead.values(**again)).rowcount


# --- reads --------------------------------------------------------------------------------------


def list_webhooks(connection: Connection) -> list[Webhook]:
    """All webhooks, the oldest first."""
    counted = select(_d.webhook_id, _d.state, func.count(), func.min(_d.at)).where(
        _d.state != "delivered"
    )
    counts = {
        (webhook_id, state): (count, at)
        for webhook_id, state, count, at in connection.execute(
            counted.group_by(_d.webhook_id, _d.state)
        )
    }
    rows = connection.execute(select(webhooks).order_by(_w.created_at, _w.webhook_id))
    return [_webhook(row, counts) for row in rows]


def _webhook(row: Row[Any], counts: dict[tuple[str, str], tuple[int, float]]) -> Webhook:
    waiting, oldest_at = counts.get((row.webhook_id, "waiting"), (0, None))
    return Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        kinds=_decode(row.kinds),
        created_at=row.created_at,
        state=row.state,
        failures=row.failures,
        due_at=row.due_at,
        waiting=waiting,
        dead=counts.get((row.webhook_id, "dead"), (0, 0.0))[0],
        oldest_at=oldest_at,
    )


def backlog(connection: Connection) -> Backlog:
    """How much waits and was given up."""
    found = list_webhooks(connection)
    return Backlog(
        sum(each.waiting for each in found),
        sum(each.dead for each in found),
        min((each.oldest_at for each in found if each.oldest_at is not None), default=None),
        sum(each.state == "active" for each in found),
        sum(each.state == "gone" for each in found),
    )


def list_deliveries(
    connection: Connection,
    webhook_id: str,
    states: Sequence[DeliveryState],
    limit: int,
    before: int | None,
) -> Page[Delivery] | None:
    """Deliveries to a webhook, the newest event first. None: no such webhook."""
    known = select(_w.webhook_id).where(_w.webhook_id == webhook_id)
    if connection.execute(known).first() is None:
        return None
    columns = [_d[name] for name in Delivery.__struct_fields__]
    query = select(*columns).where(_d.webhook_id == webhook_id).order_by(_d.seq.desc())
    if states:
        query = query.where(_d.state.in_(states))
    if before is not None:
        query = query.where(_d.seq < before)
    rows = [Delivery(**row) for row in connection.execute(query.limit(limit + 1)).mappings()]
    return Page(rows[:limit], str(rows[limit - 1].seq) if len(rows) > limit else None)
