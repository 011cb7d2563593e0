"""Features say what is in a case, and NaN where nothing is."""

import math

import pytest

from acs.evaluation.features import feature_matrix, feature_names, features
from diagnostics.cases import Case
from tests.evaluation.conftest import HOUR, NOW, MakeCase


def value(case: Case, name: str) -> float:
    return float(features(case)[feature_names().index(name)])


def test_names_are_unique_and_as_many_as_columns(make_case: MakeCase) -> None:
    assert len(set(feature_names())) == len(feature_names())
    assert feature_matrix([make_case(), make_case()]).shape == (2, len(feature_names()))
    assert feature_matrix([]).shape == (0, len(feature_names()))


def test_a_gauge_is_told_by_its_newest_its_day_and_its_past(make_case: MakeCase) -> None:
    case = make_case(72, lambda hour: {"sys.temp_cpu": 50 if hour < 48 else 70})
    assert value(case, "sys.temp_cpu:last") == 70
    assert value(case, "sys.temp_cpu:day") == 70
    assert value(case, "sys.temp_cpu:before") == 50
    assert value(case, "sys.temp_cpu:change") > 10


def test_a_slope_is_per_day_within_the_uptime(make_case: MakeCase) -> None:
    case = make_case(48, lambda hour: {"sys.mem_free": 10_000 - 5 * hour})
    assert value(case, "sys.mem_free:slope") == pytest.approx(-120, rel=0.01)


def test_a_counter_is_told_by_its_rate_an_hour(make_case: MakeCase) -> None:
    case = make_case(48, lambda hour: {"eth.fcs_err": 7 * hour})
    assert value(case, "eth.fcs_err:day") == pytest.approx(7)


def test_sentinels_and_resets_are_no_growth(make_case: MakeCase) -> None:
    def errors(hour: int) -> dict[str, int]:
        return {"eth.fcs_err": 2**32 - 1 if hour == 40 else (900 if hour < 44 else 3)}

    assert value(make_case(48, errors), "eth.fcs_err:day") == 0


def test_what_is_absent_is_unknown(make_case: MakeCase) -> None:
    case = make_case()
    assert math.isnan(value(case, "wifi.noise:last"))
    assert math.isnan(value(case, "context:offline"))
    assert value(case, "access:FTTB") == 1
    assert value(case, "access:LTE") == 0


def test_context_is_counted(make_case: MakeCase) -> None:
    case = make_case(
        events=[
            {"at": NOW - HOUR, "kind": "boot", "cause": "power"},
            {"at": NOW - 60 * HOUR, "kind": "boot", "cause": "watchdog"},
        ],
        segment_history=[{"at": NOW - 60, "routers": 40, "offline": 8, "calls_15min": 3}],
        contacts=[{"at": NOW - HOUR, "channel": "phone", "action": "reboot", "helped": False}],
        cohort={"routers": 90, "in_error": 0.2, "previous_firmware_in_error": 0.05},
    )
    assert value(case, "context:boots_day") == 1
    assert value(case, "context:boots_week") == 2
    assert value(case, "context:watchdogs") == 1
    assert value(case, "context:uptime") == HOUR
    assert value(case, "context:offline_share") == pytest.approx(0.2)
    assert value(case, "context:failed") == 1
    assert value(case, "context:cohort_rise") == pytest.approx(0.15)


def test_what_is_after_the_call_is_not_seen(make_case: MakeCase) -> None:
    late = make_case(48, lambda _: {"sys.temp_cpu": 50}, call_at=NOW - 24 * HOUR)
    assert value(late, "context:samples") == 24


def test_the_last_answered_ping_is_known(make_case: MakeCase) -> None:
    case = make_case(48, lambda hour: {"ip.ping_loss_gw": 1 if hour >= 40 else 0})
    assert value(case, "context:unpinged") == pytest.approx(8 * HOUR + 60)
