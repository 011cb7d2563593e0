import random

from agents.ssh.differences import shares
from agents.ssh.linux import parse_linux
from agents.ssh.parsed import Parsed
from diagnostics.sample import Value
from tests.agents.ssh.recordings import recorded


def _values(parsed: Parsed) -> dict[str, Value]:
    return {vital: value for vital, (value, _) in parsed.values.items()}


def test_an_openwrt_router_over_pppoe() -> None:
    parsed = parse_linux(recorded("openwrt"))
    assert parsed.interface == "pppoe-wan"
    assert _values(parsed) == {
        "sys.uptime": 1382400.52,
        "sys.mem_total": 124876,
        "sys.mem_free": 38112,
        "sys.slab_unreclaim": 17244,
        "sys.load1_per_core": 0.62,
        "ip.reasm_fail": 20,
        "sys.oom_kills": 2,
        "sys.process_count": 61,
        "sys.fd_open": 864,
        "sys.temp_cpu": 61.5,
        "sys.conntrack_used": 7901,
        "sys.conntrack_max": 15360,
        "sys.flash_free": 1408,
        "sys.fw_version": "OpenWrt 23.05.3 r23809-234f1a2efa",
        "sys.kernel_faults_prev_boot": 2,
        "eth.rx_bytes": 88000000,
        "eth.rx_packets": 700000,
        "eth.err_rx": 4,
        "eth.disc_rx": 2,
        "eth.fcs_err": 1,
        "eth.tx_bytes": 11000000,
        "eth.err_tx": 5,
        "eth.disc_tx": 6,
        "eth.link_up": "Up",
        "eth.speed": 100,
        "eth.duplex": "Full",
        "ppp.state": "Connected",
        "ppp.uptime": 86400,
        "ip.state": "Up",
        "lan.hosts_active": 7,
        "wifi.assoc": 2,
        "wifi.noise": -95,
        "wifi.client_rssi_p10": -81,
        "wifi.client_snr_p10": 14,
        "wifi.phy_rate_p10": 26000,
    }


def test_the_targets_interface_goes_before_the_default_route() -> None:
    parsed = parse_linux(recorded("openwrt"), "eth0")
    assert parsed.interface == "eth0"
    assert _values(parsed)["eth.fcs_err"] == 61


def test_a_line_and_a_log_in_that_failed() -> None:
    values = _values(parse_linux(recorded("openwrt-dsl")))
    assert {vital: value for vital, value in values.items() if vital[:3] in ("dsl", "ppp")} == {
        "dsl.rate_ds": 50990,
        "dsl.rate_max_ds": 61234,
        "dsl.snr_margin_ds": 59,
        "dsl.snr_margin_us": 61,
        "dsl.atten_ds": 173,
        "dsl.atten_us": 89,
        "dsl.es": 310,
        "dsl.ses": 4,
        "dsl.uas": 88,
        "dsl.crc_ds": 1204,
        "dsl.fec_ds": 880012,
        "dsl.hec_ds": 3,
        "dsl.showtime": 3600,
        "dsl.link_status": "Up",
        "ppp.state": "Disconnected",
        "ppp.last_error": "AUTH_TOPEER_FAILED",
    }


def test_two_readings_give_shares() -> None:
    before = parse_linux(recorded("openwrt")).ticks
    now = parse_linux(recorded("openwrt-later")).ticks
    found = {vital: round(value, 3) for vital, value in shares(before, now).items()}
    assert found == {
        "sys.cpu_util": 70.0,
        "sys.softirq_share": 10.0,
        "wifi.retry_ratio": 0.5,
        "wifi.fail_ratio": 0.05,
        "wifi.chan_util": 80.0,
        "wifi.chan_util_other": 50.0,
    }


def test_counters_that_fell_give_no_shares() -> None:
    before = parse_linux(recorded("openwrt-later")).ticks
    now = parse_linux(recorded("openwrt")).ticks
    assert shares(before, now) == {}
    assert shares({}, now) == {}


def test_old_kernels_do_not_say_what_is_available() -> None:
    text = "MemTotal: 60000 kB\nMemFree: 1000 kB\nBuffers: 200 kB\nCached: 3000 kB\n"
    assert _values(parse_linux({"meminfo": text}))["sys.mem_free"] == 4200


def test_whatever_a_device_writes_is_understood_or_left_out() -> None:
    chance = random.Random(3)  # noqa: S311 - the same output each time
    whole = {**recorded("openwrt"), **recorded("openwrt-dsl")}
    for _ in range(1000):
        sections = {}
        for name, text in whole.items():
            broken = list(text)
            for _change in range(chance.randint(0, 5)):
                if broken:
                    broken[chance.randrange(len(broken))] = chance.choice("\0 -9{}\n\t:xé")
            sections[name] = "".join(broken[: chance.randint(0, len(broken))])
        parse_linux(sections)
