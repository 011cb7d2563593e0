"""What webhooks are told and how that went, as plain values. No statements."""

from typing import Any, Literal

import msgspec

DeliveryState = Literal["waiting", "delivered", "dead"]
WebhookState = Literal["active", "gone"]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; its secret stays where it is.

    Attributes:
        webhook_id: made up.
        url: where it is told.
        kinds: what it is told of, kinds or families of them; empty: of all.
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


def place_of(webhook_id: str) -> str:
    """Where a webhook's secret is sealed for."""
    return f"webhook/{webhook_id}"
