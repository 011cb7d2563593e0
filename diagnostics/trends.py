"""Robust trends: Theil-Sen slope and Mann-Kendall test. Pure numbers."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FEWEST = 6
"""With 5 points the exact one-sided p of Mann-Kendall is 0.008 at best."""


class Trend(NamedTuple):
    """A slope and how sure it is.

    Attributes:
        slope: median of all pairwise slopes (Theil-Sen), units of y per unit of x.
        z: Mann-Kendall's normal deviate; beyond 2.33 a one-sided p below 0.01.
    """

    slope: float
    z: float


NONE = Trend(math.nan, math.nan)


@lru_cache(maxsize=64)
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    earlier, later = np.triu_indices(n, 1)
    return earlier, later


def theil_sen(x: NDArray[np.float64], y: NDArray[np.float64]) -> Trend:
    """The trend of ``y`` over ascending ``x``; ``NONE`` with fewer than 6 points.

    Ties in ``y`` lower the variance of Mann-Kendall's S as usual.
    """
    n = len(y)
    if n < _FEWEST:
        return NONE
    earlier, later = _pairs(n)
    rise = y[later] - y[earlier]
    slopes = rise / (x[later] - x[earlier])
    middle = len(slopes) // 2
    slope = float(np.partition(slopes, middle)[middle])
    signs = int(np.count_nonzero(rise > 0)) - int(np.count_nonzero(rise < 0))
    variance = (n * (n - 1) * (2 * n + 5) - _tied(y)) / 18
    if variance <= 0:
        return Trend(slope, 0.0)
    return Trend(slope, (signs - math.copysign(1, signs) * (signs != 0)) / math.sqrt(variance))


def _tied(y: NDArray[np.float64]) -> float:
    ordered = np.sort(y)
    if not (ordered[1:] == ordered[:-1]).any():
        return 0.0
    _, ties = np.unique(ordered, return_counts=True)
    return float((ties * (ties - 1) * (2 * ties + 5)).sum())
