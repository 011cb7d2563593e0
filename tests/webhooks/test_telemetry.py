"""What webhooks report of themselves."""

from prometheus_client import CollectorRegistry

from acs.webhooks.telemetry import WebhookCounters


def test_tries_and_what_waits() -> None:
    registry = CollectorRegistry()
    counters = WebhookCounters(registry)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert value("acs_webhook_deliveries_total", outcome="gone") == 0
    counters.webhook_delivery("delivered")
    counters.webhook_delivery("dead", 7)
    counters.webhook_backlog(waiting=3, dead=7, oldest=61.5, active=2, gone=1)
    assert value("acs_webhook_deliveries_total", outcome="delivered") == 1
    assert value("acs_webhook_deliveries_total", outcome="dead") == 7
    assert value("acs_webhook_backlog", state="waiting") == 3
    assert value("acs_webhook_backlog", state="dead") == 7
    assert value("acs_webhook_oldest_seconds") == 61.5
    assert value("acs_webhooks", state="active") == 2
    assert value("acs_webhooks", state="gone") == 1
