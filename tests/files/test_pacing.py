"""Rates and patience, by figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.files.pacing import Patience, Throttle


@given(st.lists(st.integers(1, 65_536), min_size=1, max_size=50))
def test_a_rate_is_kept_by_waiting(pieces: list[int]) -> None:
    throttle, now, sent = Throttle(100_000), 50.0, 0
    for count in pieces:
        now += throttle.take(count, now)
        sent += count
    assert sent / 100_000 - (now - 50.0) == pytest.approx(min(0.25, sent / 100_000))


def test_several_share_a_rate() -> None:
    throttle = Throttle(1000)
    waits = [throttle.take(1000, 7.0) for _ in range(3)]
    assert waits == [0.75, 1.75, 2.75]


def test_a_pause_is_not_saved_up() -> None:
    throttle = Throttle(1000)
    throttle.take(1000, 0.0)
    assert throttle.take(1000, 3600.0) == pytest.approx(0.75)


def test_no_rate_is_no_limit() -> None:
    assert Throttle(0).take(10**12, 0.0) == 0.0


def test_a_peer_that_moves_nothing_has_so_many_seconds() -> None:
    patience = Patience(30, 1024)
    assert patience.wait(100.0) == 30
    assert patience.wait(125.0) == 5
    assert patience.wait(131.0) == 0


def test_a_trickle_does_not_buy_time() -> None:
    patience, now = Patience(30, 1024), 0.0
    while patience.wait(now) > 0 and now < 1000:
        now += 1.0
        patience.moved(1, now)
    assert now == pytest.approx(31, abs=1)


def test_who_is_fast_enough_is_never_given_up_and_saves_nothing_up() -> None:
    patience, now = Patience(30, 1024), 0.0
    for _ in range(1000):
        assert patience.wait(now) > 0
        now += 1.0
        patience.moved(10_240, now)
    assert patience.wait(now) == 30
