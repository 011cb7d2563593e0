import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.schedule import Admission, Limits, Pace, first_due, next_due, subnet_of

PACE = Pace(interval=300, watched=60, longest=7200, jitter=0.1)


def _middle(low: float, high: float) -> float:
    return (low + high) / 2


@pytest.mark.parametrize(
    ("failures", "is_watched", "expected"),
    [
        (0, False, 300),
        (0, True, 60),
        (1, False, 600),
        (3, False, 2400),
        (3, True, 480),
        (30, False, 7200),
        (300, True, 7200),
    ],
)
def test_when_a_target_is_due_again(failures: int, is_watched: bool, expected: float) -> None:  # noqa: FBT001 - a table
    due = next_due(1000.0, PACE, failures=failures, is_watched=is_watched, uniform=_middle)
    assert due - 1000.0 == pytest.approx(expected)


@given(st.integers(0, 1000), st.booleans(), st.integers(0, 2**32))
def test_it_is_always_later_and_never_later_than_the_longest(
    failures: int,
    is_watched: bool,  # noqa: FBT001 - hypothesis gives it
    seed: int,
) -> None:
    uniform = random.Random(seed).uniform  # noqa: S311 - hypothesis chooses it
    due = next_due(5.0, PACE, failures=failures, is_watched=is_watched, uniform=uniform)
    assert 5 + 60 * 0.9 <= due <= 5 + 7200 * 1.1


def test_after_a_restart_there_is_no_herd() -> None:
    chance = random.Random(1)  # noqa: S311 - the same spread each time
    times = [first_due(1e9, PACE, 1e9 - 40_000, chance.uniform) for _ in range(30_000)]
    bins = [0] * 30
    for at in times:
        bins[int((at - 1e9) // 10)] += 1
    assert max(bins) < 1.2 * 1000
    assert min(bins) > 0.8 * 1000


def test_what_is_due_later_stays_so_but_not_beyond_reason() -> None:
    assert first_due(1000.0, PACE, 1100.0, _middle) == 1100
    assert first_due(1000.0, PACE, None, _middle) == 1150
    assert first_due(1000.0, PACE, 1e12, _middle) == 8200  # the clock was set back


def test_readings_in_step_drift_apart() -> None:
    chance = random.Random(2)  # noqa: S311 - the same drift each time
    times = [0.0] * 2000
    for _ in range(50):
        times = [
            next_due(at, PACE, failures=0, is_watched=False, uniform=chance.uniform) for at in times
        ]
    phases = [0] * 10
    for at in times:
        phases[int(at % 300 // 30)] += 1
    assert max(phases) < 2 * min(phases)


def test_so_many_at_once_and_of_them_so_many_by_ssh() -> None:
    admission = Admission(Limits(at_once=4, at_once_ssh=2, subnet_rate=1000, subnet_burst=100))
    assert [admission.begin("a", 0.0, by_ssh=True) for _ in range(3)] == [True, True, False]
    assert [admission.begin("a", 0.0, by_ssh=False) for _ in range(3)] == [True, True, False]
    assert (admission.running, admission.free) == (4, 0)
    admission.end(by_ssh=True)
    assert admission.begin("a", 0.0, by_ssh=True)


def test_a_subnet_is_not_flooded_and_does_not_stop_others() -> None:
    admission = Admission(Limits(at_once=1000, subnet_rate=2.0, subnet_burst=3))
    assert sum(admission.begin("a", 0.0, by_ssh=False) for _ in range(10)) == 3
    assert admission.begin("b", 0.0, by_ssh=False)
    assert sum(admission.begin("a", 1.0, by_ssh=False) for _ in range(10)) == 2
    assert not admission.begin("a", 0.5, by_ssh=False)  # a clock that goes back gives nothing
    admission.tidy(100.0)
    assert admission._buckets == {}


@given(st.lists(st.tuples(st.floats(0, 10), st.sampled_from("ab"), st.booleans()), max_size=200))
def test_no_bound_is_ever_passed(steps: list[tuple[float, str, bool]]) -> None:
    limits = Limits(at_once=5, at_once_ssh=2, subnet_rate=1.0, subnet_burst=4)
    admission = Admission(limits)
    running: list[bool] = []
    now, begun = 0.0, {"a": 0, "b": 0}
    for wait, subnet, by_ssh in steps:
        now += wait
        if wait > 5 and running:
            admission.end(by_ssh=running.pop())
        if admission.begin(subnet, now, by_ssh=by_ssh):
            running.append(by_ssh)
            begun[subnet] += 1
        assert len(running) <= 5
        assert sum(running) <= 2
        assert begun[subnet] <= 4 + now * 1.0 + 1e-6


def test_subnets() -> None:
    assert subnet_of("192.0.2.77") == "192.0.2.0/24"
    assert subnet_of("2001:db8:1:22ff::1") == "2001:db8:1:2200::/56"
