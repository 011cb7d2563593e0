"""Each symptom from normal to bad, and nothing where there is nothing to look at."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from diagnostics.context import Boot, Cohort, Contact, FirmwareChange, SegmentState
from diagnostics.sample import Value
from diagnostics.symptoms import SYMPTOMS

HOUR, DAY, NOW = 3600.0, 86400.0, 1_790_000_000.0
Look = Callable[..., str | None]
Vitals = dict[str, Value]

# symptom, readings of the last hours, those before, level
READINGS: list[tuple[str, Vitals, Vitals | None, str | None]] = [
    ("cable_test", {"eth.tdr_pair_status": "OK"}, None, "fine"),
    ("cable_test", {"eth.tdr_pair_status": "Open at 12 m"}, None, "broken"),
    ("wan_speed", {"eth.speed": 1000}, None, "full"),
    ("wan_speed", {"eth.speed": 100}, {"eth.speed": 1000}, "reduced"),
    ("wan_speed", {"eth.speed": 100}, None, "full"),
    ("wan_speed", {"eth.speed": 10}, {"eth.speed": 1000}, "minimal"),
    ("wan_speed", {"eth.speed": 100, "eth.duplex": "Half"}, None, "minimal"),
    ("wan_speed", {"eth.link_up": "Down"}, None, "minimal"),
    ("lan_speed", {"lan.port_speed": 1000}, None, "full"),
    ("lan_speed", {"lan.port_speed": 100}, {"lan.port_speed": 1000}, "reduced"),
    ("lan_speed", {"lan.port_speed": 10}, None, "minimal"),
    ("lan_storm", {"lan.bcast_rate": 10.0}, None, "calm"),
    ("lan_storm", {"lan.bcast_rate": 300.0}, None, "noisy"),
    ("lan_storm", {"lan.bcast_rate": 5000.0}, None, "storm"),
    ("conntrack", {"sys.conntrack_used": 900, "sys.conntrack_max": 8064}, None, "normal"),
    ("conntrack", {"sys.conntrack_used": 6500, "sys.conntrack_max": 8064}, None, "filling"),
    ("conntrack", {"sys.conntrack_used": 8060, "sys.conntrack_max": 8064}, None, "full"),
    ("cm_levels", {"cm.ds_snr": 380, "cm.us_power": 440}, None, "good"),
    ("cm_levels", {"cm.ds_snr": 380, "cm.us_power": 500}, None, "doubtful"),
    ("cm_levels", {"cm.ds_snr": 300, "cm.us_power": 440}, None, "bad"),
    ("cm_levels", {"cm.ds_power": -180}, None, "bad"),
    ("cm_levels", {"cm.us_snr_cmts": 270}, None, "doubtful"),
    ("cm_partial", {"cm.partial_service": 0}, None, "full"),
    ("cm_partial", {"cm.partial_service": 1}, None, "partial"),
    ("dsl_margin", {"dsl.snr_margin_ds": 120, "dsl.snr_margin_us": 80}, None, "thin"),
    ("dsl_margin", {"dsl.snr_margin_ds": 120}, None, "good"),
    ("dsl_margin", {"dsl.snr_margin_ds": 40}, None, "poor"),
    ("dsl_attenuation", {"dsl.atten_ds": 285}, {"dsl.atten_ds": 280}, "same"),
    ("dsl_attenuation", {"dsl.atten_ds": 320}, {"dsl.atten_ds": 280}, "step"),
    ("dsl_attenuation", {"dsl.atten_ds": 340}, {"dsl.atten_ds": 280}, "jump"),
    ("dsl_rate", {"dsl.rate_ds": 40_000}, None, "normal"),
    ("dsl_rate", {"dsl.rate_ds": 34_000}, {"dsl.rate_ds": 40_000}, "low"),
    ("dsl_rate", {"dsl.rate_ds": 20_000}, {"dsl.rate_ds": 40_000}, "very_low"),
    ("dsl_link", {"dsl.link_status": "Up"}, None, "up"),
    ("dsl_link", {"dsl.link_status": "EstablishingLink"}, None, "down"),
    ("pon_power", {"pon.rx_power": -19_000}, None, "good"),
    ("pon_power", {"pon.rx_power": -21_500}, {"pon.rx_power": -19_000}, "doubtful"),
    ("pon_power", {"pon.rx_power": -22_500}, {"pon.rx_power": -19_000}, "dropped"),
    ("pon_power", {"pon.rx_power": -28_000}, None, "bad"),
    ("pon_power", {"pon.rx_power": -5_000}, None, "bad"),
    ("pon_power", {"pon.olt_rx_power": -27.0}, None, "doubtful"),
    ("pon_signal", {"pon.los": 0}, None, "light"),
    ("pon_signal", {"pon.los": 1}, None, "dark"),
    ("pon_errors", {"pon.sd_sf": 1}, None, "many"),
    ("pon_ageing", {"pon.bias": 9000, "pon.temp": 45}, None, "normal"),
    ("pon_ageing", {"pon.bias": 16_000}, None, "doubtful"),
    ("pon_ageing", {"pon.bias": 14_500}, {"pon.bias": 9000}, "bad"),
    ("pon_ageing", {"pon.temp": 75}, None, "bad"),
    ("pon_ageing", {"pon.tx_power": -500}, None, "bad"),
    ("pon_ageing", {"pon.voltage": 3450}, None, "doubtful"),
    ("lte_signal", {"lte.rsrp": -88, "lte.sinr": 16}, None, "good"),
    ("lte_signal", {"lte.rsrp": -108, "lte.sinr": 16}, None, "weak"),
    ("lte_signal", {"lte.rsrp": -88, "lte.sinr": 0}, None, "bad"),
    ("lte_load", {"lte.rsrq": -8, "lte.rsrp": -90}, None, "normal"),
    ("lte_load", {"lte.rsrq": -15, "lte.rsrp": -90}, None, "loaded"),
    ("lte_network", {"lte.rat": "LTE", "lte.rsrp": -90}, None, "current"),
    ("lte_network", {"lte.rat": "UMTS", "lte.rsrp": -90}, None, "stuck"),
    ("lte_network", {"lte.rat": "UMTS", "lte.rsrp": -112}, None, "fallback"),
    ("temperature", {"sys.temp_cpu": 60}, None, "normal"),
    ("temperature", {"sys.temp_cpu": 75}, None, "hot"),
    ("temperature", {"sys.temp_cpu": 90}, None, "overheating"),
    ("voltage", {"sys.voltage": 12.0}, None, "normal"),
    ("voltage", {"sys.voltage": 10.5}, {"sys.voltage": 12.0}, "low"),
    ("voltage", {"sys.voltage": 9.5}, {"sys.voltage": 12.0}, "very_low"),
    ("dying_gasp", {"pon.dying_gasp": "false"}, None, "no"),
    ("dying_gasp", {"pon.dying_gasp": "true"}, None, "seen"),
    ("dns_proxy", {"sys.dns_proxy_fail": 0.0}, None, "normal"),
    ("dns_proxy", {"sys.dns_proxy_fail": 0.05}, None, "some"),
    ("dns_proxy", {"sys.dns_proxy_fail": 0.3}, None, "failing"),
    ("dns_proxy", {"sys.dns_proxy_fail": 0.8}, None, "unclear"),
    ("dns_proxy", {"sys.dns_proxy_fail": 0.8, "ppp.state": "Connected"}, None, "dead"),
    ("cpu", {"sys.cpu_util": 20}, None, "normal"),
    ("cpu", {"sys.cpu_util": 40}, {"sys.cpu_util": 15}, "raised"),
    ("cpu", {"sys.cpu_util": 60}, {"sys.cpu_util": 15}, "busy"),
    ("cpu", {"sys.cpu_util": 97, "sys.softirq_share": 85}, None, "overload"),
    ("cpu", {"sys.cpu_util": 97}, {"sys.cpu_util": 15}, "runaway"),
    ("cpu", {"sys.load1_per_core": 3.0}, None, "busy"),
    ("files", {"sys.fd_open": 500}, None, "normal"),
    ("files", {"sys.fd_open": 850}, {"sys.fd_open": 500}, "many"),
    ("files", {"sys.fd_open": 2000}, {"sys.fd_open": 500}, "rampant"),
    ("processes", {"sys.process_count": 100}, None, "normal"),
    ("processes", {"sys.process_count": 107}, {"sys.process_count": 100}, "more"),
    ("processes", {"sys.process_count": 114}, {"sys.process_count": 100}, "many"),
    ("processes", {"sys.process_count": 180}, {"sys.process_count": 100}, "rampant"),
    ("crashes", {"sys.kernel_faults_prev_boot": 0}, None, "none"),
    ("crashes", {"sys.process_faults_prev_boot": 1}, None, "some"),
    ("crashes", {"sys.kernel_faults_prev_boot": 4}, None, "many"),
    ("session_time", {"acs.session_rtt": 1.0}, None, "normal"),
    ("session_time", {"acs.session_rtt": 2.2}, {"acs.session_rtt": 1.0}, "slower"),
    ("session_time", {"acs.session_rtt": 3.0}, {"acs.session_rtt": 1.0}, "slow"),
    ("session_time", {"acs.session_rtt": 9.0}, {"acs.session_rtt": 1.0}, "very_slow"),
    ("session_faults", {"acs.fault_rate": 0.0}, None, "none"),
    ("session_faults", {"acs.fault_rate": 0.02}, None, "some"),
    ("session_faults", {"acs.fault_rate": 0.2}, None, "many"),
    ("wan_session", {"ppp.state": "Connected"}, None, "up"),
    ("wan_session", {"ppp.state": "Connecting"}, None, "down"),
    ("wan_session", {"dhcp.status": "Selecting"}, None, "unbound"),
    ("wan_session", {"dhcp.status": "Rebinding"}, None, "unrenewed"),
    ("lease", {"dhcp.lease_left": 3000}, None, "renewed"),
    ("lease", {"dhcp.lease_left": 200}, {"dhcp.lease_left": 3600}, "running_out"),
    ("login", {"ppp.last_error": "ERROR_NONE", "ppp.state": "Connecting"}, None, "accepted"),
    (
        "login",
        {"ppp.last_error": "ERROR_AUTHENTICATION_FAILURE", "ppp.state": "Connecting"},
        None,
        "refused",
    ),
    (
        "login",
        {"ppp.last_error": "ERROR_AUTHENTICATION_FAILURE", "ppp.state": "Connected"},
        None,
        None,
    ),
    ("voice", {"voip.reg_status": "Up"}, None, "registered"),
    ("voice", {"voip.reg_status": "Error"}, None, "unregistered"),
    ("voice", {"voip.reg_status": "Error", "ppp.state": "Connecting"}, None, None),
    ("lease", {"dhcp.lease_left": 200, "dhcp.status": "Init"}, {"dhcp.lease_left": 3600}, None),
    ("gateway_loss", {"ip.ping_loss_gw": 0.0}, None, "none"),
    ("gateway_loss", {"ip.ping_loss_gw": 0.02}, None, "some"),
    ("gateway_loss", {"ip.ping_loss_gw": 0.1}, None, "much"),
    ("gateway_delay", {"ip.ping_rtt_gw": 8.0}, None, "normal"),
    ("gateway_delay", {"ip.ping_rtt_gw": 30.0}, {"ip.ping_rtt_gw": 8.0}, "longer"),
    ("gateway_delay", {"ip.ping_rtt_gw": 90.0}, {"ip.ping_rtt_gw": 8.0}, "long"),
    ("wifi_channel", {"wifi.chan_util": 30.0}, None, "free"),
    ("wifi_channel", {"wifi.chan_util": 60.0}, None, "busy"),
    ("wifi_channel", {"wifi.chan_util": 85.0}, None, "full"),
    ("wifi_neighbours", {"wifi.chan_util_other": 10.0}, None, "few"),
    ("wifi_neighbours", {"wifi.neighbors_cochannel": 4}, None, "some"),
    ("wifi_neighbours", {"wifi.chan_util_other": 60.0}, None, "many"),
    ("wifi_noise", {"wifi.noise": -95}, None, "good"),
    ("wifi_noise", {"wifi.noise": -90}, None, "some"),
    ("wifi_noise", {"wifi.noise": -80}, None, "much"),
    ("wifi_coverage", {"wifi.client_rssi_p10": -60}, None, "good"),
    ("wifi_coverage", {"wifi.client_rssi_p10": -70}, None, "fair"),
    ("wifi_coverage", {"wifi.client_snr_p10": 10}, None, "weak"),
    ("wifi_retries", {"wifi.retry_ratio": 0.05}, None, "few"),
    ("wifi_retries", {"wifi.retry_ratio": 0.15}, None, "some"),
    ("wifi_retries", {"wifi.retry_ratio": 0.4}, None, "many"),
    ("wifi_rate", {"wifi.phy_rate_p10": 65_000}, None, "normal"),
    ("wifi_rate", {"wifi.phy_rate_p10": 6_000}, None, "low"),
    ("wifi_radio", {"wifi.assoc": 5}, None, "clients"),
    ("wifi_radio", {"wifi.assoc": 1}, {"wifi.assoc": 5}, "few"),
    ("wifi_radio", {"wifi.radio_status": "Error"}, None, "down"),
    ("wifi_radio", {"wifi.assoc": 0}, {"wifi.assoc": 0}, "nobody"),
    ("wifi_radio", {"wifi.assoc": 0}, {"wifi.assoc": 5}, "unclear"),
]


@pytest.mark.parametrize(("symptom", "now", "before", "level"), READINGS)
def test_readings_give_a_level(
    look: Look, symptom: str, now: Vitals, before: Vitals | None, level: str | None
) -> None:
    assert look(symptom, now, before, hours=3) == level


# symptom, counter, growth an hour in the last day, level
COUNTERS: list[tuple[str, str, float, str]] = [
    ("conntrack_drops", "sys.conntrack_drop", 0, "none"),
    ("conntrack_drops", "sys.conntrack_drop", 20, "some"),
    ("conntrack_drops", "sys.conntrack_drop", 400, "many"),
    ("frame_errors", "eth.fcs_err", 0.05, "clean"),
    ("frame_errors", "eth.fcs_err", 20, "some"),
    ("frame_errors", "eth.fcs_err", 900, "many"),
    ("switch_errors", "eth.switch_port_fcs", 0.05, "clean"),
    ("switch_errors", "eth.switch_port_fcs", 20, "some"),
    ("switch_errors", "eth.switch_port_fcs", 900, "many"),
    ("queue_drops", "eth.disc_tx", 1, "none"),
    ("queue_drops", "eth.disc_tx", 900, "some"),
    ("queue_drops", "eth.disc_tx", 50_000, "many"),
    ("lan_errors", "lan.err_rx", 0, "clean"),
    ("lan_errors", "lan.err_rx", 10, "new"),
    ("lan_errors", "lan.err_rx", 500, "many"),
    ("dsl_errors", "dsl.crc_ds", 5, "clean"),
    ("dsl_errors", "dsl.crc_ds", 100, "some"),
    ("dsl_errors", "dsl.ses", 30, "many"),
    ("dsl_retrains", "dsl.retrain", 0, "steady"),
    ("dsl_retrains", "dsl.retrain", 0.15, "some"),
    ("dsl_retrains", "dsl.retrain", 1, "many"),
    ("pon_errors", "pon.bip_ds", 0, "clean"),
    ("pon_errors", "pon.fec_uncorr", 100, "some"),
    ("pon_errors", "pon.fec_uncorr", 9000, "many"),
    ("cm_timeouts", "cm.t3", 0, "few"),
    ("cm_timeouts", "cm.t3", 0.4, "some"),
    ("cm_timeouts", "cm.t4", 0.3, "many"),
    ("oom", "sys.oom_kills", 0, "none"),
    ("oom", "sys.oom_kills", 0.3, "several"),
    ("wifi_resets", "wifi.reset_counter", 0, "none"),
    ("wifi_resets", "wifi.reset_counter", 0.06, "some"),
    ("wifi_resets", "wifi.reset_counter", 1, "many"),
    ("watchdog", "sys.boot_watchdog", 0, "none"),
    ("watchdog", "sys.boot_watchdog", 0.2, "several"),
]


@pytest.mark.parametrize(("symptom", "counter", "hourly", "level"), COUNTERS)
def test_counters_give_a_level(
    look: Look, symptom: str, counter: str, hourly: float, level: str
) -> None:
    def count(age: float, vitals: Vitals) -> None:
        vitals["eth.rx_packets"] = int((30 * DAY - age) * 500)
        vitals[counter] = 7 + int(max(0.0, DAY - age) / HOUR * hourly)

    assert look(symptom, {}, each=count) == level


def test_damaged_frames_that_always_came_are_no_news(look: Look) -> None:
    def count(age: float, vitals: Vitals) -> None:
        vitals["lan.err_rx"] = int((14 * DAY - age) / HOUR * 10)

    assert look("lan_errors", {}, each=count) == "some"


def test_a_spinning_process_needs_no_traffic(look: Look) -> None:
    def flow(age: float, vitals: Vitals, share: float) -> None:
        hours, lately = 14 * 24 - age / HOUR, max(0.0, 3 - age / HOUR)
        vitals["eth.rx_packets"] = int(100_000 * (hours - lately + lately * share))

    busy, usual = {"sys.cpu_util": 62}, {"sys.cpu_util": 15}
    for share, level in ((0.8, "runaway"), (2.0, "busy")):
        each = partial(flow, share=share)
        assert look("cpu", busy, usual, hours=3, each=each) == level


def test_a_session_that_stays_down_is_not_lost_again_and_again(look: Look) -> None:
    def down(age: float, vitals: Vitals) -> None:
        vitals["ppp.uptime"] = 0 if age < DAY / 2 else int(30 * DAY - age)

    assert look("redials", {}, each=down) == "steady"


@pytest.mark.parametrize(("lost", "level"), [(0, "clean"), (3, "some"), (900, "many")])
def test_codewords(look: Look, lost: int, level: str) -> None:
    def count(age: float, vitals: Vitals) -> None:
        hours = int((14 * DAY - age) / HOUR)
        vitals.update({"cm.unerr": 10**6 * hours, "cm.corr": 10 * hours, "cm.uncorr": lost * hours})

    assert look("cm_codewords", {}, each=count) == level


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.01, "none"), (0.2, "little"), (1.0, "usual"), (3.0, "more"), (9.0, "far_more")],
)
def test_traffic_counts_while_somebody_calls(look: Look, share: float, level: str) -> None:
    def flow(age: float, vitals: Vitals) -> None:
        hours, lately = 14 * 24 - age / HOUR, max(0.0, 2 - age / HOUR)
        vitals["eth.rx_packets"] = int(100_000 * (hours - lately + lately * share))

    assert look("traffic", {}, each=flow, calling=True) == level
    assert look("traffic", {}, each=flow) is None


@pytest.mark.parametrize(
    ("metric", "symptom", "levels"),
    [
        ("eth.link_last_change", "wan_flaps", ("steady", "some", "many")),
        ("ppp.uptime", "redials", ("steady", "some", "many")),
        ("dsl.showtime", "dsl_retrains", ("steady", "some", "many")),
    ],
)
def test_an_age_that_begins_anew_was_interrupted(
    look: Look, metric: str, symptom: str, levels: tuple[str, ...]
) -> None:
    for every, level in zip((1e9, 6 * HOUR, 1.5 * HOUR), levels, strict=True):

        def age_since(age: float, vitals: Vitals, every: float = every) -> None:
            vitals[metric] = int((2e9 - age) % every)

        assert look(symptom, {}, each=age_since) == level


@pytest.mark.parametrize(("evenings", "level"), [(0, "flat"), (1, "once"), (14, "recurring")])
def test_the_way_to_the_gateway_by_the_hour(look: Look, evenings: int, level: str) -> None:
    def delay(age: float, vitals: Vitals) -> None:
        hour = (NOW - 60 - age) % DAY / HOUR
        is_long = 19 <= hour < 23 and age < evenings * DAY
        vitals["ip.ping_rtt_gw"] = 60.0 if is_long else 8.0

    assert look("evening_delay", {}, each=delay) == level


@pytest.mark.parametrize(("offset", "level"), [(0, "no"), (6 * 3600, "yes")])
def test_the_hour_of_a_call(look: Look, offset: int, level: str) -> None:
    assert look("evening", {}, calling=True, utc_offset=offset) == level
    assert look("evening", {}, utc_offset=offset) is None


@pytest.mark.parametrize(
    ("count", "level"), [(0, "calm"), (1, "calm"), (3, "some"), (5, "loop"), (9, "storm")]
)
def test_restarts(look: Look, count: int, level: str) -> None:
    boots = tuple(Boot(at=NOW - 2 * HOUR * i - 4000) for i in range(count))
    assert look("boots", {}, boots=boots) == level


def test_a_watchdog_that_we_were_told_of(look: Look) -> None:
    boots = (Boot(at=NOW - DAY, cause="watchdog"), Boot(at=NOW - 30 * DAY, cause="watchdog"))
    assert look("watchdog", {}, boots=boots) == "one"
    assert look("watchdog", {}) is None


@pytest.mark.parametrize(
    ("cause", "level"),
    [("Power on", "other"), ("Watchdog timeout", "crash"), ("Overheat", "heat")],
)
def test_the_cause_of_the_last_restart(look: Look, cause: str, level: str) -> None:
    boots = (Boot(at=NOW - 5 * HOUR),)
    assert look("boot_cause", {"sys.last_boot_cause": cause}, boots=boots) == level


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ({}, None),
        ({"cohort": Cohort(routers=900, in_error=0.03)}, "same"),
        ({"firmware_changes": (FirmwareChange(NOW - 3 * DAY, "1", "2"),)}, "changed"),
        ({"firmware_changes": (FirmwareChange(NOW - 90 * DAY, "1", "2"),)}, "same"),
        (
            {"cohort": Cohort(routers=900, in_error=0.06, previous_firmware_in_error=0.03)},
            "worse",
        ),
        (
            {"cohort": Cohort(routers=900, in_error=0.12, previous_firmware_in_error=0.03)},
            "bad",
        ),
        ({"cohort": Cohort(routers=900, relapse_7d=0.4)}, "bad"),
    ],
)
def test_firmware(look: Look, told: dict[str, Any], level: str | None) -> None:
    assert look("firmware", {}, **told) == level


@pytest.mark.parametrize(
    ("symptom", "action", "helped", "level"),
    [
        ("relapse", "reboot", True, "back"),
        ("relapse", "reboot", False, "none"),
        ("reboot_tried", "reboot", False, "in_vain"),
        ("reboot_tried", "reboot", True, "no"),
        ("advice_tried", "consult_wifi", False, "wifi"),
        ("advice_tried", "consult_lan", False, "lan"),
        ("advice_tried", "technician", False, "technician"),
        ("advice_tried", "technician", True, "no"),
    ],
)
def test_what_was_tried_before(
    look: Look,
    symptom: str,
    action: str,
    helped: bool,  # noqa: FBT001 - a table's
    level: str,
) -> None:
    contacts = (Contact(NOW - 2 * DAY, "phone", action, helped=helped),)
    assert look(symptom, {}, contacts=contacts, calling=True) == level
    assert look(symptom, {}) is None


@pytest.mark.parametrize(("grows", "level"), [(0, "normal"), (3000, "rising"), (20_000, "fast")])
def test_kernel_memory(look: Look, grows: int, level: str) -> None:
    def slab(age: float, vitals: Vitals) -> None:
        vitals["sys.mem_total"] = 262_144
        vitals["sys.slab_unreclaim"] = 20_000 + int((14 * DAY - age) / DAY * grows)

    assert look("slab", {}, each=slab) == level


def test_a_session_that_stayed_down_when_the_neighbours_came_back(look: Look) -> None:
    outage = SegmentState(at=NOW - 2 * HOUR, routers=48, offline=40)
    over = SegmentState(at=NOW - 60, routers=48)
    down: Vitals = {"dhcp.status": "Selecting"}
    assert look("wan_session", down, segment_history=(outage, over)) == "left_behind"
    assert look("wan_session", down, segment_history=(over,)) == "unbound"


def test_no_name_resolves_without_a_session(look: Look) -> None:
    assert look("dns_proxy", {"sys.dns_proxy_fail": 1.0, "ppp.state": "Connecting"}) is None


@pytest.mark.parametrize("symptom", [symptom for symptom in SYMPTOMS if symptom.needs])
def test_nothing_to_look_at_is_no_finding(look: Look, symptom: Any) -> None:
    assert look(symptom.name, {}) is None


@pytest.mark.parametrize(
    ("hours", "offset", "level"),
    [
        (5, 0, "by_day"),  # since 10 UTC
        (14, 0, "at_night"),  # since 1 UTC, and it is known to have been up at midnight
        (14, 7200, "by_day"),  # the same moment is 3 by the subscriber's clock
        (23, 0, "long_ago"),
        (400, 0, "long_ago"),
    ],
)
def test_when_a_session_was_lost(look: Look, hours: int, offset: int, level: str) -> None:
    down, up = {"ppp.state": "Connecting"}, {"ppp.state": "Connected"}
    assert look("session_lost", down, up, hours=hours, utc_offset=offset) == level


def test_a_loss_that_nothing_dates_is_none(look: Look) -> None:
    def unread(age: float, vitals: Vitals) -> None:
        if HOUR < age < 8 * HOUR:
            del vitals["ppp.state"]

    down, up = {"ppp.state": "Connecting"}, {"ppp.state": "Connected"}
    assert look("session_lost", down, up, each=unread) is None
    assert look("session_lost", up) is None


@pytest.mark.parametrize(
    ("per_hour", "until", "level"),
    [
        (0.0, 0.0, "few"),
        (0.5, 6 * HOUR, "some"),
        (3.0, 6 * HOUR, "many"),
        (3.0, 0.0, "now"),
    ],
)
def test_handshakes_that_fail(look: Look, per_hour: float, until: float, level: str) -> None:
    def failed(age: float, vitals: Vitals) -> None:
        vitals["wifi.psk_fail"] = 100 + round(max(0.0, DAY - max(age, until)) / HOUR * per_hour)

    assert look("wifi_handshakes", {}, each=failed) == level


def test_handshakes_that_always_fail_are_usual(look: Look) -> None:
    def failed(age: float, vitals: Vitals) -> None:
        vitals["wifi.psk_fail"] = 1000 + round((14 * DAY - age) / HOUR * 2)

    assert look("wifi_handshakes", {}, each=failed) == "few"
