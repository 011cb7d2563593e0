"""Cases meet their labels, and what is kept of them adds up."""

import numpy as np
import pytest

from acs.evaluation.ablations import ABLATIONS
from acs.evaluation.judging import UnmatchedCases, examples, joined, judge, paired
from acs.simulator.cases.generator import cases, lines
from diagnostics.cases import Case, Label, decode_case, decode_label
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS
from tests.evaluation.conftest import MakeCase


def pairs(count: int) -> list[tuple[Case, Label]]:
    made = [lines(each) for each in cases(count, 8, "in")]
    return [(decode_case(each.case), decode_label(each.label)) for each in made]


def test_every_case_is_judged() -> None:
    judged = judge(pairs(6), Thresholds(), ablate=True)
    assert judged.costs.shape == judged.probabilities.shape == (6, len(ACTIONS))
    assert judged.probabilities.sum(axis=1) == pytest.approx(np.ones(6), abs=1e-4)
    assert judged.probabilities[np.arange(6), judged.chosen] == pytest.approx(judged.confidence)
    assert [ACTIONS[each] for each in judged.right] == [label.right for label in judged.labels]
    assert set(judged.ablated) == set(ABLATIONS)
    assert judged.cpu > 0


def test_examples_are_the_same_without_a_verdict() -> None:
    some = pairs(4)
    judged, learned = judge(some, Thresholds()), examples(some)
    np.testing.assert_array_equal(judged.features, learned.features)
    np.testing.assert_array_equal(judged.costs, learned.costs)


def test_parts_join_in_order() -> None:
    some = pairs(5)
    whole = joined([judge(some[:2], Thresholds()), judge(some[2:], Thresholds())])
    at_once = judge(some, Thresholds())
    assert whole.labels == at_once.labels
    np.testing.assert_array_equal(whole.chosen, at_once.chosen)
    assert whole.samples == at_once.samples
    assert whole.asked == at_once.asked


def test_cases_and_labels_must_belong_together(make_case: MakeCase) -> None:
    case = make_case()
    label = Label("c1", "F22", "none")
    assert list(paired([case], {"c1": label})) == [(case, label)]
    with pytest.raises(UnmatchedCases, match="case 'c1' has no label"):
        list(paired([case], {}))
    with pytest.raises(UnmatchedCases, match="label 'c2' has no case"):
        list(paired([case], {"c1": label, "c2": Label("c2", "F22", "none")}))
    with pytest.raises(UnmatchedCases, match="twice"):
        list(paired([case, case], {"c1": label}))
