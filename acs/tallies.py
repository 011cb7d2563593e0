"""Counters and histograms for what happens at every request: to count is to add to a plain number.

prometheus-client's own cost ten times that, in locks and checks. Each is counted from one thread
only; what the metrics are and mean is in ``metrics``.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

OTHER = "other"
_LABELS = 100  # values of one label at most
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def _le(bound: float) -> str:
    return "+Inf" if bound == float("inf") else str(bound)


class Tally(Collector):
    """A counter with one label.

    Args:
        name: of the metric, without ``_total``.
        text: its help.
        label: its label's name.
        values: of the label that are there from the start, at 0.
        open_set: names that our own code coins (guards, quirks) are added as they come, up to a
            bound; otherwise, and beyond it, a new value counts as "other".
    """

    def __init__(
        self,
        name: str,
        text: str,
        label: str,
        registry: CollectorRegistry,
        values: Iterable[str] = (),
        *,
        open_set: bool = True,
    ) -> None:
        self._name = name
        self._text = text
        self._label = label
        self._open = open_set
        self._counts = dict.fromkeys(values, 0)
        registry.register(self)

    def add(self, value: str, count: int = 1) -> None:
        """Count one, or more, of this value."""
        counts = self._counts
        if value not in counts:
            if not self._open or len(counts) >= _LABELS or not _LABEL.fullmatch(value):
                value = OTHER
            counts.setdefault(value, 0)
        counts[value] += count

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Its name, by which the registry knows that there are not two of them."""
        yield CounterMetricFamily(self._name, self._text, labels=(self._label,))

    def collect(self) -> Iterator[CounterMetricFamily]:
        """What the registry asks for."""
        family = CounterMetricFamily(self._name, self._text, labels=(self._label,))
        for value, count in list(self._counts.items()):
            family.add_metric((value,), count)
        yield family


class Distribution(Collector):
    """A histogram.

    Args:
        name: of the metric.
        text: its help.
        bounds: upper bounds of the buckets, ascending; a value that equals one is within it.
    """

    def __init__(
        self, name: str, text: str, bounds: Sequence[float], registry: CollectorRegistry
    ) -> None:
        self._name = name
        self._text = text
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0
        registry.register(self)

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """Its name, by which the registry knows that there are not two of them."""
        yield HistogramMetricFamily(self._name, self._text)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What the registry asks for."""
        total = 0
        buckets: list[tuple[str, float]] = []
        for bound, count in zip((*self._bounds, float("inf")), list(self._counts), strict=True):
            total += count
            buckets.append((_le(bound), total))
        family = HistogramMetricFamily(self._name, self._text)
        family.add_metric((), buckets=buckets, sum_value=self._sum)
        yield family
