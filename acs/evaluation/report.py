"""The evaluation's result as plain values: what is printed, written as JSON, or drawn.

No arithmetic that is not in ``figures``, and no layout.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from acs.evaluation.baselines import SIMPLE, best_thresholds
from acs.evaluation.figures import (
    Bin,
    Choice,
    Interval,
    Rates,
    Vector,
    bootstrap,
    brier,
    calibration,
    calibration_error,
    closed,
    confusion,
    costs_of,
    rates,
)
from acs.evaluation.judging import Examples, Judged
from acs.evaluation.learned import Kind, Learned
from diagnostics.verdict import ACTIONS

ENGINE, ORACLE = "diagnosis", "oracle"
LEARNED: Mapping[str, Kind] = {
    "logistic regression": "logistic",
    "gradient boosting": "boosting",
}
_LISTED = 5
_REBOOT = ACTIONS.index("reboot")


class PolicyReport(msgspec.Struct, frozen=True):
    """One policy.

    Attributes:
        name: what it is.
        cost: expected cost per call with its interval; a technician's visit is 100.
        closed: share of the gap between always reboot and the oracle that it closes.
        difference: cost of this policy less the diagnosis' on the same cases, with its interval.
        reboots: precision and recall of its reboots.
    """

    name: str
    cost: Interval
    closed: float
    difference: Interval
    reboots: Rates


class GroupReport(msgspec.Struct, frozen=True):
    """The diagnosis on the cases of one access technology."""

    name: str
    cases: int
    cost: Interval
    closed: float
    correct: float


class Report(msgspec.Struct, frozen=True):
    """Everything about one set of cases.

    Attributes:
        cases: how many.
        policies: diagnosis, baselines, oracle.
        thresholds: the best single-threshold rules and their costs here.
        actions: precision and recall by action.
        confusion: by right action (rows) and chosen action (columns), in the order of ``actions``.
        calibration: by confidence.
        ece: expected calibration error.
        brier: Brier score.
        visits: technicians sent.
        unneeded: of those where none was needed, nor acceptable.
        access: by access technology.
        ablations: cost with one kind of knowledge taken away, less the whole diagnosis' cost.
        asked: reboots asked for at the call.
        refused: of those stopped by a guard.
        violations: of those that would happen though they must not.
        case_us: CPU µs per case, its whole window folded and judged.
        sample_us: CPU µs per sample of that.
    """

    cases: int
    policies: list[PolicyReport]
    thresholds: list[tuple[str, float]]
    actions: dict[str, Rates]
    confusion: list[list[int]]
    calibration: list[Bin]
    ece: float
    brier: float
    visits: int
    unneeded: int
    access: list[GroupReport]
    ablations: dict[str, Interval]
    asked: int
    refused: int
    violations: int
    case_us: float
    sample_us: float

    def policy(self, name: str) -> PolicyReport | None:
        """The policy of this name."""
        return next((policy for policy in self.policies if policy.name == name), None)


def baselines(names: Sequence[str], train: Examples | None, test: Judged) -> dict[str, Choice]:
    """What each baseline chooses.

    Args:
        names: of ``SIMPLE`` and ``LEARNED``, and "best threshold".
        train: what the learned ones learn from; without it only the simple ones are possible.
        test: the cases to decide.

    Raises:
        MissingExtra: a learned one is asked for, and scikit-learn is not installed.
    """
    chosen = {name: SIMPLE[name](test.features) for name in SIMPLE if name in names}
    if train is None:
        return chosen
    if "best threshold" in names:
        rule = best_thresholds(train.features, train.costs)[0]
        chosen["best threshold"] = rule.choose(test.features)
    for name, kind in LEARNED.items():
        if name in names:
            model = Learned(kind, train.features, train.labels)
            chosen[name] = model.choose(test.features)
    return chosen


def report(
    judged: Judged, choices: Mapping[str, Choice], train: Examples | None, rng: np.random.Generator
) -> Report:
    """All figures of one set.

    Args:
        judged: the diagnosis on the set.
        choices: what the baselines chose on it.
        train: what the threshold rules were learned from, if any.
        rng: of the bootstrap.
    """
    engine = costs_of(judged.costs, judged.chosen)
    oracle = judged.costs.min(axis=1)
    reboot = judged.costs[:, _REBOOT]
    bins = calibration(judged.confidence, judged.chosen == judged.right)
    visits, unneeded = _visits(judged)
    asked, refused, violations = judged.asked
    return Report(
        cases=len(judged.labels),
        policies=_policies(judged, choices, rng),
        thresholds=_thresholds(judged, train),
        actions=dict(zip(ACTIONS, rates(judged.chosen, judged.right), strict=True)),
        confusion=confusion(judged.chosen, judged.right),
        calibration=bins,
        ece=calibration_error(bins),
        brier=brier(judged.probabilities, judged.right),
        visits=visits,
        unneeded=unneeded,
        access=_by_access(judged, engine, reboot, oracle, rng),
        ablations={
            name: bootstrap(costs_of(judged.costs, chosen) - engine, rng)
            for name, chosen in judged.ablated.items()
        },
        asked=asked,
        refused=refused,
        violations=violations,
        case_us=1e6 * judged.cpu / max(1, len(judged.labels)),
        sample_us=1e6 * judged.cpu / max(1, judged.samples),
    )


def _policies(
    judged: Judged, choices: Mapping[str, Choice], rng: np.random.Generator
) -> list[PolicyReport]:
    engine = costs_of(judged.costs, judged.chosen)
    worst = float(judged.costs[:, _REBOOT].mean())
    best = float(judged.costs.min(axis=1).mean())
    oracle = judged.costs.argmin(axis=1)
    found = []
    for name, chosen in ((ENGINE, judged.chosen), *choices.items(), (ORACLE, oracle)):
        costs = costs_of(judged.costs, chosen)
        found.append(
            PolicyReport(
                name,
                bootstrap(costs, rng),
                closed(float(costs.mean()), worst, best),
                bootstrap(costs - engine, rng),
                rates(chosen, judged.right)[_REBOOT],
            )
        )
    return found


def _visits(judged: Judged) -> tuple[int, int]:
    """Technicians sent, and of those the ones that were not needed."""
    visits = judged.chosen == ACTIONS.index("technician")
    needed = [
        label.right == "technician" or "technician" in label.acceptable for label in judged.labels
    ]
    return int(visits.sum()), int((visits & ~np.array(needed, dtype=bool)).sum())


def _thresholds(judged: Judged, train: Examples | None) -> list[tuple[str, float]]:
    if train is None:
        return []
    rules = best_thresholds(train.features, train.costs)[:_LISTED]
    return [
        (str(rule), float(costs_of(judged.costs, rule.choose(judged.features)).mean()))
        for rule in rules
    ]


def _by_access(
    judged: Judged, engine: Vector, reboot: Vector, oracle: Vector, rng: np.random.Generator
) -> list[GroupReport]:
    groups = []
    for name in sorted(set(judged.access.tolist())):
        mine = judged.access == name
        cost = bootstrap(engine[mine], rng)
        groups.append(
            GroupReport(
                name,
                int(mine.sum()),
                cost,
                closed(cost.mean, float(reboot[mine].mean()), float(oracle[mine].mean())),
                float((judged.chosen == judged.right)[mine].mean()),
            )
        )
    return groups
