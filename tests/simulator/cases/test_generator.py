"""Cases come out alike for one seed, in the format, in the shares that calls have, and sound."""

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

from acs.simulator.cases.classes import ACCESSES, fault_classes, shares
from acs.simulator.cases.faults import STRIKES
from acs.simulator.cases.generator import Made, cases, lines, make, world
from acs.simulator.cases.models import SEEN, UNSEEN
from acs.simulator.cases.observing import NO_READING
from acs.simulator.cases.scenario import SCENARIOS, SET_NAMES, SetName
from diagnostics.cases import decode_case, decode_label
from diagnostics.catalogue import CATALOGUE
from diagnostics.model import shipped

SOME = 40


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(cases(SOME, 5, "in"))


@pytest.mark.parametrize("name", SET_NAMES)
def test_a_seed_and_a_number_make_the_same_case(name: SetName) -> None:
    first = [lines(each) for each in cases(4, 11, name)]
    assert first == [lines(each) for each in cases(4, 11, name)]
    assert lines(make(11, name, 3, world(name, 11))) == first[3], "the number before is no matter"
    assert first[0] != lines(next(cases(1, 12, name)))


def test_every_fault_class_can_strike_and_is_the_diagnosis_own() -> None:
    classes = fault_classes()
    assert set(STRIKES) == set(classes)
    causes = {cause.cause: cause for cause in shipped().causes}
    assert set(causes) == set(classes)
    for fault, each in classes.items():
        cause = causes[fault]
        assert (each.right, set(each.acceptable)) == (cause.right, set(cause.acceptable)), fault
        assert each.access == cause.access


@pytest.mark.parametrize("access", ACCESSES)
def test_shares_sum_to_one_for_each_access(access: str) -> None:
    classes, odds = shares(access)
    assert sum(odds) == pytest.approx(1)
    assert {each.access for each in classes} <= {"all", access}


def test_classes_come_in_the_shares_that_calls_have() -> None:
    p = world("in", 3)
    count = 300
    seen = Counter(make(3, "in", number, p).label["fault"] for number in range(count))
    common = {each.fault: each.share for each in fault_classes().values() if each.access == "all"}
    for fault, share in common.items():
        spread = (share * (1 - share) / count) ** 0.5
        assert abs(seen[fault] / count - share) < 4 * spread + 0.01, fault


def test_lines_are_what_the_formats_demand(made: list[Made]) -> None:
    for each in made:
        line = lines(each)
        case, label = decode_case(line.case), decode_label(line.label)
        assert case.case == label.case
        assert set(each.label) == {
            "case", "fault", "right", "acceptable", "reboot_cures", "self_heals_24h",
        }  # fmt: skip
        assert case.samples
        assert all(sample.at <= case.call_at for sample in case.samples)
        assert label.right not in label.acceptable
        for state in case.segment_history:
            counts = (state.offline, state.in_error, state.boots_10min)
            assert all(0 <= count <= state.routers for count in counts)
            assert state.at <= case.call_at
        if case.cohort is not None:
            assert 0 <= (case.cohort.in_error or 0) <= 1
        assert all(contact.at < case.call_at for contact in case.contacts)
        events = [event.at for event in case.events]
        assert events == sorted(events)


def test_a_case_gives_nothing_away(made: list[Made]) -> None:
    for each in made:
        text = lines(each).case.decode()
        assert "severity" not in text
        assert each.label["fault"] not in text


def test_readings_are_of_the_catalogue_and_offered_by_the_model(made: list[Made]) -> None:
    models = {(model.manufacturer, model.model): model for model in SEEN}
    for each in made:
        router = each.case["router"]
        model = models[router["manufacturer"], router["model"]]
        offered = {metric for each in model.firmwares for metric in model.metrics(each)}
        for sample in each.case["samples"]:
            assert sample["values"].keys() <= offered
            for name, value in sample["values"].items():
                assert isinstance(value, str) == CATALOGUE[name].is_text, name


def test_gauges_stay_within_what_is_possible(made: list[Made]) -> None:
    for each in made:
        for sample in each.case["samples"]:
            for name, value in sample["values"].items():
                valid = CATALOGUE[name].valid
                if valid is not None and value not in (2**32 - 1, NO_READING.get(name)):
                    assert valid[0] <= value <= valid[1], (name, value)


