"""Metrics of webhooks. No label ever names one: there may be many, their addresses are secret."""

from typing import Literal, Protocol, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

DeliveryOutcome = Literal["delivered", "failed", "dead", "gone"]


class WebhookMetrics(Protocol):
    """What is told of deliveries."""

    def webhook_delivery(self, outcome: DeliveryOutcome, count: int = 1) -> None:
        """Tries ended so: taken; to be tried again; given up; the receiver wants no more."""

    def webhook_backlog(
        self, *, waiting: int, dead: int, oldest: float, active: int, gone: int
    ) -> None:
        """So much waits and was given up; the oldest that waits is so many seconds old."""


class WebhookCounters:
    """Counters and gauges of all webhooks.

    Args:
        registry: where they are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._deliveries = Counter(
            "acs_webhook_deliveries",
            "Tries to tell a webhook an event: delivered, failed (tried again later), dead (given "
            "up), gone (the receiver wants no more).",
            ("outcome",),
            registry=registry,
        )
        for outcome in get_args(DeliveryOutcome):
            self._deliveries.labels(outcome)
        self._backlog = Gauge(
            "acs_webhook_backlog",
            "Events for webhooks that wait, or were given up and are still kept.",
            ("state",),
            registry=registry,
        )
        self._oldest = Gauge(
            "acs_webhook_oldest_seconds",
            "Age of the oldest event that waits for a webhook; 0: none does.",
            registry=registry,
        )
        self._webhooks = Gauge(
            "acs_webhooks",
            "Webhooks: active, or gone (they answered 410 and are told nothing any more).",
            ("state",),
            registry=registry,
        )

    def webhook_delivery(self, outcome: DeliveryOutcome, count: int = 1) -> None:
        """Tries ended so."""
        self._deliveries.labels(outcome).inc(count)

    def webhook_backlog(
        self, *, waiting: int, dead: int, oldest: float, active: int, gone: int
    ) -> None:
        """What waits and was given up, in the whole database."""
        self._backlog.labels("waiting").set(waiting)
        self._backlog.labels("dead").set(dead)
        self._oldest.set(oldest)
        self._webhooks.labels("active").set(active)
        self._webhooks.labels("gone").set(gone)
