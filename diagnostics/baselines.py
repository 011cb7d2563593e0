"""Robust statistics of a router's own past: medians, deviations, quantiles. Pure numbers."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

MAD_TO_SIGMA = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""


class Baseline(NamedTuple):
    """What is normal for one metric of one router; NaN where nothing is known.

    Of a gauge the readings (medians of six hours), of a counter the growth per hour.

    Attributes:
        n: six-hour buckets it rests on.
        median: of the older buckets.
        mad: median absolute deviation from it.
        q10: a tenth of the buckets is below.
        q90: a tenth of the buckets is above.
        low: lowest reading in the window.
        high: highest reading in the window.
        slope: Theil-Sen, units per day, within the last uptime epoch; gauges that age only.
        trend: Mann-Kendall z of that slope.
    """

    n: float
    median: float
    mad: float
    q10: float
    q90: float
    low: float
    high: float
    slope: float
    trend: float

    def z(self, value: float, floor: float) -> float:
        """Robust z of a reading: (x - median) / (1.4826 MAD), the denominator at least ``floor``.

        NaN when there is no baseline.
        """
        return (value - self.median) / max(MAD_TO_SIGMA * self.mad, floor)


NONE = Baseline(0.0, *([math.nan] * 8))
WIDTH = len(Baseline._fields)


def median(values: list[float]) -> float:
    """The median of a few readings, at least one."""
    ordered, middle = sorted(values), len(values) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def medians(values: Array) -> Array:
    """Median of each row, NaN left out; NaN for a row without readings."""
    return _middle(np.sort(values, axis=1), _last(values))


def summarise(values: Array) -> Array:
    """n, median, mad, q10 and q90 of each row of ``values``, NaN left out."""
    ordered = np.sort(values, axis=1)
    last = _last(values)
    middle = _middle(ordered, last)
    mad = _middle(np.sort(np.abs(values - middle[:, np.newaxis]), axis=1), last)
    rows = np.arange(len(values))
    summary = np.empty((len(values), 5), dtype="<f4")
    summary[:, 0] = last + (ordered[:, 0] == ordered[:, 0])
    summary[:, 1] = middle
    summary[:, 2] = mad
    summary[:, 3] = ordered[rows, last // 10]
    summary[:, 4] = ordered[rows, last - last // 10]
    return summary


def _last(values: Array) -> NDArray[np.intp]:
    """Index of the last reading of each row once it is sorted (NaN come last); 0 without any."""
    seen = values == values  # noqa: PLR0124 - false for NaN alone
    counts: NDArray[np.intp] = seen.sum(axis=1)
    return np.maximum(counts - 1, 0)


def _middle(ordered: Array, last: NDArray[np.intp]) -> Array:
    rows = np.arange(len(ordered))
    both: Array = ordered[rows, last // 2] + ordered[rows, (last + 1) // 2]
    return both / np.float32(2)
