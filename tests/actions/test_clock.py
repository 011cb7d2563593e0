"""The watch that compares the clock of the rows with one that nobody sets."""

import pytest
from twisted.internet.task import Clock

from acs.actions.clock import ClockWatch


class Times:
    """A steady clock and one that can be set."""

    def __init__(self) -> None:
        self.steady = Clock()
        self.skew = 0.0
        self.watch = ClockWatch(self.now, self.steady.seconds)

    def now(self) -> float:
        return 1e9 + self.skew + self.steady.seconds()


@pytest.fixture
def times() -> Times:
    return Times()


def test_time_that_passes_is_no_jump(times: Times) -> None:
    for _ in range(100):
        times.steady.advance(3600)
        assert times.watch.refusal() is None
    assert times.watch.jumps == 0


@pytest.mark.parametrize("skew", [59.0, -59.0])
def test_an_ordinary_correction_is_no_jump(times: Times, skew: float) -> None:
    times.skew = skew
    assert times.watch.look() == 0


@pytest.mark.parametrize(
    ("skew", "wait"),
    [(120, 1800), (86_400, 1800), (1e8, 1800), (-120, 1800), (-3600, 3600), (-1e8, 86_400)],
)
def test_after_a_jump_reboots_wait(times: Times, skew: float, wait: float) -> None:
    times.steady.advance(100)
    times.skew = skew
    refusal = times.watch.refusal()
    assert refusal is not None
    assert refusal.guard == "clock"
    assert refusal.retry_at == pytest.approx(times.now() + wait)
    assert f"another {wait / 60:.0f} min" in refusal.reason
    times.steady.advance(wait - 1)
    assert times.watch.look() == pytest.approx(1)
    times.steady.advance(1)
    assert times.watch.refusal() is None
    assert times.watch.jumps == 1


def test_a_second_jump_does_not_shorten_the_wait(times: Times) -> None:
    times.skew = -86_400
    assert times.watch.look() == 86_400
    times.steady.advance(60)
    times.skew = -86_400 + 300
    assert times.watch.look() == 86_400 - 60
    assert times.watch.jumps == 2


def test_only_jumps_forward_make_rows_look_older_and_only_for_a_week(times: Times) -> None:
    for skew in (3600, 3000, 6600):
        times.skew = skew
        times.watch.look()
    assert times.watch.ahead() == 7200
    times.steady.advance(7 * 86_400 - 1)
    assert times.watch.ahead() == 7200
    times.steady.advance(1)
    assert times.watch.ahead() == 0
