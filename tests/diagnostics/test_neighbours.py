import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.context import SegmentState
from diagnostics.neighbours import (
    HINT,
    MANY,
    MOST,
    SOME,
    USUAL,
    Neighbourhood,
    deviate,
    neighbourhood,
)
from diagnostics.thresholds import Network

HOUR, NOW = 3600.0, 1_790_000_000.0
LIMITS = Network()


def segment(*counts: int, what: str = "in_error", routers: int = 60) -> Neighbourhood:
    """States of every ten minutes up to now."""
    states = [
        SegmentState(at=NOW - 600 * (len(counts) - 1 - place), routers=routers, **{what: count})
        for place, count in enumerate(counts)
    ]
    return Neighbourhood(states, LIMITS)


def test_a_deviate_is_that_of_a_normal_distribution() -> None:
    assert deviate(3, 3) == deviate(0, 3) == 0
    assert deviate(10_200, 10_000) == pytest.approx(2, rel=0.01)
    # P(Poisson(1) >= 5) = 0.0037, a deviate of 2.7; (x - u) / sqrt(u) would say 4
    assert deviate(5, 1) == pytest.approx(2.84, abs=0.05)


@given(st.floats(0.1, 500), st.integers(0, 2000))
def test_more_is_never_less_remarkable(usual: float, count: int) -> None:
    assert 0 <= deviate(count, usual) <= deviate(count + 1, usual)
    assert deviate(count, usual) >= deviate(count, usual + 1)
    assert math.isfinite(deviate(count, usual))


@pytest.mark.parametrize(
    ("now", "level"), [(3, USUAL), (5, HINT), (8, SOME), (12, MANY), (25, MOST)]
)
def test_trouble_against_the_rate_of_the_fleet(now: int, level: int) -> None:
    assert segment(now).in_error().level == level


def test_one_router_is_a_hint_at_most() -> None:
    assert segment(1, what="offline", routers=2).offline().level <= HINT
    assert segment(2, what="offline", routers=2).offline().level <= HINT


def test_a_segment_with_much_trouble_every_day_needs_more_to_stand_out() -> None:
    calm, ill = segment(*([0] * 72), 8), segment(*([6] * 72), 8)
    assert calm.in_error().level > ill.in_error().level
    assert calm.in_error().usual < ill.in_error().usual


def test_what_is_bad_all_day_is_not_usual() -> None:
    count = segment(*([30] * 72)).in_error()
    assert count.level == MOST
    assert count.usual <= LIMITS.usual_most * LIMITS.error_rate * 60


def test_the_last_hour_stands_for_a_trouble_that_lasts() -> None:
    lasting = segment(*([0] * 30), 9, 9, 9, 9, 9, 6).in_error()
    assert lasting.level > segment(*([0] * 35), 6).in_error().level
    assert lasting.now == pytest.approx(8.5)
    over = segment(*([0] * 30), 40, 40, 40, 40, 40, 0).in_error()
    assert over.level == USUAL


def test_calls_of_an_hour_add_up() -> None:
    # one call a quarter of an hour is chance, three in each of four are none
    assert segment(1, what="calls_15min").calls().level <= HINT
    many = segment(3, 3, 3, 3, 3, 1, what="calls_15min").calls()
    assert many.level >= SOME
    assert many.now == pytest.approx(16 / 6)


@pytest.mark.parametrize(("most", "level"), [(2, USUAL), (4, SOME), (12, MANY)])
def test_restarts_of_the_last_hours(most: int, level: int) -> None:
    counts = [0] * 8
    counts[2] = most
    assert segment(*counts, what="boots_10min").boots().level == level
    long_ago = [most, *([0] * 20)]
    assert segment(*long_ago, what="boots_10min").boots().level == USUAL


def test_three_restarts_among_thousands_are_chance() -> None:
    assert segment(4, what="boots_10min", routers=3000).boots().level == USUAL


def test_an_outage_that_is_over() -> None:
    over = segment(0, 30, 30, 0, what="offline")
    assert over.outage_at() == NOW - 1200
    assert over.came_back()
    assert segment(0, 30, 30, 30, what="offline").outage_at() is None
    assert segment(0, 3, 0, 0, what="offline").outage_at() is None
    assert segment(0, 40, 0).came_back()
    long_ago = segment(30, *([0] * 20), what="offline")
    assert long_ago.outage_at() is None
    assert long_ago.came_back()


def test_states_may_come_in_any_order() -> None:
    states = [SegmentState(at=NOW - age, routers=9, offline=int(age)) for age in (0, 900, 300)]
    found = neighbourhood(states, LIMITS, NOW)
    assert found is not None
    assert found.newest.at == NOW


def test_states_of_the_future_and_of_long_ago_are_no_news() -> None:
    later = SegmentState(at=NOW + 60, routers=9, offline=9)
    now = SegmentState(at=NOW - 60, routers=9)
    old = SegmentState(at=NOW - LIMITS.state_age - 1, routers=9)
    assert neighbourhood((), LIMITS, NOW) is None
    assert neighbourhood((later,), LIMITS, NOW) is None
    assert neighbourhood((old,), LIMITS, NOW) is None
    found = neighbourhood((now, later), LIMITS, NOW)
    assert found is not None
    assert found.newest is now
