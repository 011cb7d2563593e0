"""What actions were worth, from counts of outcomes: Beta-binomial rates, shrinkage, uplift. Pure.

A rate alone says nothing: much heals by itself. What counts is the difference to routers that, by
lot, were only watched.
"""

import math
from collections.abc import Iterable

import msgspec

LEVEL = 0.95
_STEPS = 60  # of the bisection: more than a float resolves
_FRACTION = 200
_TINY = 1e-30
_CLOSE = 3e-12


class Count(msgspec.Struct, frozen=True):
    """Trials whose outcome is known: how many, and how many of them helped. May be fractions."""

    n: float = 0.0
    helped: float = 0.0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.n + other.n, self.helped + other.helped)


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Beta(msgspec.Struct, frozen=True):
    """A Beta distribution of a rate; as a prior, ``a + b`` is the trials that it is worth."""

    a: float = 1.0
    b: float = 1.0

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.a / (self.a + self.b)

    def after(self, count: Count) -> "Beta":
        """What the rate is believed to be after these trials."""
        return Beta(self.a + count.helped, self.b + count.n - count.helped)

    def quantile(self, p: float) -> float:
        """The rate below which the truth lies with probability ``p``."""
        low, high = 0.0, 1.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if cumulative(middle, self.a, self.b) < p:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def estimate(self) -> Estimate:
        """Mean and interval."""
        tail = (1 - LEVEL) / 2
        return Estimate(self.mean, self.quantile(tail), self.quantile(1 - tail))


def shrunk(count: Count, parent: Count, strength: float) -> Beta:
    """A group's rate, shrunk to that of the group it belongs to.

    Args:
        count: of the group.
        parent: of all of the larger group, this one among them.
        strength: trials that the larger group's rate is worth.
    """
    mean = Beta().after(parent).mean
    return Beta(mean * strength, (1 - mean) * strength).after(count)


def uplift(treated: Beta, control: Beta) -> Estimate:
    """How much more often it goes well with the action than without.

    The interval is made from those of the two rates (Newcombe's hybrid score method with Beta
    intervals).
    """
    with_, without = treated.estimate(), control.estimate()
    value = with_.value - without.value
    down = math.hypot(with_.value - with_.low, without.high - without.value)
    up = math.hypot(with_.high - with_.value, without.value - without.low)
    return Estimate(value, max(-1.0, value - down), min(1.0, value + up))


def weighted(rows: Iterable[tuple[float, int, bool]]) -> Count:
    """Trials of unequal probability as if all had the same: each counts by its inverse.

    Rows are probability of the arm that the trial is in, how many, whether they helped. The
    number of trials is the effective one (Kish): unequal weights make an estimate less sure.
    """
    total = squares = good = 0.0
    for probability, count, helped in rows:
        weight = 1.0 / probability
        total += weight * count
        squares += weight * weight * count
        good += weight * count * helped
    if not total:
        return Count()
    n = total * total / squares
    return Count(n, n * good / total)


def is_below(treated: Count, control: Count) -> bool:
    """Whether the action's rate lies below the interval of what happens without it."""
    return Beta().after(treated).mean < Beta().after(control).estimate().low


def cumulative(x: float, a: float, b: float) -> float:
    """The regularised incomplete Beta function (continued fraction, DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by the modified method of Lentz."""
    c, d = 1.0, 1.0 / _safe(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _FRACTION):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _safe(1.0 + step * d)
            c = _safe(1.0 + step / c)
            value *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    return value


def _safe(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
