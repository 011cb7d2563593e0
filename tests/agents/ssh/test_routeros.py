import pytest

from agents.ssh.routeros import parse_routeros, seconds
from tests.agents.ssh.recordings import recorded


def test_version_6() -> None:
    parsed = parse_routeros(recorded("routeros6"))
    assert parsed.interface == "ether1"
    assert {vital: value for vital, (value, _) in parsed.values.items()} == {
        "sys.uptime": 2001906,
        "sys.mem_total": 65536,
        "sys.mem_free": 19046,
        "sys.flash_free": 5222,
        "sys.cpu_util": 37,
        "sys.flash_bad_blocks": 0.4,
        "sys.fw_version": "6.49.10 (long-term)",
        "sys.voltage": 23.9,
        "sys.temp_cpu": 44,
        "eth.rx_bytes": 1234567890,
        "eth.tx_bytes": 987654321,
        "eth.rx_packets": 1200000,
        "eth.disc_rx": 12,
        "eth.disc_tx": 3,
        "eth.err_rx": 41,
        "eth.err_tx": 0,
        "eth.link_up": "Up",
        "eth.speed": 100,
        "eth.duplex": "Full",
        "sys.conntrack_used": 412,
        "sys.conntrack_max": 32768,
        "lan.hosts_active": 5,
        "dhcp.status": "Bound",
    }


def test_version_7() -> None:
    parsed = parse_routeros(recorded("routeros7"))
    assert parsed.interface == "lte1"
    values = {vital: value for vital, (value, _) in parsed.values.items()}
    assert values["sys.uptime"] == 2712
    assert values["sys.voltage"] == 24.2
    assert values["sys.temp_cpu"] == 51
    assert {vital: value for vital, value in values.items() if vital.startswith("lte")} == {
        "lte.rsrp": -104,
        "lte.rsrq": -14,
        "lte.sinr": 3,
        "lte.rssi": -71,
        "lte.rat": "5G NSA",
        "lte.cell_id": "1234567",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1w1s", 604801), ("1d 02:03:04", 93784), ("00:00:09", 9), ("never", None), ("", None)],
)
def test_durations(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


def test_silence_gives_nothing() -> None:
    assert parse_routeros({}).values == {}
    assert parse_routeros({"resource": "bad command name"}).values == {}
