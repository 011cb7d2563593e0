"""Policies without diagnosis: what a call centre or a watchdog does, and single thresholds.

All decide by the features of a case; those that learn from many features are in ``learned``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from acs.evaluation.costs import INDEX, Costs
from acs.evaluation.features import Matrix, feature_names
from acs.evaluation.figures import Choice
from diagnostics.verdict import ACTIONS

_DAY, _HOUR = 86_400.0, 3600.0
_REBOOT, _NONE = INDEX["reboot"], INDEX["none"]
_QUANTILES = 24

Policy = Callable[[Matrix], Choice]


def _column(rows: Matrix, name: str) -> Matrix:
    column: Matrix = rows[:, feature_names().index(name)]
    return column


def _reboot_where(condition: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Choice:
    return np.where(condition, _REBOOT, _NONE).astype(np.intp)


def _uptime_over(days: float) -> Policy:
    # an unknown uptime is not over any limit
    return lambda rows: _reboot_where(_column(rows, "context:uptime") > days * _DAY)


SIMPLE: Mapping[str, Policy] = MappingProxyType(
    {
        "always reboot": lambda rows: np.full(len(rows), _REBOOT, dtype=np.intp),
        "never": lambda rows: np.full(len(rows), _NONE, dtype=np.intp),
        "uptime > 7 d": _uptime_over(7),
        "uptime > 14 d": _uptime_over(14),
        "uptime > 30 d": _uptime_over(30),
        "6 h without ping": lambda rows: _reboot_where(
            _column(rows, "context:unpinged") > 6 * _HOUR
        ),
    }
)
"""Name to policy; a call centre's script, doing nothing, and what watchcat does."""


class Threshold(NamedTuple):
    """The best rule of one metric: one action above the limit, another below or unknown.

    Attributes:
        feature: which feature of the metric.
        limit: the threshold.
        above: action index above it.
        below: action index otherwise.
        cost: expected cost per call on the training cases.
    """

    feature: str
    limit: float
    above: int
    below: int
    cost: float

    def choose(self, rows: Matrix) -> Choice:
        """The rule's action for each row."""
        with np.errstate(invalid="ignore"):
            is_above = _column(rows, self.feature) > self.limit
        return np.where(is_above, self.above, self.below).astype(np.intp)

    def __str__(self) -> str:
        return (
            f"{self.feature} > {self.limit:.4g}: {ACTIONS[self.above]}, else {ACTIONS[self.below]}"
        )


def best_thresholds(rows: Matrix, costs: Costs) -> list[Threshold]:
    """For each metric its best rule on the training cases, the cheapest first."""
    best: dict[str, Threshold] = {}
    for column, feature in enumerate(feature_names()):
        metric = feature.partition(":")[0] if not feature.startswith("context") else feature
        rule = _best_of(feature, rows[:, column], costs)
        if rule is not None and (metric not in best or rule.cost < best[metric].cost):
            best[metric] = rule
    return sorted(best.values(), key=lambda rule: rule.cost)


def _best_of(feature: str, values: Matrix, costs: Costs) -> Threshold | None:
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    total = costs.sum(axis=0)
    best: Threshold | None = None
    limits = np.unique(np.quantile(known, np.linspace(0, 1, _QUANTILES + 2)[1:-1]))
    for limit in limits:
        with np.errstate(invalid="ignore"):
            above = costs[values > limit].sum(axis=0)
        below = total - above
        cost = float(above.min() + below.min()) / len(values)
        if best is None or cost < best.cost:
            best = Threshold(feature, float(limit), int(above.argmin()), int(below.argmin()), cost)
    return best
