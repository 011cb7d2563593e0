"""Counters add up, begin anew with restarts unless they persist, and wrap."""

import numpy as np
import pytest

from acs.simulator.cases.counting import Growth, count

HOUR = 3600.0
AT = HOUR * np.arange(1.0, 7.0)
DT = np.full(6, HOUR)


def readings(growth: Growth, restarts: list[float], uptime: float = 0.0) -> list[int]:
    found = count(
        np.random.default_rng(0),
        {"c": growth},
        at=AT,
        dt=DT,
        restarts=restarts,
        uptime_before=uptime,
    )
    return [int(each) for each in found["c"]]


def test_exact_growth_adds_up_from_the_start_of_the_uptime() -> None:
    growth = Growth(np.full(6, 10.0), exact=True)
    assert readings(growth, []) == [10, 20, 30, 40, 50, 60]
    assert readings(growth, [], uptime=2 * HOUR)[0] == 30


def test_a_restart_begins_anew_with_what_came_since() -> None:
    growth = Growth(np.full(6, 10.0), exact=True)
    assert readings(growth, [3.5 * HOUR]) == [10, 20, 30, 5, 15, 25]
    assert readings(growth, [3.5 * HOUR, 5.5 * HOUR])[-1] == 5
    assert readings(growth, [9 * HOUR])[-1] == 60, "a restart after the last moment is none"


def test_what_persists_goes_on() -> None:
    kept = readings(Growth(np.full(6, 10.0), persists=True, exact=True), [3.5 * HOUR])
    assert np.diff(kept).tolist() == [10] * 5


@pytest.mark.parametrize("bits", [32, 64])
def test_bits_decide_whether_it_wraps(bits: int) -> None:
    growth = Growth(np.full(6, 1.5e9), bits=bits, exact=True)
    found = readings(growth, [])
    assert (found[2] == 4_500_000_000 - 2**32) == (bits == 32)


def test_chance_keeps_the_mean() -> None:
    found = readings(Growth(np.full(6, 1e6)), [])
    assert found[-1] == pytest.approx(6e6, rel=0.01)


def test_no_counters_are_no_trouble() -> None:
    none = count(np.random.default_rng(0), {}, at=AT, dt=DT, restarts=[], uptime_before=0)
    assert none == {}
