"""Rates, intervals and differences, against figures known from elsewhere."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.actions.worth import Beta, Count, cumulative, is_below, shrunk, uplift, weighted


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.01, 0.99))
def test_the_cumulative_beta_is_a_binomial_tail(a: int, b: int, x: float) -> None:
    """For whole parameters: P(X >= a) of a + b - 1 trials (DLMF 8.17.5)."""
    n = a + b - 1
    exact = sum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert cumulative(x, a, b) == pytest.approx(exact, abs=1e-9)


def test_the_ends_of_the_cumulative_beta() -> None:
    assert (cumulative(0.0, 2, 3), cumulative(1.0, 2, 3)) == (0.0, 1.0)


@given(st.floats(0.5, 300), st.floats(0.5, 300), st.floats(0.01, 0.99))
def test_a_quantile_undoes_the_cumulative(a: float, b: float, p: float) -> None:
    assert cumulative(Beta(a, b).quantile(p), a, b) == pytest.approx(p, abs=1e-6)


def test_nothing_known_is_a_wide_interval() -> None:
    estimate = Beta().estimate()
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.5, 0.025, 0.975))


def test_a_small_group_is_drawn_to_its_cause_and_a_large_one_is_not() -> None:
    parent = Count(1000, 300)
    assert shrunk(Count(2, 2), parent, 10).mean == pytest.approx(0.417, abs=0.01)
    assert shrunk(Count(500, 500), parent, 10).mean == pytest.approx(0.986, abs=0.01)
    assert shrunk(Count(), parent, 10).mean == pytest.approx(0.3, abs=0.01)


def test_the_difference_of_equal_rates_holds_zero_in_its_interval() -> None:
    found = uplift(Beta(40, 60), Beta(40, 60))
    assert found.value == pytest.approx(0.0)
    assert found.low < 0 < found.high


def test_the_interval_holds_the_true_difference_19_times_of_20() -> None:
    chance = Random(7)  # noqa: S311 - trials, not secrets
    held = 0
    for _ in range(400):
        treated = Count(60, sum(chance.random() < 0.6 for _ in range(60)))
        control = Count(40, sum(chance.random() < 0.3 for _ in range(40)))
        found = uplift(Beta().after(treated), Beta().after(control))
        held += found.low <= 0.3 <= found.high
    assert 0.92 <= held / 400 <= 0.99


def test_trials_of_unequal_probability_count_by_its_inverse() -> None:
    """A stratum drawn at 10 % with all well, one at 90 % with none: half of all would be well."""
    found = weighted([(0.1, 10, True), (0.9, 90, False)])
    assert found.helped / found.n == pytest.approx(0.5)
    assert found.n < 100  # less sure than 100 trials of one probability
    assert weighted([(0.5, 10, True), (0.5, 10, False)]) == Count(20.0, 10.0)
    assert weighted([]) == Count()


@pytest.mark.parametrize(
    ("treated", "control", "below"),
    [
        (Count(20, 2), Count(20, 12), True),
        (Count(20, 12), Count(20, 12), False),
        (Count(20, 18), Count(20, 12), False),
        (Count(3, 0), Count(3, 1), False),  # too little is known
    ],
)
def test_what_is_below_the_interval(treated: Count, control: Count, *, below: bool) -> None:
    assert is_below(treated, control) is below
