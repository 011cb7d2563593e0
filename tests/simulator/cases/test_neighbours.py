"""Neighbours suffer from the onset on, as many as the incident has, and calls follow."""

import numpy as np
import pytest

from acs.simulator.cases.neighbours import Neighbourhood, cohort
from acs.simulator.cases.parameters import Parameters

MINUTE = 60.0
TIMES = [60_000 + MINUTE * 10 * step for step in range(24)]
EVENING = [20.8] * 24


def hood(routers: int = 200) -> Neighbourhood:
    return Neighbourhood(routers, off_rate=0.01, error_rate=0.02, boot_rate=0.001)


def counts(quarter: Neighbourhood, key: str, hours: list[float] = EVENING) -> list[int]:
    states = quarter.history(np.random.default_rng(1), TIMES, hours)
    assert [state["at"] for state in states] == TIMES
    return [state[key] for state in states]


def test_a_quiet_segment_is_quiet() -> None:
    assert max(counts(hood(), "offline")) < 12
    assert max(counts(hood(), "in_error")) < 15
    assert max(counts(hood(), "boots_10min")) < 5


def test_an_outage_begins_and_ends() -> None:
    quarter = hood()
    quarter.offline, quarter.begin, quarter.end = 0.5, TIMES[10], TIMES[20]
    offline = counts(quarter, "offline")
    assert max(offline[:10]) < 12
    assert min(offline[10:20]) > 60
    assert max(offline[20:]) < 12


def test_calls_build_up_after_the_onset() -> None:
    quarter = hood()
    quarter.callers, quarter.begin, quarter.offline = 10.0, TIMES[10], 0.5
    calls = counts(quarter, "calls_15min")
    assert sum(calls[12:]) / 12 > 3 * max(1, sum(calls[:10]) / 10)


def test_evening_trouble_follows_the_evening() -> None:
    quarter = hood()
    quarter.failing, quarter.begin, quarter.evening = 0.6, 0.0, True
    at_night = counts(quarter, "in_error", [8.8] * 24)
    assert min(counts(quarter, "in_error")) > 80 > max(at_night)


def test_a_burst_of_restarts_is_seen_for_ten_minutes() -> None:
    quarter = hood()
    quarter.burst, quarter.burst_at = 0.8, TIMES[5] - MINUTE
    boots = counts(quarter, "boots_10min")
    assert boots[5] > 100
    assert max(boots[:5] + boots[6:]) < 5


def test_the_wrong_segment_is_a_quiet_one() -> None:
    quarter = hood()
    quarter.offline, quarter.begin = 0.9, TIMES[0]
    assert max(counts(quarter.quiet(), "offline")) < 12


def test_a_bug_shows_in_its_cohort() -> None:
    rng, p = np.random.default_rng(1), Parameters()
    ill = [cohort(rng, p, ill=0.2, relapsing=0.2, before=0) for _ in range(50)]
    well = [cohort(rng, p, ill=0, relapsing=0, before=0) for _ in range(50)]

    def mean(rows: list[dict[str, float]], name: str) -> float:
        return float(np.mean([row[name] for row in rows]))

    assert mean(ill, "in_error") == pytest.approx(mean(well, "in_error") + 0.2, abs=0.03)
    assert mean(ill, "relapse_7d") > mean(well, "relapse_7d") + 0.1
