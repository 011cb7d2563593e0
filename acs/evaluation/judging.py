"""Runs the diagnosis over labelled cases, one by one, and keeps only what the figures need.

Cases are large: none is kept.
"""

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from acs.evaluation.ablations import ABLATIONS
from acs.evaluation.costs import INDEX, Costs, cost_table
from acs.evaluation.features import Matrix, feature_names, features
from acs.evaluation.figures import Choice
from acs.evaluation.guarding import Guarded, guard
from diagnostics.cases import Case, Label
from diagnostics.engine import diagnose
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Verdict

_UNKNOWN = "unknown"


class UnmatchedCases(ValueError):  # noqa: N818 - it names what is wrong
    """Cases and labels do not belong together."""


class Examples(NamedTuple):
    """What a baseline may learn from; one element or row per case.

    Attributes:
        labels: what was right.
        features: of the cases.
        costs: of each action.
    """

    labels: list[Label]
    features: Matrix
    costs: Costs


class Judged(NamedTuple):
    """All that the evaluation needs of one set of cases; one element or row per case.

    Attributes:
        labels: what was right.
        access: the access technology, or ``unknown``.
        features: for the baselines.
        costs: of each action.
        right: index of the right action.
        chosen: index of the action that the diagnosis chose.
        confidence: how sure it was.
        probabilities: of each action being right.
        ablated: what it chose with one kind of knowledge taken away.
        asked: reboots asked for; and of those refused by a guard, and done though forbidden.
        cpu: seconds of CPU for window and verdict, all cases together.
        samples: samples in all windows.
    """

    labels: list[Label]
    access: NDArray[np.str_]
    features: Matrix
    costs: Costs
    right: Choice
    chosen: Choice
    confidence: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    ablated: Mapping[str, Choice]
    asked: tuple[int, int, int]
    cpu: float
    samples: int


def judge(
    pairs: Iterable[tuple[Case, Label]], thresholds: Thresholds, *, ablate: bool = False
) -> Judged:
    """Judge every case.

    Args:
        pairs: cases with their labels.
        thresholds: of the diagnosis.
        ablate: judge each case again with one kind of knowledge taken away at a time.
    """
    labels: list[Label] = []
    access: list[str] = []
    rows: list[Matrix] = []
    verdicts: list[Verdict] = []
    ablated: dict[str, list[int]] = {name: [] for name in ABLATIONS} if ablate else {}
    guarded: list[Guarded] = []
    spent, samples = 0.0, 0
    for case, label in pairs:
        began = time.process_time()
        verdict = _verdict(case, thresholds)
        spent += time.process_time() - began
        samples += len(case.samples)
        labels.append(label)
        verdicts.append(verdict)
        access.append(case.router.access or _UNKNOWN)
        rows.append(features(case))
        for name, choices in ablated.items():
            less = _verdict(ABLATIONS[name](case), thresholds)
            choices.append(INDEX[less.action])
        if verdict.action == "reboot":
            guarded.append(guard(case))
    count = len(labels)
    return Judged(
        labels=labels,
        access=np.array(access, dtype=np.str_),
        features=np.array(rows).reshape(count, len(feature_names())),
        costs=cost_table(labels),
        right=_indices(label.right for label in labels),
        chosen=_indices(verdict.action for verdict in verdicts),
        confidence=np.array([verdict.confidence for verdict in verdicts]),
        probabilities=np.array(
            [[v.probabilities.get(action, 0.0) for action in ACTIONS] for v in verdicts]
        ).reshape(count, len(ACTIONS)),
        ablated={name: np.array(chosen, dtype=np.intp) for name, chosen in ablated.items()},
        asked=(
            len(guarded),
            sum(bool(each.refused) for each in guarded),
            sum(each.is_violation for each in guarded),
        ),
        cpu=spent,
        samples=samples,
    )


def examples(pairs: Iterable[tuple[Case, Label]]) -> Examples:
    """The features of every case, without judging it."""
    labels: list[Label] = []
    rows: list[Matrix] = []
    for case, label in pairs:
        labels.append(label)
        rows.append(features(case))
    width = len(feature_names())
    return Examples(labels, np.array(rows).reshape(len(labels), width), cost_table(labels))


def joined(parts: Iterable[Judged]) -> Judged:
    """Several judged sets as one."""
    every = list(parts)
    ablations = set.intersection(*(set(part.ablated) for part in every))
    return Judged(
        labels=[label for part in every for label in part.labels],
        access=np.concatenate([part.access for part in every]),
        features=np.concatenate([part.features for part in every]),
        costs=np.concatenate([part.costs for part in every]),
        right=np.concatenate([part.right for part in every]),
        chosen=np.concatenate([part.chosen for part in every]),
        confidence=np.concatenate([part.confidence for part in every]),
        probabilities=np.concatenate([part.probabilities for part in every]),
        ablated={
            name: np.concatenate([part.ablated[name] for part in every])
            for name in ABLATIONS
            if name in ablations
        },
        asked=(
            sum(part.asked[0] for part in every),
            sum(part.asked[1] for part in every),
            sum(part.asked[2] for part in every),
        ),
        cpu=sum(part.cpu for part in every),
        samples=sum(part.samples for part in every),
    )


def paired(cases: Iterable[Case], labels: Mapping[str, Label]) -> Iterable[tuple[Case, Label]]:
    """Cases with their labels, in the order of the cases.

    Raises:
        UnmatchedCases: a case has no label, or a label no case, or a case comes twice.
    """
    seen: set[str] = set()
    for case in cases:
        label = labels.get(case.case)
        if label is None:
            raise UnmatchedCases(f"case {case.case!r} has no label")
        if case.case in seen:
            raise UnmatchedCases(f"case {case.case!r} comes twice")
        seen.add(case.case)
        yield case, label
    if missing := labels.keys() - seen:
        raise UnmatchedCases(
            f"label {min(missing)!r} has no case, nor have {len(missing) - 1} more"
        )


def _verdict(case: Case, thresholds: Thresholds) -> Verdict:
    return diagnose(case.history(), case.context(), thresholds, case.now)


def _indices(actions: Iterable[str]) -> Choice:
    return np.array([INDEX[action] for action in actions], dtype=np.intp)
