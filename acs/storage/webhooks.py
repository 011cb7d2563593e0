"""Webhooks in the database: what each one is to be told, in order, and how that went.

News is laid out for a webhook by moving its position along the log, in one transaction with the
rows of what it is to get, so that nothing is left out or laid out twice. Who sends holds a lease of
the webhook. Nothing is sent here.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from acs.news import KINDS, TEST, News
from acs.storage.errors import FactRefusedError
from acs.storage.news import Wanted, newest, read, tell
from acs.storage.rows import Page
from acs.storage.schema_news import deliveries, news, webhooks
from acs.storage.secrets import Box

DeliveryState = Literal["waiting", "delivered", "dead"]
WebhookState = Literal["active", "gone"]
MOST = 50  # webhooks
_LAID_OUT = 500  # events looked at in one transaction for one webhook
_ORDINARY = frozenset(KINDS) - {TEST}
_w, _d = webhooks.c, deliveries.c
_decode = msgspec.json.Decoder(tuple[str, ...]).decode


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; its secret stays where it is.

    Attributes:
        webhook_id: made up.
        url: where it is told.
        kinds: what it is told of; empty: of all.
        created_at: Unix seconds.
        state: ``gone``: it answered 410 and is told nothing any more.
        failures: tries in a row that failed.
        due_at: not before then is anything sent, Unix seconds.
        waiting: how much waits.
        dead: how much was given up.
        oldest_at: when the oldest of what waits happened; None: nothing waits.
    """

    webhook_id: str
    url: str
    kinds: tuple[str, ...]
    created_at: float
    state: WebhookState
    failures: int
    due_at: float
    waiting: int = 0
    dead: int = 0
    oldest_at: float | None = None


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook to be added; ``kinds`` empty: of all. Its repr shows neither address nor secret."""

    webhook_id: str
    url: str
    kinds: tuple[str, ...]
    secret: bytes
    created_at: float

    def __repr__(self) -> str:
        return f"NewWebhook({self.webhook_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """As ``repr``, for those who print fields by themselves."""
        return [("webhook_id", self.webhook_id)]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook, or what became of it.

    Attributes:
        seq: of the event.
        at: when it happened, Unix seconds.
        kind: of the event.
        state: ``dead``: it was given up.
        attempts: so far.
        tried_at: last; None: not yet.
        status: HTTP status of the last answer; None: there was none.
        fault: what was wrong with the last try; "" if nothing.
        since: when it came into its state.
    """

    seq: int
    at: float
    kind: str
    state: DeliveryState
    attempts: int
    tried_at: float | None
    status: int | None
    fault: str
    since: float


class Parcel(msgspec.Struct, frozen=True):
    """What is to be sent: number of the event, the body, tries so far."""

    seq: int
    body: bytes
    attempts: int


class Run(msgspec.Struct, frozen=True):
    """What one webhook is to be sent now, in order. Its repr shows neither address nor secret."""

    webhook_id: str
    url: str
    secret: bytes
    failures: int
    parcels: tuple[Parcel, ...]

    def __repr__(self) -> str:
        return f"Run({self.webhook_id!r}, {len(self.parcels)} parcels)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """As ``repr``, for those who print fields by themselves."""
        return [("webhook_id", self.webhook_id)]


class Claimed(msgspec.Struct, frozen=True):
    """What was claimed; how much was given up for its age; whether there is more to lay out."""

    runs: tuple[Run, ...]
    expired: int
    more: bool


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a try went.

    Attributes:
        state: what the delivery is now; ``gone``: it is dead, and so is the webhook.
        status: HTTP status of the answer, if there was one.
        fault: what was wrong; "" if nothing.
        failures: of the webhook, from now on.
        due_at: when its next try may be.
    """

    state: DeliveryState | Literal["gone"]
    status: int | None
    fault: str
    failures: int
    due_at: float


class Backlog(msgspec.Struct, frozen=True):
    """Of all webhooks together: what waits, what was given up, when the oldest that waits happened.

    ``active`` and ``gone`` are how many webhooks there are.
    """

    waiting: int
    dead: int
    oldest_at: float | None
    active: int
    gone: int


def _place(webhook_id: str) -> str:
    return f"webhook/{webhook_id}"


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
        "secret": box.seal(new.secret, _place(new.webhook_id)),
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


# --- sending ------------------------------------------------------------------------------------


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
            secret = box.open(row.secret, _place(row.webhook_id))
            runs.append(Run(row.webhook_id, row.url, secret, row.failures, found))
    return Claimed(tuple(runs), expired, more)


def _lay_out(
    connection: Connection, row: Row[Any], encode: Callable[[News], bytes], now: float
) -> bool:
    """Whether there is more than was laid out now."""
    kinds = frozenset(_decode(row.kinds)) or _ORDINARY
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
