"""The illnesses show what they should and end when they should."""

import itertools

import pytest

from acs.simulator.illness import DAY, HOUR, ILLNESSES, MEMORY, Body, Name
from acs.simulator.models import MODELS
from acs.simulator.product import Model
from diagnostics.sample import Value

NOW = 1_790_000_000.0


def _body(illness: Name, *, boots: list[float] | None = None, onset: float = NOW - DAY) -> Body:
    return Body(11, illness, onset=onset, boots=boots or [NOW - 11.9 * DAY])


def _number(value: Value) -> float:
    assert not isinstance(value, str)
    return float(value)


def test_leak_eats_memory_over_twelve_days_and_a_reboot_gives_it_back() -> None:
    body = _body("leaking", onset=NOW - 30 * DAY)
    free = [_number(body.vitals(NOW - day * DAY)["sys.mem_free"]) for day in range(11, -1, -1)]
    assert all(after < before for before, after in itertools.pairwise(free))
    assert free[-1] < 0.06 * MEMORY
    body.reboot(NOW)
    assert _number(body.vitals(NOW + 60)["sys.mem_free"]) > 0.5 * MEMORY


def test_hung_dns_ends_with_a_reboot() -> None:
    body = _body("hung_dns")
    assert body.vitals(NOW)["sys.dns_proxy_fail"] == 0.9
    assert body.vitals(NOW - 2 * DAY)["sys.dns_proxy_fail"] == 0.0
    body.reboot(NOW)
    assert body.vitals(NOW + 1)["sys.dns_proxy_fail"] == 0.0


@pytest.mark.parametrize("illness", ["bad_cable", "weak_wifi", "boot_loop", "outage"])
def test_a_reboot_does_not_cure_the_others(illness: Name) -> None:
    body = _body(illness)
    body.reboot(NOW)
    assert body.is_ill(NOW + HOUR)


def test_bad_cable_counts_errors_at_a_hundred_megabit() -> None:
    body = _body("bad_cable")
    assert body.vitals(NOW)["eth.speed"] == 100
    errors = [_number(body.vitals(NOW - h * HOUR)["eth.fcs_err"]) for h in (20, 10, 0)]
    assert errors == sorted(errors)
    assert errors[-1] - errors[0] > 10_000
    frames = _number(body.vitals(NOW)["eth.rx_packets"]) - _number(
        body.vitals(NOW - HOUR)["eth.rx_packets"]
    )
    broken = errors[-1] - _number(body.vitals(NOW - HOUR)["eth.fcs_err"])
    assert broken / frames > 1e-4


def test_weak_wifi_clients_are_far_away() -> None:
    weak = _body("weak_wifi").clients(NOW)
    assert len(weak) >= 3
    assert -90 <= min(weak) <= -80


def test_boot_loop_falls_every_few_minutes() -> None:
    body = _body("boot_loop")
    fall = body.next_boot(NOW)
    assert fall is not None
    assert 120 < fall - NOW < HOUR
    assert _body("healthy").next_boot(NOW) is None


def test_outage_is_offline_from_its_onset() -> None:
    body = _body("outage", onset=NOW)
    assert not body.is_offline(NOW - 1)
    assert body.is_offline(NOW + 1)


def test_the_same_seed_gives_the_same_vitals() -> None:
    assert _body("healthy").vitals(NOW) == _body("healthy").vitals(NOW)


@pytest.mark.parametrize("illness", list(ILLNESSES))
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.product_class)
def test_every_leaf_of_every_model_can_be_read(model: Model, illness: Name) -> None:
    body = Body(3, illness, onset=NOW - DAY, boots=[NOW - 2 * DAY], voice=model.voice)
    tree = model.tree("A0003", body)
    values = tree.values(model.root, body.vitals(NOW))
    assert len(values) > 80
    assert all(name and kind for name, kind, _value in values)


def test_counters_never_fall_between_boots() -> None:
    body = _body("healthy")
    previous: dict[str, float] = {}
    for hour in range(48, -1, -1):
        vitals = body.vitals(NOW - hour * HOUR)
        for name in ("eth.rx_bytes", "eth.tx_bytes", "eth.rx_packets", "sys.uptime"):
            assert _number(vitals[name]) >= previous.get(name, 0.0)
            previous[name] = _number(vitals[name])
