"""The arithmetic, against sums done by hand."""

import numpy as np
import pytest

from acs.evaluation.figures import (
    Bin,
    bootstrap,
    brier,
    calibration,
    calibration_error,
    closed,
    confusion,
    costs_of,
    rates,
)
from diagnostics.verdict import ACTIONS

NONE, REBOOT, WIFI = 0, 1, 2


def choice(*actions: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.intp]]":
    return np.array(actions, dtype=np.intp)


def test_the_cost_of_a_case_is_that_of_the_chosen_action() -> None:
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert costs_of(table, choice(2, 0)).tolist() == [3.0, 4.0]


def test_the_gap_is_closed_from_worst_to_best() -> None:
    assert closed(48.9, 48.9, 13.3) == 0
    assert closed(13.3, 48.9, 13.3) == 1
    assert closed(20, 50, 10) == pytest.approx(0.75)
    assert closed(60, 50, 10) == pytest.approx(-0.25)
    assert closed(5, 5, 5) == 1


def test_precision_and_recall() -> None:
    found = rates(choice(REBOOT, REBOOT, REBOOT, NONE), choice(REBOOT, REBOOT, NONE, REBOOT))
    assert found[REBOOT][:2] == (3, 3)
    assert found[REBOOT].precision == found[REBOOT].recall == pytest.approx(2 / 3)
    assert found[NONE] == (1, 1, 0, 0)
    assert found[WIFI] == (0, 0, None, None)


def test_confusion_has_right_as_rows() -> None:
    table = confusion(choice(REBOOT, NONE, NONE), choice(REBOOT, REBOOT, NONE))
    assert (table[REBOOT][REBOOT], table[REBOOT][NONE], table[NONE][NONE]) == (1, 1, 1)
    assert sum(map(sum, table)) == 3


def test_calibration_error_is_the_mean_gap_weighed_by_count() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55])
    bins = calibration(confidence, np.array([True, True, True, False, True]))
    assert [(each.number, each.correct) for each in bins] == [(1, 1.0), (4, 0.75)]
    assert [each.confidence for each in bins] == pytest.approx([0.55, 0.95])
    assert calibration_error(bins) == pytest.approx((0.45 + 4 * 0.2) / 5)


def test_certainty_falls_into_the_last_bin_and_empty_is_no_error() -> None:
    assert calibration(np.array([1.0]), np.array([True])) == [Bin(1, 1.0, 1.0)]
    assert calibration_error([]) == 0


def test_brier_score() -> None:
    sure = np.eye(len(ACTIONS))[[REBOOT]]
    assert brier(sure, choice(REBOOT)) == 0
    assert brier(sure, choice(NONE)) == 2
    torn = np.zeros((1, len(ACTIONS)))
    torn[0, [REBOOT, NONE]] = 0.5
    assert brier(torn, choice(NONE)) == pytest.approx(0.5)


def test_bootstrap_of_known_data() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(10, 2, 400)
    found = bootstrap(values, np.random.default_rng(0))
    assert found.mean == pytest.approx(values.mean())
    half = 1.96 * 2 / 20  # of the normal distribution: sigma / sqrt(n)
    assert found.low == pytest.approx(values.mean() - half, abs=0.06)
    assert found.high == pytest.approx(values.mean() + half, abs=0.06)


def test_bootstrap_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        found = bootstrap(rng.exponential(1.0, 80), rng, resamples=300)
        covered += found.low <= 1.0 <= found.high
    assert 0.88 <= covered / 200 <= 0.98


def test_bootstrap_of_nothing_and_of_constants() -> None:
    rng = np.random.default_rng(0)
    assert bootstrap(np.array([]), rng) == (0, 0, 0)
    assert bootstrap(np.full(9, 4.0), rng) == (4, 4, 4)
