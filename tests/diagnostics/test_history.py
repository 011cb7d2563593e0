import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.catalogue import CATALOGUE
from diagnostics.history import CorruptWindow, History
from diagnostics.sample import Sample, Value

HOUR, DAY = 3600.0, 86400.0
T0 = 1_790_000_000.0

values = st.one_of(
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.integers(0, 2**32),
    st.sampled_from([2**32 - 1, 2**31 - 1, -274, 0, 10**400, "17", "Up", "", "ß" * 200]),
    st.booleans(),
    st.text(max_size=8),
)
VITALS = (
    "sys.uptime eth.fcs_err eth.rx_packets eth.rx_bytes sys.mem_free eth.speed ppp.state "
    "sys.fw_version wifi.assoc pon.los no.such_metric sys.temp_cpu"
)
metrics = st.sampled_from(VITALS.split())
steps = st.one_of(
    st.floats(-2 * DAY, 2 * DAY),
    st.sampled_from([HOUR, 300.0, 0.0, -60.0, 20 * DAY, math.nan, math.inf]),
)
journeys = st.lists(
    st.tuples(steps, st.dictionaries(metrics, values, max_size=12)), min_size=1, max_size=40
)


def travelled(journey: list[tuple[float, dict[str, Value]]]) -> list[Sample]:
    at, samples = T0, []
    for step, readings in journey:
        here = at + step
        samples.append(Sample(at=here, values=readings))
        at = here if math.isfinite(here) and here > 0 else at
    return samples


@settings(max_examples=150, deadline=None)
@given(journeys)
def test_step_by_step_equals_all_at_once_and_nothing_raises(
    journey: list[tuple[float, dict[str, Value]]],
) -> None:
    samples = travelled(journey)
    recent = past = b""
    for sample in samples:
        history = History.decode(recent, past)
        if history.extend(sample):
            past = history.encode_past()
        recent = history.encode_recent()
        for window in (DAY, 3 * HOUR, 7 * DAY):
            for metric in history.metrics:
                growth = history.growth(metric, window)
                assert growth is None or (growth[0] >= 0 and growth[1] > 0)
    whole = History.from_samples(samples)
    assert whole.encode_recent() == recent
    assert whole.encode_past() == past
    assert History.decode(recent, past).latest() == whole.latest()


def hourly(count: int, readings: Callable[[float], dict[str, Value]]) -> list[Sample]:
    return [Sample(at=T0 + i * HOUR, values=readings(i * HOUR)) for i in range(count)]


def test_growth_of_a_day_and_of_the_week() -> None:
    history = History.from_samples(
        hourly(
            240,
            lambda age: {
                "sys.uptime": 1000 + age,
                "eth.fcs_err": 2 * age / HOUR,
                "eth.rx_packets": 1000 * age,
            },
        )
    )
    assert history.growth("eth.fcs_err", DAY) == (48, DAY)
    assert history.growth("eth.fcs_err", 3 * HOUR) == (6, 3 * HOUR)
    week = history.growth("eth.fcs_err", 7 * DAY)
    assert week is not None
    assert week[0] / week[1] == pytest.approx(2 / HOUR)
    assert history.per_million("eth.fcs_err", "eth.rx_packets", DAY, 1e5) == pytest.approx(
        2 / 3.6, rel=1e-6
    )
    assert history.per_million("eth.fcs_err", "eth.rx_packets", DAY, 1e9) is None
    assert history.baseline("eth.fcs_err").median == pytest.approx(2)


def test_a_boot_resets_counters_and_begins_an_epoch() -> None:
    history = History.from_samples(
        hourly(
            10,
            lambda age: {
                "sys.uptime": 90_000 + age if age < 5 * HOUR else age - 4.5 * HOUR,
                "eth.fcs_err": 500 + age / HOUR if age < 5 * HOUR else (age - 4.5 * HOUR) / HOUR,
            },
        )
    )
    assert history.booted_at == T0 + 4.5 * HOUR
    assert history.boots[-1] == T0 + 4.5 * HOUR
    growth = history.growth("eth.fcs_err", DAY)
    assert growth is not None
    assert growth[0] == pytest.approx(4 + 0.5 + 4)


