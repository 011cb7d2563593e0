import pytest

from diagnostics.context import Context, SegmentState
from diagnostics.history import History
from diagnostics.observations import Observations
from diagnostics.symptoms.segment import SYMPTOMS, binomial_tail
from diagnostics.thresholds import Thresholds

NOW = 1_790_000_000.0


def level(name: str, **counts: int) -> int | None:
    state = SegmentState(at=NOW - 60, routers=counts.pop("routers", 48), **counts)
    see = Observations(History.empty(), Context(segment_history=(state,)), Thresholds(), NOW)
    (look,) = (symptom.look for symptom in SYMPTOMS if symptom.name == name)
    finding = look(see)
    return None if finding is None else finding.level


def test_the_tail_of_a_binomial() -> None:
    assert binomial_tail(0, 10, 0.1) == 1
    assert binomial_tail(11, 10, 0.1) == 0
    assert binomial_tail(1, 2, 0.5) == pytest.approx(0.75)
    assert binomial_tail(3, 8, 0.02) == pytest.approx(4.1e-4, rel=0.05)


@pytest.mark.parametrize(
    ("offline", "routers", "expected"),
    [(0, 48, 0), (2, 3, 0), (3, 48, 0), (3, 8, 2), (7, 48, 1), (20, 48, 2)],
)
def test_offline_neighbours_must_be_many_beyond_chance(
    offline: int, routers: int, expected: int
) -> None:
    assert level("segment_offline", offline=offline, routers=routers) == expected


def test_neighbours_that_are_gone_have_no_trouble_and_do_not_call() -> None:
    assert level("segment_errors", offline=20) is None
    assert level("segment_calls", offline=20) is None
    assert level("segment_calls", offline=20, calls_15min=5) == 2


def test_an_old_state_is_no_news() -> None:
    state = SegmentState(at=NOW - 9000, routers=48, offline=40)
    see = Observations(History.empty(), Context(segment_history=(state,)), Thresholds(), NOW)
    assert see.segment is None
