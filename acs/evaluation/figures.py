"""The arithmetic of the evaluation: costs, precision, calibration, intervals. Numbers only.

Actions are indices into ``diagnostics.verdict.ACTIONS``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnostics.verdict import ACTIONS

Vector = NDArray[np.float64]
Choice = NDArray[np.intp]

_RESAMPLES = 2000
_BINS = 10


class Interval(NamedTuple):
    """A mean and the bounds of its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


class Rates(NamedTuple):
    """How well one action was chosen; None where nothing was chosen or right.

    Attributes:
        chosen: cases for which it was chosen.
        right: cases for which it was right.
        precision: share of the chosen that was right.
        recall: share of the right that was chosen.
    """

    chosen: int
    right: int
    precision: float | None
    recall: float | None


class Bin(NamedTuple):
    """Verdicts of like confidence: how many, how sure, and how often right."""

    number: int
    confidence: float
    correct: float


def costs_of(table: Vector, chosen: Choice) -> Vector:
    """What each case cost; ``table`` has cases as rows and actions as columns."""
    taken: Vector = np.take_along_axis(table, chosen[:, None], axis=1)[:, 0]
    return taken


def closed(cost: float, worst: float, best: float) -> float:
    """Share of the gap between ``worst`` and ``best`` that is closed; 1 if there is no gap."""
    return (worst - cost) / (worst - best) if worst != best else 1.0


def rates(chosen: Choice, right: Choice) -> list[Rates]:
    """Precision and recall of each action."""
    found = []
    for action in range(len(ACTIONS)):
        is_chosen, is_right = chosen == action, right == action
        both = int((is_chosen & is_right).sum())
        found.append(
            Rates(
                int(is_chosen.sum()),
                int(is_right.sum()),
                both / int(is_chosen.sum()) if is_chosen.any() else None,
                both / int(is_right.sum()) if is_right.any() else None,
            )
        )
    return found


def confusion(chosen: Choice, right: Choice) -> list[list[int]]:
    """Cases by right action (rows) and chosen action (columns)."""
    table = np.zeros((len(ACTIONS), len(ACTIONS)), dtype=int)
    np.add.at(table, (right, chosen), 1)
    rows: list[list[int]] = table.tolist()
    return rows


def calibration(confidence: Vector, correct: NDArray[np.bool_], bins: int = _BINS) -> list[Bin]:
    """Verdicts in ``bins`` equal ranges of confidence; empty ranges are left out."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        Bin(
            int((place == each).sum()),
            float(confidence[place == each].mean()),
            float(correct[place == each].mean()),
        )
        for each in range(bins)
        if (place == each).any()
    ]


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: the mean gap between sure and right, weighed by count."""
    total = sum(each.number for each in bins)
    gaps = sum(each.number * abs(each.confidence - each.correct) for each in bins)
    return gaps / total if total else 0.0


def brier(probabilities: Vector, right: Choice) -> float:
    """Brier score over all actions: mean squared distance from the truth, 0 to 2."""
    truth = np.eye(len(ACTIONS))[right]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean()) if len(right) else 0.0


def bootstrap(values: Vector, rng: np.random.Generator, resamples: int = _RESAMPLES) -> Interval:
    """The mean of ``values`` with the percentile bootstrap interval of 95 %.

    For a paired comparison hand over the differences case by case.
    """
    if not len(values):
        return Interval(0.0, 0.0, 0.0)
    means = [
        float(values[rng.integers(len(values), size=len(values))].mean()) for _ in range(resamples)
    ]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))
