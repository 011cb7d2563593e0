"""One router's vitals for Prometheus, asked for by its id, in the style of multi-target exporters.

The daemon's own metrics never name a router; these are scraped for a handful of routers that
somebody looks at, and vanish with them.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from acs.api.status import SILENT
from acs.storage.rows import RouterRow
from diagnostics.catalogue import CATALOGUE

_NO_DATA = 4294967295  # TR-106, StatsCounter32


class RouterCollector(Collector):
    """What is stored of a router, as metrics; nothing is asked of the router.

    Args:
        row: the router.
        now: Unix seconds UTC.
    """

    def __init__(self, row: RouterRow, now: float) -> None:
        self._row, self._now = row, now

    def collect(self) -> Iterator[Metric]:
        """The metrics; what is not known is left out."""
        row = self._row
        heard = row.last_inform_at
        up = heard is not None and self._now - heard <= SILENT
        yield GaugeMetricFamily("acs_router_up", "1: heard within two hours.", value=float(up))
        for name, says, moment in (
            ("last_inform", "Its newest Inform, Unix seconds.", heard),
            ("read", "When its vitals were last read, Unix seconds.", row.collected_at),
            ("boot", "Its last boot that is known, Unix seconds.", row.boot_at),
        ):
            if moment is not None:
                yield GaugeMetricFamily(f"acs_router_{name}_timestamp_seconds", says, value=moment)
        yield from self._judged()
        yield from self._vitals()

    def _judged(self) -> Iterator[Metric]:
        row = self._row
        if row.verdict is None or row.confidence is None:
            return
        says = "How sure the newest verdict is of its action, 0 to 1."
        found = GaugeMetricFamily("acs_router_verdict_confidence", says, labels=("action",))
        found.add_metric((row.verdict,), row.confidence)
        yield found

    def _vitals(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "acs_router_vital", "Newest reading of a vital.", labels=("metric", "unit")
        )
        counter = CounterMetricFamily(
            "acs_router_vital_count", "A vital that counts, as read.", labels=("metric", "unit")
        )
        state = GaugeMetricFamily(
            "acs_router_vital_state", "1 for the state that it is in.", labels=("metric", "state")
        )
        for metric, value in sorted(self._row.vitals.items()):
            vital = CATALOGUE.get(metric)
            if vital is None or value == _NO_DATA:
                continue
            if isinstance(value, str):
                state.add_metric((metric, value), 1.0)
            elif vital.kind == "counter":
                counter.add_metric((metric, vital.unit), float(value))
            else:
                gauge.add_metric((metric, vital.unit), float(value))
        yield from (gauge, counter, state)


def router_registry(row: RouterRow, now: float) -> CollectorRegistry:
    """A registry with one router's metrics."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RouterCollector(row, now))
    return registry
