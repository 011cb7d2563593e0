import pytest

from agents.ssh.cisco import parse_cisco, seconds
from tests.agents.ssh.recordings import recorded


def test_a_router_with_a_bad_cable() -> None:
    parsed = parse_cisco(recorded("cisco"))
    assert parsed.interface == "FastEthernet4"
    assert {vital: value for vital, (value, _) in parsed.values.items()} == {
        "sys.uptime": 31536000 + 2 * 604800 + 3 * 86400 + 4 * 3600 + 300,
        "sys.fw_version": "15.3(3)M5",
        "sys.last_boot_cause": "Power",
        "sys.mem_total": 174325,
        "sys.mem_free": 15075,
        "sys.mem_largest_free": 1802240,
        "sys.cpu_util": 88,
        "eth.link_up": "Up",
        "eth.duplex": "Half",
        "eth.speed": 10,
        "eth.rx_packets": 12345678,
        "eth.rx_bytes": 3210987654,
        "eth.tx_bytes": 987654321,
        "eth.err_rx": 3055,
        "eth.fcs_err": 2980,
        "eth.err_tx": 4,
        "eth.late_coll": 12,
        "eth.disc_tx": 17,
        "sys.conntrack_used": 213,
    }


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("Gi0/0 is up, line protocol is down", "LowerLayerDown"),
        ("Gi0/0 is administratively down, line protocol is down", "Down"),
        ("Gi0/0 is down, line protocol is down", "Down"),
    ],
)
def test_a_link_that_is_not_up(line: str, word: str) -> None:
    assert parse_cisco({"interface": line}).values["eth.link_up"][0] == word


def test_durations_and_silence() -> None:
    assert seconds("3 minutes") == 180
    assert seconds("soon") is None
    assert parse_cisco({"version": "% Invalid input detected"}).values == {}
