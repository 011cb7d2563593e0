from typing import Any

import pytest

from agents.polled import Known, decode_known, encode_known
from agents.snmp.device import Kept, Memory
from agents.ssh.device import SshMemory
from agents.targets import Target, TargetError, checked_target


def _target(**changes: Any) -> Target:
    return Target(**{"router_id": "r", "address": "192.0.2.1", "credential": "public", **changes})


def test_an_address_has_one_spelling() -> None:
    assert checked_target(_target(address="2001:DB8:0:0::1")).address == "2001:db8::1"
    assert _target().where == ("192.0.2.1", 161)
    assert _target(way="ssh", profile="openwrt").where == ("192.0.2.1", 22)
    assert _target(port=1161).where == ("192.0.2.1", 1161)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"address": "router.example.net"}, "address: found 'router.example.net'"),
        ({"address": "224.0.0.1"}, "the address of one device"),
        ({"address": "0.0.0.0"}, "the address of one device"),  # noqa: S104 - what is refused
        ({"port": 70000}, "port: found 70000"),
        ({"name": ""}, "name: found ''"),
        ({"name": "a b"}, "name: found 'a b'"),
        ({"credential": ""}, "credential"),
        ({"way": "ssh"}, "profile: found ''"),
        ({"profile": "../etc"[:2] + " "}, "profile"),
        ({"interface": "x" * 200}, "interface"),
        ({"interface": "eth0\n"}, "interface"),
        ({"way": "ssh", "profile": "openwrt", "interface": "eth0; reboot"}, "interface: found"),
        ({"interval": 0.5}, "interval: found 0.5"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(TargetError, match=why):
        checked_target(_target(**changes))


def test_what_is_known_comes_back() -> None:
    known = Known(
        Memory("1.3", "cisco", Kept(3, "Gi0/1", has_name=True), {"1.3.6"}, 5.0, {"1.3": (1, 2)}),
        SshMemory("ssh-ed25519 AAAA", "eth0", {"cpu": 1.0}),
    )
    assert decode_known(encode_known(known)) == known
    assert decode_known(b"") == Known()
    assert decode_known(b"\x93old") == Known()
