"""Each ablation takes away what it says and nothing else."""

from acs.evaluation.ablations import (
    ABLATIONS,
    without_memory_trend,
    without_neighbours,
    without_reset_handling,
    without_uptime,
)
from tests.evaluation.conftest import NOW, MakeCase


def test_neighbours_go(make_case: MakeCase) -> None:
    case = make_case(
        4,
        lambda _: {"seg.offline_frac": 0.5, "sys.temp_cpu": 50},
        segment_history=[{"at": NOW, "routers": 9}],
    )
    less = without_neighbours(case)
    assert less.segment_history == []
    assert all(set(s.values) == {"sys.uptime", "sys.temp_cpu"} for s in less.samples)


def test_uptime_and_restarts_go(make_case: MakeCase) -> None:
    events = [
        {"at": NOW - 9, "kind": "boot"},
        {"at": NOW - 99, "kind": "firmware", "from": "1", "to": "2"},
    ]
    less = without_uptime(make_case(4, events=events))
    assert [event.kind for event in less.events] == ["firmware"]
    assert not any("sys.uptime" in sample.values for sample in less.samples)


def test_memory_is_known_as_of_now_alone(make_case: MakeCase) -> None:
    less = without_memory_trend(make_case(10, lambda hour: {"sys.mem_free": hour}))
    assert [s.values.get("sys.mem_free") for s in less.samples] == [None] * 7 + [7, 8, 9]


def test_a_reset_becomes_growth(make_case: MakeCase) -> None:
    case = make_case(6, lambda hour: {"eth.fcs_err": 900 + hour if hour < 3 else hour})
    grown = [s.values["eth.fcs_err"] for s in without_reset_handling(case).samples]
    assert grown == sorted(grown, key=lambda value: float(str(value)))
    assert float(str(grown[-1])) > 1e6


def test_growth_without_resets_is_kept(make_case: MakeCase) -> None:
    less = without_reset_handling(make_case(6, lambda hour: {"eth.fcs_err": 900 + 5 * hour}))
    assert [s.values["eth.fcs_err"] for s in less.samples] == [0, 5, 10, 15, 20, 25]


def test_the_case_itself_is_left_alone(make_case: MakeCase) -> None:
    case = make_case(6, lambda hour: {"eth.fcs_err": hour, "sys.mem_free": hour})
    before = repr(case)
    for ablation in ABLATIONS.values():
        ablation(case)
    assert repr(case) == before
