"""What the API answers about events. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

from typing import Any

import msgspec

from acs.api.times import Time, moment
from acs.news import News


class FleetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened.

    Attributes:
        seq: its number; the numbers rise in the order in which events were stored.
        at: when it happened.
        kind: what: a family, a dot and the rest, such as ``command.sent`` or ``router.boot``.
        router_id: of the router that it is about; null: it is about no single one.
        detail: its figures, by kind.
    """

    seq: int
    at: Time
    kind: str
    router_id: str | None
    detail: dict[str, Any]


class FleetEventPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events.

    Attributes:
        items: at most ``limit`` events: the newest first or, with ``after``, the oldest first.
        next: cursor of the next page; null: this is the last, or ``after`` was given.
        upto: all events up to this number have been looked at; the ``after`` for what comes then.
        gap: with ``after``: events after that number are no longer kept, or it is a number that
            has never been given (the database was replaced).
    """

    items: tuple[FleetEvent, ...]
    next: str | None = None
    upto: int = 0
    gap: bool = False


def fleet_event(one: News) -> FleetEvent:
    """An event as the API tells it."""
    return FleetEvent(
        seq=one.seq, at=moment(one.at), kind=one.kind, router_id=one.router_id, detail=one.detail
    )
