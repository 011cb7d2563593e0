"""The whole conversation with trees of real routers."""

import os
from pathlib import Path

import pytest

from acs.cwmp.messages import GetParameterNames
from acs.cwmp.plan import encode_plan
from acs.facts import Discovered, Noted, PlanChanged, Sampled
from diagnostics.catalogue import CATALOGUE
from diagnostics.sample import Value
from tests.cwmp.pure_router import DUMPS, Memory, facts_of, hold_session, read_dump

pytestmark = pytest.mark.skipif(
    not DUMPS.is_dir() and os.environ.get("ACSD_REQUIRE_CAPTURES") != "1",
    reason=f"no dumps of real routers in {DUMPS}; set ACSD_DUMPS",
)

# Vitals that are known to be in each dump, with their values.
EXPECTED: dict[str, dict[str, Value]] = {
    "Huawei-BM632w": {"sys.uptime": 213138, "eth.rx_bytes": 971470946, "wifi.assoc": 3},
    "Huawei-EG8145V5": {
        "sys.mem_free": 120072,
        "sys.temp_cpu": 45,
        "pon.rx_power": -3000,
        "pon.tx_power": 2000,
        "pon.voltage": 3415,
        # one of two PPP connections is up, the other has no password
        "ppp.state": "Connected",
        "ppp.last_error": "ERROR_NONE",
        "ppp.uptime": 89906,
        "voip.call_active": "Idle",
    },
    "Huawei-EG8145X6-has-mesh": {"wifi.client_rssi_p10": -30, "wifi.client_snr_p10": 48},
    "Huawei-EG8145X6-static-wan": {"ip.state": "Connected", "pon.rx_power": -6000},
    "Intelbras-W5-2100G-Realtek": {"eth.link_up": "Up", "wifi.phy_rate_p10": 6000},
    "TP-Link-EC220-G5-V2": {
        "ip.state": "Connected",
        "wifi.client_rssi_p10": -59,
        "sys.cpu_util": 9,
    },
    "TP-Link-EX220": {
        # of the one port of seven that faces the provider
        "eth.rx_bytes": 8092181,
        "eth.link_up": "Up",
        "ip.state": "Up",
        "dhcp.status": "Bound",
        "dhcp.lease_left": 33568,
        "wifi.client_rssi_p10": -55,
        "wifi.chan_util": 31.8,
    },
    "ZTE-H199Z": {"ppp.uptime": 2446, "sys.temp_cpu": 41, "eth.rx_packets": 11988},
    "generic-TR-098-small": {"sys.fw_version": "1.0.0"},
}
# What these trees have and must not be taken for.
ABSENT = {
    "TP-Link-EX220": {"ppp.state", "sys.dns_proxy_fail", "wifi.noise"},  # a dongle's; no test; 0
    "TP-Link-EC220-G5-V2": {"ppp.state", "sys.process_count", "eth.speed"},
    "ZTE-H199Z": {"ip.state", "eth.duplex", "lan.port_speed"},  # a dongle's; Auto; Auto
    "Huawei-EG8145X6-has-mesh": {"ip.ping_loss_gw"},  # of an old test of who knows what
    "Huawei-EG8145X6-static-wan": {"voip.call_active", "wifi.assoc"},  # empty
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_tree_is_discovered_and_collected(name: str) -> None:
    router = read_dump(DUMPS / f"{name}.csv")
    memory = Memory()
    facts = facts_of(hold_session(router, memory, "0 BOOTSTRAP"))
    discovered = [fact for fact in facts if isinstance(fact, Discovered)]
    assert len(discovered) == 1
    assert set(discovered[0].names) <= set(router.leaves)
    assert memory.plan is not None
    assert encode_plan(memory.plan) == discovered[0].plan
    # nothing is asked that is not there, so nothing is refused
    assert set(router.asked) <= set(router.leaves) | router.objects
    assert not [fact for fact in facts if isinstance(fact, PlanChanged | Noted)]
    assert sum(isinstance(call, GetParameterNames) for call in router.calls) <= 30
    (sampled,) = (fact for fact in facts if isinstance(fact, Sampled))
    assert sampled.vitals.items() >= EXPECTED[name].items()
    assert ABSENT.get(name, set()).isdisjoint(sampled.vitals)
    for metric, value in sampled.vitals.items():
        valid = CATALOGUE[metric].valid
        assert isinstance(value, str) == (valid is None)
        if valid is not None and not isinstance(value, str):
            assert valid[0] <= value <= valid[1]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_second_session_is_three_turns(name: str) -> None:
    router = read_dump(DUMPS / f"{name}.csv")
    memory = Memory()
    hold_session(router, memory, "0 BOOTSTRAP")
    assert len(hold_session(router, memory)) == 3


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_refused_names_cost_only_themselves(name: str) -> None:
    whole = read_dump(DUMPS / f"{name}.csv")
    memory = Memory()
    hold_session(whole, memory, "0 BOOTSTRAP")
    assert memory.plan is not None
    bad = frozenset(memory.plan.request[1::7])
    router = read_dump(DUMPS / f"{name}.csv")
    router.refused = bad
    fresh = Memory()
    facts = facts_of(hold_session(router, fresh, "0 BOOTSTRAP"))
    assert fresh.plan is not None
    assert bad.isdisjoint(fresh.plan.request)
    single = {s.metric for s in memory.plan.singles if s.name not in bad}
    (sampled,) = (fact for fact in facts if isinstance(fact, Sampled))
    before = hold_session(whole, memory)[-1]
    (undisturbed,) = (fact for fact in before.facts if isinstance(fact, Sampled))
    for metric in single & set(undisturbed.vitals):
        assert sampled.vitals[metric] == undisturbed.vitals[metric]
    # and from now on nothing is refused
    assert len(hold_session(router, fresh)) == (3 if fresh.plan.request else 2)


def test_all_dumps_are_tried() -> None:
    assert {path.stem for path in Path(DUMPS).glob("*.csv")} == set(EXPECTED)