def test_no_data_is_left_out_and_the_gap_is_covered() -> None:
    readings: list[Value] = [10, 2**32 - 1, "oops", 40]
    samples = [
        Sample(at=T0 + i * HOUR, values={"sys.uptime": 5000 + i * HOUR, "eth.fcs_err": reading})
        for i, reading in enumerate(readings)
    ]
    assert History.from_samples(samples).growth("eth.fcs_err", DAY) == (30, 3 * HOUR)


def test_sentinels_of_gauges_are_no_readings() -> None:
    history = History.from_samples(
        [Sample(at=T0, values={"sys.temp_cpu": -274, "eth.speed": 0, "wifi.client_rssi_p10": 0})]
    )
    assert history.latest() == {}


def test_frequent_samples_are_merged_without_loss_of_growth() -> None:
    samples = [
        Sample(at=T0 + 300 * i, values={"sys.uptime": 9000 + 300 * i, "eth.fcs_err": i})
        for i in range(600)
    ]
    history = History.from_samples(samples)
    assert len(history.encode_recent()) < 4096
    growth = history.growth("eth.fcs_err", DAY)
    assert growth is not None
    assert growth[0] == pytest.approx(288, abs=10)
    assert history.latest()["eth.fcs_err"] == 599


def test_late_and_doubled_samples_are_ignored() -> None:
    samples = hourly(5, lambda age: {"sys.uptime": 5000 + age})
    history = History.from_samples(samples)
    before = history.encode_recent()
    assert not history.extend(samples[-1])
    assert not history.extend(Sample(at=samples[-1].at - 60, values={"sys.uptime": 1}))
    assert history.encode_recent() == before


def test_a_clock_set_back_is_followed() -> None:
    history = History.from_samples(hourly(48, lambda age: {"sys.uptime": 5000 + age}))
    later = T0 + 10 * HOUR
    history.extend(Sample(at=later, values={"sys.uptime": 5000 + 48 * HOUR}))
    assert history.last_at == later
    assert max(at for at, _ in history.series("sys.uptime")) == later


def test_words_are_remembered_and_their_number_is_bounded() -> None:
    history = History.from_samples(
        [
            Sample(at=T0 + i * HOUR, values={"sys.fw_version": f"1.{i}", "ppp.state": "Connected"})
            for i in range(500)
        ]
    )
    assert history.latest() == {"sys.fw_version": "1.499", "ppp.state": "Connected"}
    assert len(history.encode_recent()) < 4096


def test_the_snapshot_before_a_restart() -> None:
    samples = hourly(30, lambda age: {"sys.uptime": 9000 + age, "sys.dns_proxy_fail": 0.9})
    reboot = samples[-1].at + 1800
    samples.append(Sample(at=reboot + 60, values={"sys.uptime": 60, "sys.dns_proxy_fail": 0.0}))
    history = History.from_samples(samples)
    assert history.numbers()["sys.dns_proxy_fail"] == 0
    before = history.until(reboot - 1)
    assert before.numbers()["sys.dns_proxy_fail"] == pytest.approx(0.9)
    assert before.last_at == pytest.approx(samples[-2].at)


def test_an_empty_window_is_no_bytes() -> None:
    history = History.empty()
    assert history.encode_recent() == history.encode_past() == b""
    assert history.last_at is None
    assert history.latest() == {}
    assert history.growth("eth.fcs_err", DAY) is None


@given(st.data())
def test_damaged_bytes_are_told_apart(data: st.DataObject) -> None:
    readings: dict[str, Value] = dict.fromkeys(list(CATALOGUE)[:40], 7)
    whole = History.from_samples(hourly(20, lambda age: readings | {"sys.uptime": 100 + age}))
    recent, past = whole.encode_recent(), whole.encode_past()
    cut = data.draw(st.integers(1, len(recent) - 1))
    with pytest.raises(CorruptWindow):
        History.decode(recent[:cut], b"")
    cut = data.draw(st.integers(1, len(past) - 1))
    with pytest.raises(CorruptWindow):
        History.decode(recent, past[:cut]).baseline("sys.mem_free")
    with pytest.raises(CorruptWindow):
        History.decode(b"\x63" + recent[1:], b"")
