from collections.abc import Callable
from typing import Any

import pytest

from diagnostics.context import Boot, Context, SegmentState
from diagnostics.history import History
from diagnostics.observations import Observations
from diagnostics.sample import Sample
from diagnostics.symptoms.segment import SYMPTOMS
from diagnostics.thresholds import Thresholds

HOUR, NOW = 3600.0, 1_790_000_000.0
Look = Callable[..., str | None]
(SILENCE,) = (symptom for symptom in SYMPTOMS if symptom.name == "silence")


def states(*counts: dict[str, int], routers: int = 48, step: float = 600) -> dict[str, Any]:
    """A segment's states up to now, the newest last."""
    last = len(counts) - 1
    return {
        "segment_history": tuple(
            SegmentState(at=NOW - 60 - step * (last - place), routers=routers, **count)
            for place, count in enumerate(counts)
        )
    }


@pytest.mark.parametrize(
    ("offline", "routers", "level"),
    [
        (0, 48, "usual"),
        (2, 3, "doubtful"),
        (3, 48, "doubtful"),
        (3, 8, "many"),
        (5, 48, "some"),
        (20, 48, "most"),
    ],
)
def test_offline_neighbours_must_be_many_beyond_chance(
    look: Look, offline: int, routers: int, level: str
) -> None:
    assert look("segment_offline", {}, **states({"offline": offline}, routers=routers)) == level


def test_neighbours_that_are_gone_have_no_trouble_and_do_not_call(look: Look) -> None:
    gone = states({"offline": 20})
    assert look("segment_errors", {}, **gone) is None
    assert look("segment_calls", {}, **gone) is None
    assert look("segment_calls", {}, **states({"offline": 20, "calls_15min": 9})) == "most"
    calm = states({})
    assert look("segment_errors", {}, **calm) == look("segment_calls", {}, **calm) == "usual"


def test_after_a_burst_of_restarts_it_is_no_news_that_all_is_well(look: Look) -> None:
    burst = states({}, {"boots_10min": 30}, {})
    for symptom in ("segment_offline", "segment_errors", "segment_calls"):
        assert look(symptom, {}, **burst) is None
        assert look(symptom, {}, **states({}, {}, {})) == "usual"


@pytest.mark.parametrize(
    ("burst", "boots", "level"),
    [
        (0, (), "none"),
        (2, (), "none"),
        (4, (), "some"),
        (30, (), "burst"),
        (30, (Boot(NOW - 660, "power"),), "together"),
        (30, (Boot(NOW - 660, "remote_reboot"),), "burst"),
        (30, (Boot(NOW - 9 * HOUR, "power"),), "burst"),
    ],
)
def test_restarts_of_the_neighbours(
    look: Look, burst: int, boots: tuple[Boot, ...], level: str
) -> None:
    told = states({}, {"boots_10min": burst}, {})
    assert look("segment_boots", {}, boots=boots, **told) == level


def test_it_restarted_when_its_neighbours_came_back(look: Look) -> None:
    outage = states({}, {"offline": 30}, {"offline": 30}, {})
    back = (Boot(NOW - 500, "power"),)
    assert look("segment_boots", {}, boots=back, **outage) == "together"
    assert look("segment_boots", {}, **outage) == "none"
    assert look("segment_boots", {}, boots=back, **states({}, {}, {}, {})) == "none"


@pytest.mark.parametrize(
    ("metric", "symptom", "reading", "level"),
    [
        ("seg.offline_frac", "segment_offline", 0.01, "usual"),
        ("seg.offline_frac", "segment_offline", 0.1, "some"),
        ("seg.error_frac", "segment_errors", 0.3, "most"),
        ("seg.boot_burst", "segment_boots", 5, "some"),
        ("seg.boot_burst", "segment_boots", 1, "none"),
        ("seg.calls_15min", "segment_calls", 6, "many"),
    ],
)
def test_what_the_collector_counted_stands_in_for_the_states(
    look: Look, metric: str, symptom: str, reading: float, level: str
) -> None:
    assert look(symptom, {metric: reading}) == level


@pytest.mark.parametrize(
    ("minutes", "level"), [(2, "fresh"), (70, "fresh"), (100, "late"), (300, "silent")]
)
def test_silence_against_its_own_interval(minutes: float, level: str) -> None:
    samples = [Sample(at=NOW - HOUR * age, values={"sys.uptime": 9e6}) for age in range(9, -1, -1)]
    see = Observations(History.from_samples(samples), Context(), Thresholds(), NOW + 60 * minutes)
    finding = SILENCE.look(see)
    assert finding is not None
    assert ("fresh", "late", "silent")[finding.level] == level


def test_an_old_state_is_no_news() -> None:
    state = SegmentState(at=NOW - 9000, routers=48, offline=40)
    see = Observations(History.empty(), Context(segment_history=(state,)), Thresholds(), NOW)
    assert see.segment is None
