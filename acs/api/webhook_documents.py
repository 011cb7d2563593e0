"""What the API takes and answers about webhooks. Plain values.

Their docstrings are the descriptions in the OpenAPI document.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from acs.api.fields import ShortText
from acs.api.times import Time
from acs.storage.webhook_rows import DeliveryState, WebhookState

_Url = Annotated[str, Meta(min_length=1, max_length=2000)]


class WebhookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook to be set up; it is told what happens from then on.

    Attributes:
        url: where events are posted to, https and public unless the configuration says more.
        kinds: of which kinds (``command.sent``) or families (``command``); empty: of all.
        secret: ``whsec_`` and the base64 of 24 to 64 bytes, with which messages are signed; null:
            one is made up and shown once.
    """

    url: _Url
    kinds: Annotated[tuple[ShortText, ...], Meta(max_length=100)] = ()
    secret: Annotated[str, Meta(max_length=200)] | None = None

    def __repr__(self) -> str:
        return "WebhookBody(redacted)"


class RetryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be sent again.

    Attributes:
        seq: number of the one event; null: all that was given up.
    """

    seq: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class WebhookMade(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that was set up.

    Attributes:
        webhook_id: by which it is asked for.
        secret: with which messages are signed (Standard Webhooks); it is shown this once.
    """

    webhook_id: str
    secret: str

    def __repr__(self) -> str:
        return f"WebhookMade({self.webhook_id!r}, redacted)"


class WebhookDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; its secret is never shown again.

    Attributes:
        webhook_id: by which it is asked for.
        url: where events are posted to.
        kinds: of which kinds or families; empty: of all.
        state: ``gone``: it answered 410, and is told nothing until what was given up is retried.
        created_at: when it was set up.
        failures: tries in a row that failed.
        next_try_at: nothing is sent before then; null: it does not fail.
        waiting: events that wait.
        dead: events that were given up and are still kept.
        oldest_waiting_at: when the oldest of those that wait happened; null: none waits.
    """

    webhook_id: str
    url: str
    kinds: tuple[str, ...]
    state: WebhookState
    created_at: Time
    failures: int
    next_try_at: Time | None
    waiting: int
    dead: int
    oldest_waiting_at: Time | None


class WebhookList(msgspec.Struct, frozen=True, kw_only=True):
    """All webhooks.

    Attributes:
        items: the oldest first.
    """

    items: tuple[WebhookDocument, ...]


class DeliveryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook, or what became of it.

    Attributes:
        seq: the event's number.
        at: when it happened.
        kind: what happened.
        state: ``dead``: it was given up.
        attempts: tries so far.
        tried_at: the last of them; null: there was none.
        status: HTTP status of the last answer; null: there was none.
        fault: what was wrong with the last try; empty if nothing.
    """

    seq: int
    at: Time
    kind: str
    state: DeliveryState
    attempts: int
    tried_at: Time | None
    status: int | None
    fault: str


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries to a webhook, the newest event first.

    Attributes:
        items: at most ``limit`` of them.
        next: cursor of the next page; null: this is the last.
    """

    items: tuple[DeliveryDocument, ...]
    next: str | None = None


class RetriedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again.

    Attributes:
        retried: how many events.
    """

    retried: int
