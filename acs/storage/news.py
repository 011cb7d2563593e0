"""The log of events in the database: they join what they tell of in its own transaction.

Numbers are given under a lock that is held until the commit, so that they rise in the order of
commits: whoever has read up to one of them misses none before it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection, Row, Select, func, insert, select, text
from twisted.internet.defer import Deferred

from acs.commands import Command
from acs.news import News
from acs.storage.schema_news import news

log = structlog.get_logger("storage")

T = TypeVar("T")
_LOCK = 0x6E657773  # advisory: the end of the log is one node's at a time
_WAITING = "acs.news"
_c = news.c
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, object]).decode

OF_EVENTS: Mapping[str, str] = {
    "boot": "router.boot",
    "firmware": "router.firmware",
    "enrolled": "router.enrolled",
    "quarantined": "router.quarantined",
    "silent": "router.silent",
    "identity_flapping": "router.identity_flapping",
    "identity_cleared": "router.identity_cleared",
}
"""Which of the kinds of routers' own events are news."""


def waiting(connection: Connection) -> list[News]:
    """What the transaction under way has to tell; appended when it commits."""
    found: list[News] = connection.info.setdefault(_WAITING, [])
    return found


def tell(
    connection: Connection,
    at: float,
    kind: str,
    router_id: str | None,
    detail: dict[str, object],
) -> None:
    """Have the transaction tell something."""
    waiting(connection).append(News(at, kind, router_id, detail))


def tell_command(connection: Connection, command: Command, at: float) -> None:
    """Have the transaction tell that a command came into its state."""
    detail: dict[str, object] = {
        "command_id": command.command_id,
        "kind": command.kind,
        "asked_by": command.asked_by,
        "reason": command.reason,
        "cause": command.cause,
    }
    if command.outcome is not None:
        detail["outcome"] = command.outcome
    if command.state == "refused":
        refusals = [{"guard": each.guard, "reason": each.reason} for each in command.refusals]
        detail["refusals"] = refusals
    tell(connection, at, f"command.{command.state}", command.router_id, detail)


def append(connection: Connection, told: Sequence[News]) -> None:
    """Add to the end of the log; nothing else may be locked after it in this transaction."""
    if connection.dialect.name != "sqlite":  # SQLite's writer is alone by itself
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    last = newest(connection)
    rows = [
        {
            "seq": seq,
            "at": round(each.at, 3),
            "router_id": each.router_id,
            "kind": each.kind,
            "detail": _encode(each.detail).decode(),
        }
        for seq, each in enumerate(told, last + 1)
    ]
    connection.execute(insert(news), rows)


def newest(connection: Connection) -> int:
    """The number of the newest event; 0: there has been none."""
    return connection.execute(select(func.max(_c.seq))).scalar_one() or 0


class Wanted(msgspec.Struct, frozen=True):
    """Which events are wanted.

    Attributes:
        kinds: only of these; None: of all.
        router_ids: only about these; None: about any, or none.
    """

    kinds: frozenset[str] | None = None
    router_ids: frozenset[str] | None = None

    def takes(self, one: News) -> bool:
        """Whether it is wanted."""
        return (self.kinds is None or one.kind in self.kinds) and (
            self.router_ids is None or one.router_id in self.router_ids
        )


class Stretch(msgspec.Struct, frozen=True):
    """A piece of the log.

    Attributes:
        events: the wanted ones, in the order of their numbers.
        upto: all up to this number has been looked at.
        oldest: number of the oldest event that is kept; 0: there is none.
        newest: of the newest.
    """

    events: list[News]
    upto: int
    oldest: int
    newest: int


def read(connection: Connection, after: int, wanted: Wanted, limit: int) -> Stretch:
    """Up to so many wanted events after a number."""
    oldest, last = connection.execute(select(func.min(_c.seq), func.max(_c.seq))).one()
    query = _where(select(news), wanted).where(_c.seq > after, _c.seq <= (last or 0))
    rows = connection.execute(query.order_by(_c.seq).limit(limit)).all()
    events = [_news(row) for row in rows]
    upto = events[-1].seq if len(events) == limit else max(after, last or 0)
    return Stretch(events, upto, oldest or 0, last or 0)


def _where(query: Select[Any], wanted: Wanted) -> Select[Any]:
    for column, allowed in ((_c.kind, wanted.kinds), (_c.router_id, wanted.router_ids)):
        if allowed is not None:
            query = query.where(column.in_(sorted(allowed)))
    return query


def latest(connection: Connection, before: int | None, wanted: Wanted, limit: int) -> list[News]:
    """The newest wanted events, the newest first; those before a number."""
    query = _where(select(news), wanted).order_by(_c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(_c.seq < before)
    return [_news(row) for row in connection.execute(query)]


def _news(row: Row[Any]) -> News:
    return News(row.at, row.kind, row.router_id, _decode(row.detail), row.seq)


class Listeners:
    """Who is woken when news has been committed, in the Deferreds' thread."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], object]] = []

    def add(self, call: Callable[[], object]) -> None:
        """Have it called each time."""
        self._calls.append(call)

    def wake(self) -> None:
        """News has been committed."""
        for call in self._calls:
            try:
                call()
            except Exception:  # whoever it is: the others are woken, and the writer goes on
                log.exception("storage.listener_failed")


class _Run(Protocol):
    def __call__(self, call: Callable[[Connection], T]) -> "Deferred[T]": ...


class NewsBook:
    """The store's door to the log of events; each call returns a Deferred.

    Args:
        read: runs a call in a reader's thread.
        listeners: woken by what this process commits.
    """

    def __init__(self, read: _Run, listeners: Listeners) -> None:
        self._read = read
        self.listeners = listeners

    def after(self, seq: int, wanted: Wanted, limit: int) -> "Deferred[Stretch]":
        """Up to so many wanted events after a number, the oldest first."""
        return self._read(lambda c: read(c, seq, wanted, limit))

    def latest(self, before: int | None, wanted: Wanted, limit: int) -> "Deferred[list[News]]":
        """The newest wanted events before a number, the newest first."""
        return self._read(lambda c: latest(c, before, wanted, limit))
