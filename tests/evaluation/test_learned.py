"""The learned baselines learn what there is to learn, and say when they cannot be had."""

import sys

import numpy as np
import pytest

from acs.evaluation.costs import cost_table
from acs.evaluation.features import Matrix, feature_names
from acs.evaluation.figures import costs_of
from acs.evaluation.learned import Kind, Learned, MissingExtra
from diagnostics.cases import Label
from diagnostics.verdict import ACTIONS


def data(count: int, seed: int) -> tuple[Matrix, list[Label]]:
    rng = np.random.default_rng(seed)
    rows = np.full((count, len(feature_names())), np.nan)
    labels = []
    for row in range(count):
        is_incident = rng.random() < 0.5
        rows[row, 3] = rng.normal(3 if is_incident else 0, 0.5)
        rows[row, 5] = rng.normal() if rng.random() < 0.8 else np.nan
        labels.append(
            Label(str(row), "F08", "incident") if is_incident else Label(str(row), "F22", "none")
        )
    return rows, labels


@pytest.mark.parametrize("kind", ["logistic", "boosting"])
def test_it_finds_what_parts_two_faults(kind: Kind) -> None:
    model = Learned(kind, *data(200, 1))
    rows, labels = data(100, 2)
    chosen = model.choose(rows)
    table = cost_table(labels)
    assert costs_of(table, chosen).mean() < 0.3 * table.mean(axis=0).min()
    missed = [
        label
        for each, label in zip(chosen, labels, strict=True)
        if {ACTIONS[each], label.right} == {"none", "incident"}
    ]
    assert len(missed) < 5


def test_it_decides_by_cost_not_by_likelihood() -> None:
    rows, _ = data(200, 1)
    rows[:, 3] = np.nan  # nothing tells them apart: one in four is an incident
    labels = [
        Label(str(n), "F08", "incident") if n % 4 == 0 else Label(str(n), "F22", "none")
        for n in range(200)
    ]
    chosen = {ACTIONS[each] for each in Learned("logistic", rows, labels).choose(rows)}
    # nothing costs 38 on average, the second line 38, a reboot 42, an incident 92
    assert chosen <= {"none", "escalate"}


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtra, match=r"acsd\[evaluation\]"):
        Learned("boosting", *data(20, 1))
