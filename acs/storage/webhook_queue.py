"""What is due to be sent to webhooks: laid out, claimed, settled.

News is laid out for a webhook by moving its position along the log, in one transaction with the
rows of what it is to get, so that nothing is left out or laid out twice. Who sends holds a lease of
the webhook. Nothing is sent here.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from acs.news import KINDS, TEST, News, UnknownKindError, kinds_of
from acs.storage.news import Wanted, read
from acs.storage.schema_news import deliveries, news, webhooks
from acs.storage.secrets import Box
from acs.storage.webhook_rows import Claimed, Parcel, Result, Run, place_of

_LAID_OUT = 500  # events looked at in one transaction for one webhook
_ORDINARY = frozenset(KINDS) - {TEST}
_w, _d = webhooks.c, deliveries.c
_decode = msgspec.json.Decoder(tuple[str, ...]).decode


def _free(now: float) -> ColumnElement[bool]:
    return _w.leased_until <= now


def is_due(connection: Connection, now: float) -> bool:
    """Whether there is news to lay out or something to send that nobody is at."""
    last = select(func.max(news.c.seq)).scalar_subquery()
    waits = (
        select(_d.seq).where(_d.webhook_id == _w.webhook_id, _d.state == "waiting").limit(1)
    ).exists()
    query = select(_w.webhook_id).where(
        _w.state == "active", _free(now), or_(_w.position < last, (_w.due_at <= now) & waits)
    )
    return connection.execute(query.limit(1)).first() is not None


def claim(
    connection: Connection,
    box: Box,
    encode: Callable[[News], bytes],
    *,
    now: float,
    lease: str,
    until: float,
    limit: int,
    parcels: int,
    give_up: float,
) -> Claimed:
    """Lay out what is new, and claim up to ``limit`` webhooks that have something due.

    Args:
        connection: of the writer.
        box: opens secrets.
        encode: makes an event's body.
        now: Unix seconds.
        lease: names who claims.
        until: when the lease ends, Unix seconds.
        limit: webhooks to be claimed at most; news is laid out for all that are free.
        parcels: of one webhook at once.
        give_up: seconds after which what waits at a webhook that fails is dead.
    """
    free = select(webhooks).where(_w.state == "active", _free(now)).order_by(_w.due_at)
    runs: list[Run] = []
    expired, more = 0, False
    for row in connection.execute(free.with_for_update(skip_locked=True)).all():
        more = _lay_out(connection, row, encode, now) or more
        if row.due_at > now or len(runs) >= limit:
            continue
        if row.failures:
            expired += _expire(connection, row.webhook_id, now, give_up)
        found = _oldest(connection, row.webhook_id, parcels)
        if found:
            here = update(webhooks).where(_w.webhook_id == row.webhook_id)
            connection.execute(here.values(lease=lease, leased_until=until))
            secret = box.open(row.secret, place_of(row.webhook_id))
            runs.append(Run(row.webhook_id, row.url, secret, row.failures, found))
    return Claimed(tuple(runs), expired, more)


def _lay_out(
    connection: Connection, row: Row[Any], encode: Callable[[News], bytes], now: float
) -> bool:
    """Whether there is more than was laid out now."""
    kinds = _wanted(_decode(row.kinds))
    found = read(connection, row.position, Wanted(kinds | {TEST}), _LAID_OUT)
    if found.upto <= row.position:
        return False
    rows = [
        {
            "webhook_id": row.webhook_id,
            "seq": one.seq,
            "at": one.at,
            "kind": one.kind,
            "body": encode(one),
            "state": "waiting",
            "since": now,
        }
        for one in found.events
        if one.kind != TEST or one.detail.get("webhook_id") == row.webhook_id
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
    here = update(webhooks).where(_w.webhook_id == row.webhook_id)
    connection.execute(here.values(position=found.upto))
    return found.upto < found.newest


def _wanted(names: tuple[str, ...]) -> frozenset[str]:
    """Kinds that a webhook is told of; what this release does not know is none of them."""
    if not names:
        return _ORDINARY
    found: frozenset[str] = frozenset()
    for name in names:
        with contextlib.suppress(UnknownKindError):
            found |= kinds_of((name,))
    return found


def _oldest(connection: Connection, webhook_id: str, limit: int) -> tuple[Parcel, ...]:
    query = select(_d.seq, _d.body, _d.attempts).where(
        _d.webhook_id == webhook_id, _d.state == "waiting"
    )
    return tuple(Parcel(*row) for row in connection.execute(query.order_by(_d.seq).limit(limit)))


def _expire(connection: Connection, webhook_id: str, now: float, give_up: float) -> int:
    old = update(deliveries).where(
        _d.webhook_id == webhook_id, _d.state == "waiting", _d.since < now - give_up
    )
    dead = {"state": "dead", "since": now, "fault": "the receiver failed for too long"}
    return connection.execute(old.values(**dead)).rowcount


def settle(
    connection: Connection,
    webhook_id: str,
    seq: int,
    result: Result,
    *,
    now: float,
    lease: str,
    until: float,
) -> bool:
    """Store how a try went and make the lease longer; whether the next may follow at once.

    What another has claimed meanwhile is that one's to say, but for what was delivered.
    """
    mine = _w.lease == lease
    hook: dict[str, object] = {
        "failures": result.failures,
        "due_at": result.due_at,
        "leased_until": until,
    }
    if result.state == "gone":
        hook["state"] = "gone"
    held = update(webhooks).where(_w.webhook_id == webhook_id, mine, _w.leased_until > 0)
    holds = connection.execute(held.values(**hook)).rowcount > 0
    if not holds and result.state != "delivered":
        return False
    state = "dead" if result.state == "gone" else result.state
    tried = {"tried_at": now, "status": result.status, "fault": result.fault, "state": state}
    since = {} if state == "waiting" else {"since": now}
    here = update(deliveries).where(_d.webhook_id == webhook_id, _d.seq == seq)
    connection.execute(here.values(attempts=_d.attempts + 1, **tried, **since))
    if result.state == "gone":
        rest = update(deliveries).where(_d.webhook_id == webhook_id, _d.state == "waiting")
        connection.execute(rest.values(state="dead", since=now, fault=result.fault))
    return holds and result.state == "delivered"


def release(connection: Connection, webhook_id: str, lease: str) -> None:
    """Let others have a webhook."""
    mine = update(webhooks).where(_w.webhook_id == webhook_id, _w.lease == lease)
    connection.execute(mine.values(leased_until=0.0))