def test_unseen_models_are_in_no_training_case() -> None:
    assert not {(m.manufacturer, m.model) for m in SEEN} & {
        (m.manufacturer, m.model) for m in UNSEEN
    }
    for model in (*SEEN, *UNSEEN):
        for firmware in model.firmwares:
            assert model.metrics(firmware) <= CATALOGUE.keys()
            assert "sys.uptime" in model.metrics(firmware)
    assert {model.access for model in SEEN} == {model.access for model in UNSEEN} == set(ACCESSES)


def test_training_calls_are_earlier_than_all_others() -> None:
    train = SCENARIOS["train"]
    end = train.begin + train.days * 86_400
    assert all(each.begin >= end for name, each in SCENARIOS.items() if name != "train")


def _falls(made: Made, name: str) -> list[tuple[int, int]]:
    """Times of the samples around each fall of a counter."""
    readings = [
        (sample["at"], sample["values"][name])
        for sample in sorted(made.case["samples"], key=lambda each: each["at"])
        if sample["values"].get(name) not in (None, 2**32 - 1)
    ]
    return [
        (before[0], after[0])
        for before, after in itertools.pairwise(readings)
        if after[1] < before[1]
    ]


def test_counters_fall_only_for_a_reason() -> None:
    """A restart, a wrap or the reset that the notes own up to; or clocks that were wrong."""
    checked = 0
    for each in cases(SOME, 21, "in"):
        mishaps = each.notes["mishaps"]
        if mishaps["reset"] or mishaps["skewed"] or mishaps["frozen"]:
            continue
        for name in ("lan.err_rx", "dsl.es", "pon.fec_total", "wifi.chan_changes"):
            for before, after in _falls(each, name):
                fell = _uptime_at(each, after) < _uptime_at(each, before) + (after - before) / 2
                assert fell, (each.case["case"], name, before)
                assert name != "dsl.es", "totals go on across restarts"
            checked += 1
    assert checked > SOME


def _uptime_at(made: Made, at: int) -> float:
    return next(
        float(sample["values"]["sys.uptime"])
        for sample in made.case["samples"]
        if sample["at"] == at
    )


def test_narrow_counters_wrap() -> None:
    found = False
    for each in cases(50, 31, "in"):
        if each.case["router"]["model"] not in {"L5", "H1", "LG8", "LD3", "HC2"}:
            continue
        readings = [s["values"].get("eth.rx_bytes", 0) for s in each.case["samples"]]
        assert max(readings) < 2**32
        found = found or len(_falls(each, "eth.rx_bytes")) > 5
    assert found


def _one(fault: str, seed: int = 1) -> Made:
    p = world("in", seed)
    return next(
        made
        for number in range(3000)
        if (made := make(seed, "in", number, p)).label["fault"] == fault
        and made.notes["severity"] > 0.5
        and not made.notes["twin"]
    )


def _readings(made: Made, name: str) -> list[float]:
    return [s["values"][name] for s in made.case["samples"] if name in s["values"]]


def test_a_leak_eats_memory_while_it_runs() -> None:
    made = _one("F01")
    free = _readings(made, "sys.mem_free")
    uptime = _readings(made, "sys.uptime")
    slope = np.polyfit(uptime[-48:], free[-48:], 1)[0]
    assert slope < 0
    assert free[-1] < 0.25 * made.case["samples"][0]["values"]["sys.mem_total"]


def test_an_incident_shows_on_the_neighbours() -> None:
    states = _one("F08").case.get("segment_history", [])
    worst = max(states, key=lambda s: s["offline"] + s["in_error"])
    assert worst["offline"] + worst["in_error"] >= 3


def test_a_boot_loop_restarts() -> None:
    made = _one("F17")
    boots = [e for e in made.case["events"] if e["kind"] == "boot"]
    assert len([e for e in boots if e["at"] > made.case["call_at"] - 86_400]) >= 2


def test_worse_observation_is_worse() -> None:
    def lost(name: SetName) -> float:
        wanted: list[Any] = [len(each.case["samples"]) for each in cases(40, 2, name)]
        return float(np.mean(wanted))

    assert lost("hard") < lost("in")
