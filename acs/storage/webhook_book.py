"""The store's door to webhooks; statements are elsewhere."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from acs.news import News
from acs.storage import webhook_queue, webhooks
from acs.storage.rows import Page
from acs.storage.secrets import Box
from acs.storage.webhook_rows import (
    Backlog,
    Claimed,
    Delivery,
    DeliveryState,
    NewWebhook,
    Result,
    Webhook,
)

T = TypeVar("T")


class _Run(Protocol):
    def __call__(self, call: Callable[[Connection], T]) -> "Deferred[T]": ...


class _Write(Protocol):
    def __call__(
        self, call: Callable[[Connection], Any], told: dict[str, object] | None = None
    ) -> Any: ...


class WebhookBook:
    """Reads and writes; each returns a Deferred, as the store's own do.

    Args:
        box: seals and opens secrets.
        read: runs a call in a reader's thread.
        write: runs a call in the writer's transaction; the audit log tells what is given with it.
    """

    def __init__(self, box: Box, read: _Run, write: _Write) -> None:
        self._box = box
        self._read = read
        self._write = write

    def add(self, new: NewWebhook) -> "Deferred[None]":
        """Add a webhook. Fails with FactRefusedError when there are too many."""
        told: dict[str, object] = {"webhook": new.webhook_id, "kinds": sorted(new.kinds)}
        done: Deferred[None] = self._write(lambda c: webhooks.add(c, self._box, new), told)
        return done

    def remove(self, webhook_id: str) -> "Deferred[bool]":
        """Remove a webhook with all that waits; whether there was one."""
        done: Deferred[bool] = self._write(
            lambda c: webhooks.remove(c, webhook_id), {"webhook_removed": webhook_id}
        )
        return done

    def ask_test(self, webhook_id: str, by: str, now: float) -> "Deferred[bool]":
        """Have a webhook told of a test; whether there is one that is active."""
        done: Deferred[bool] = self._write(
            lambda c: webhooks.ask_test(c, webhook_id, by, now), {"webhook_tested": webhook_id}
        )
        return done

    def retry(self, webhook_id: str, seq: int | None, now: float) -> "Deferred[int | None]":
        """Have what was given up sent again; how much. None: no such webhook."""
        told: dict[str, object] = {"webhook_retried": webhook_id, "seq": seq}
        done: Deferred[int | None] = self._write(
            lambda c: webhooks.retry(c, webhook_id, seq, now), told
        )
        return done

    def all(self) -> "Deferred[list[Webhook]]":
        """All webhooks, the oldest first."""
        return self._read(webhooks.list_webhooks)

    def backlog(self) -> "Deferred[Backlog]":
        """How much waits and was given up."""
        return self._read(webhooks.backlog)

    def deliveries(
        self, webhook_id: str, states: Sequence[DeliveryState], limit: int, before: int | None
    ) -> "Deferred[Page[Delivery] | None]":
        """Deliveries to a webhook, the newest event first. None: no such webhook."""
        return self._read(lambda c: webhooks.list_deliveries(c, webhook_id, states, limit, before))

    def is_due(self, now: float) -> "Deferred[bool]":
        """Whether there is news to lay out or something to send."""
        return self._read(lambda c: webhook_queue.is_due(c, now))

    def claim(self, encode: Callable[[News], bytes], **terms: Any) -> "Deferred[Claimed]":
        """As ``webhook_queue.claim``."""
        done: Deferred[Claimed] = self._write(
            lambda c: webhook_queue.claim(c, self._box, encode, **terms)
        )
        return done

    def settle(
        self, webhook_id: str, seq: int, result: Result, *, now: float, lease: str, until: float
    ) -> "Deferred[bool]":
        """Store how a try went; whether more may be sent under the lease."""
        done: Deferred[bool] = self._write(
            lambda c: webhook_queue.settle(
                c, webhook_id, seq, result, now=now, lease=lease, until=until
            )
        )
        return done

    def release(self, webhook_id: str, lease: str) -> "Deferred[None]":
        """Let others have a webhook."""
        done: Deferred[None] = self._write(lambda c: webhook_queue.release(c, webhook_id, lease))
        return done
