"""Whether a firmware is worse: planted bad ones are found, like ones are not."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acs.actions.cohort_settings import CohortSettings
from acs.actions.cohorts import (
    Course,
    Exposure,
    Relapses,
    courses,
    not_above,
    sentence,
    still_stands,
    worse,
)
from acs.actions.worth import Beta, cumulative
from acs.storage.cohort_rows import DayCounts, FindingRow, Firmware, Relapse
from diagnostics.context import FirmwareMeasure

SETTINGS = CohortSettings()
OLD, NEW, NEWEST = (Firmware("Acme", "Box", version) for version in ("1.0", "1.1", "1.2"))


def outcomes(firmware: Firmware, hit: int, of: int) -> list[Relapse]:
    """Reboots that helped and what became of them, one router each."""
    return [
        Relapse(f"{firmware.version}-{number:05}", "c1", firmware, number < hit, number < hit)
        for number in range(of)
    ]


def on_days(firmware: Firmware, first: int, routers: int, ill: int, told: int = 0) -> DayCounts:
    return DayCounts(firmware, 7, first, 7 * routers, 7 * ill, 7 * told)


def row(measure: FirmwareMeasure = "relapse_1d", routers: int = 400) -> FindingRow:
    return FindingRow("f1", NEW, measure, "1.0", 30, 60, 5, 60, 1e-7, routers, 0.0, 0.0)


# --- the statistic --------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=50, deadline=None)
def test_one_rate_against_another_is_exact(a: int, b: int, c: int, d: int) -> None:
    # For whole parameters the integral is a finite sum of Beta functions; here by quadrature of
    # the other room's incomplete Beta function.
    steps = 4000
    first, second = Beta(a, b), Beta(c, d)
    expected, before = 0.0, 0.0
    for step in range(1, steps + 1):
        x = step / steps
        mass = cumulative(x, a, b)
        expected += (mass - before) * (1 - cumulative(x - 0.5 / steps, c, d))
        before = mass
    assert not_above(first, second) == pytest.approx(expected, abs=1e-3)


def test_rates_near_nought_and_of_very_different_certainty() -> None:
    assert not_above(Beta(0.2, 9.8), Beta(0.2, 9.8)) == pytest.approx(0.5, abs=1e-3)
    lower, higher = Beta(0.2, 50_000), Beta(0.2, 50)
    assert not_above(lower, higher) + not_above(higher, lower) == pytest.approx(1.0, abs=1e-3)
    assert not_above(lower, higher) > 0.7
    sure = not_above(Beta(5001, 95_001), Beta(3001, 97_001))
    assert 0 <= sure < 1e-12
    assert not_above(Beta(3001, 97_001), Beta(5001, 95_001)) == pytest.approx(1.0)
    assert not_above(Beta(12, 12), Beta(5_000, 95_000)) < 1e-5


# --- what is found --------------------------------------------------------------------------------


def test_a_firmware_with_many_relapses_is_found_against_the_one_before() -> None:
    days = [on_days(OLD, 1, 500, 20), on_days(NEW, 9, 400, 16)]
    relapses = Relapses([*outcomes(OLD, 3, 60), *outcomes(NEW, 30, 60)])
    known = courses(days, relapses, SETTINGS)
    found = {each.measure: each for each in worse(known, SETTINGS)}
    assert set(found) == {"relapse_1d", "relapse_7d"}
    one = found["relapse_1d"]
    assert (one.firmware, one.better) == (NEW, "1.0")
    assert (one.here, one.there) == (Exposure(30, 60), Exposure(3, 60))
    assert one.chance < 1e-4


def test_of_several_better_ones_the_one_before_is_named() -> None:
    days = [on_days(OLD, 1, 500, 5), on_days(NEW, 9, 400, 16), on_days(NEWEST, 20, 400, 200)]
    (found,) = worse(courses(days, Relapses(), SETTINGS), SETTINGS)
    assert (found.firmware, found.measure, found.better) == (NEWEST, "ill", "1.1")
    # the oldest one may be the bad one; then the best of the others is named
    days = [on_days(OLD, 1, 500, 250), on_days(NEW, 9, 400, 16), on_days(NEWEST, 20, 400, 4)]
    (found,) = worse(courses(days, Relapses(), SETTINGS), SETTINGS)
    assert (found.firmware, found.better) == (OLD, "1.2")


def test_too_few_routers_or_days_say_nothing() -> None:
    few = SETTINGS.least_routers - 1
    relapses = Relapses([*outcomes(OLD, 0, 500), *outcomes(NEW, few, few)])
    assert worse(courses([], relapses, SETTINGS), SETTINGS) == []
    days = [DayCounts(OLD, 2, 1, 1000, 10, 0), DayCounts(NEW, 2, 1, 1000, 500, 0)]
    assert worse(courses(days, Relapses(), SETTINGS), SETTINGS) == []


def test_a_small_difference_is_none_however_sure() -> None:
    days = [on_days(OLD, 1, 200_000, 20_000), on_days(NEW, 1, 200_000, 24_000)]
    assert worse(courses(days, Relapses(), SETTINGS), SETTINGS) == []


def test_other_models_are_no_comparison() -> None:
    other = Firmware("Acme", "Other box", "1.0")
    days = [on_days(other, 1, 500, 5), on_days(NEW, 1, 500, 250)]
    assert worse(courses(days, Relapses(), SETTINGS), SETTINGS) == []


def test_a_router_counts_once_however_often_it_is_rebooted() -> None:
    again = [Relapse("one", f"c{number:03}", NEW, True, True) for number in range(500)]
    known = courses([], Relapses(again), msgspec.structs.replace(SETTINGS, least_routers=1))
    assert known[NEW].measured["relapse_1d"] == Exposure(1, 1)


def test_days_of_the_same_routers_are_not_so_many_routers() -> None:
    known = courses([DayCounts(NEW, 20, 1, 20 * 50, 20 * 10, 20 * 5)], Relapses(), SETTINGS)
    assert known[NEW].measured["ill"] == Exposure(10, 50)
    assert known[NEW].also_told == Exposure(15, 50)


def test_what_nobody_knows_yet_does_not_count() -> None:
    unknown = [Relapse(f"r{number:03}", "c", NEW, None, None) for number in range(100)]
    assert courses([], Relapses(unknown), SETTINGS) == {}


def test_like_firmwares_are_not_found_to_differ() -> None:
    """Of 400 simulated fleets of 30 models, all firmwares alike, hardly any has a finding."""
    draw = random.Random(7)  # noqa: S311 - a simulation
    fleets = 400
    wrong = 0
    for _ in range(fleets):
        known: dict[Firmware, Course] = {}
        for model in range(30):
            share = draw.choice((0.02, 0.1, 0.3))
            for version in ("1", "2", "3"):
                of = draw.choice((20, 40, 150))
                hit = sum(draw.random() < share for _ in range(of))
                firmware = Firmware("Acme", f"Box {model}", version)
                known[firmware] = Course(0.0, {"relapse_1d": Exposure(hit, of)})
        wrong += bool(worse(known, SETTINGS))
    assert wrong <= 3  # one in a thousand is allowed


def test_bad_firmwares_are_found_with_a_few_dozen_reboots() -> None:
    draw = random.Random(8)  # noqa: S311 - a simulation
    found = 0
    for _ in range(200):
        known = {
            firmware: Course(
                since,
                {"relapse_1d": Exposure(sum(draw.random() < share for _ in range(60)), 60)},
            )
            for since, (firmware, share) in enumerate(((OLD, 0.08), (NEW, 0.5)))
        }
        found += any(each.firmware == NEW for each in worse(known, SETTINGS))
    assert found >= 190


# --- what stands ----------------------------------------------------------------------------------


def test_a_finding_stands_until_nobody_has_the_firmware() -> None:
    assert still_stands(row(), {}, SETTINGS), "nobody reboots them any more"
    assert not still_stands(row(routers=0), {}, SETTINGS)


def test_a_finding_falls_when_the_data_turn() -> None:
    known = {NEW: Course(0.0, {"relapse_1d": Exposure(8, 100)})}
    assert not still_stands(row(), known, SETTINGS)
    known[NEW].measured["relapse_1d"] = Exposure(30, 100)
    assert still_stands(row(), known, SETTINGS)
    known[OLD] = Course(0.0, {"relapse_1d": Exposure(40, 100)})
    assert not still_stands(row(), known, SETTINGS)


def test_a_verdict_of_other_firmware_does_not_end_the_trouble_it_was_made_of() -> None:
    known = {
        OLD: Course(0.0, {"ill": Exposure(10, 200)}),
        NEW: Course(9.0, {"ill": Exposure(0, 200)}, also_told=Exposure(80, 200)),
    }
    assert still_stands(row("ill"), known, SETTINGS)
    assert worse(known, SETTINGS) == [], "but it makes no finding of its own"


def test_a_finding_is_said_with_its_figures() -> None:
    assert sentence(row()) == (
        "30 of 60 routers with this firmware relapsed within a day of a reboot, against 5 of 60 "
        "with firmware 1.0"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"chance": 0.0},
        {"difference": 2.0},
        {"ratio": 0.5},
        {"shrinkage": 0.0},
        {"least_routers": 0},
        {"least_days": 0},
        {"window": 60},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        msgspec.structs.replace(SETTINGS, **wrong)
