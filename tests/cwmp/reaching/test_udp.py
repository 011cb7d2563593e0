import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from acs.cwmp.reaching.results import CallResult
from acs.cwmp.reaching.udp import UdpWay
from acs.cwmp.reaching.udp_request import udp_request
from acs.cwmp.targets import TargetRules
from acs.storage.rows import ConnectionTarget

NOW = 1_790_000_000.9


class House:
    """A way with a socket that keeps what is sent."""

    def __init__(self, rules: TargetRules | None = None) -> None:
        self.clock = Clock()
        self.sent: list[tuple[float, bytes, tuple[str, int]]] = []
        self.error: OSError | None = None
        tokens = iter(range(1, 1000))
        self.way = UdpWay(
            self.clock,
            self._send,
            rules or TargetRules(),
            now=lambda: NOW + self.clock.seconds(),
            token=lambda count: f"{next(tokens):0{count * 2}x}",
        )

    def _send(self, datagram: bytes, to: tuple[str, int]) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append((self.clock.seconds(), datagram, to))

    def ask(self, **changes: Any) -> CallResult:
        known = ConnectionTarget("", "192.0.2.7", "acs-1", "sesame", **changes)
        assert self.way.can_reach(known)
        results: list[CallResult] = []
        self.way.ask(known).addCallback(results.append)
        return results[0]


def test_three_copies_some_time_apart() -> None:
    house = House()
    assert house.ask(stun_address="192.0.2.7:40000") == CallResult("sent")
    house.clock.pump([0.125] * 8)
    times, datagrams, targets = zip(*house.sent, strict=True)
    assert times == pytest.approx((0, 0.25, 0.5))
    assert set(targets) == {("192.0.2.7", 40_000)}
    assert len(set(datagrams)) == 1
    assert not house.clock.getDelayedCalls()
    line = datagrams[0].decode()
    assert line.startswith("GET http://192.0.2.7:40000?ts=1790000000&id=1&un=acs-1&cn=")
    assert line.endswith(" HTTP/1.1\r\n\r\n")
    assert "sesame" not in line


def test_another_request_has_another_id_and_cnonce() -> None:
    house = House()
    for _ in range(2):
        house.ask(stun_address="192.0.2.7:40000")
        house.clock.advance(1)
    queries = [
        parse_qs(datagram.decode().split("?")[1].split()[0]) for _, datagram, _ in house.sent[::3]
    ]
    assert queries[0]["id"] != queries[1]["id"]
    assert queries[0]["cn"] != queries[1]["cn"]
    assert queries[0]["sig"] != queries[1]["sig"]


@given(
    name=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
    password=st.text(min_size=1, max_size=20),
    at=st.integers(0, 2**40),
    number=st.integers(0, 2**32),
)
def test_the_signature(name: str, password: str, at: int, number: int) -> None:
    data = udp_request("192.0.2.7:1", name, password, at=at, message_id=number, cnonce="c0")
    line = data.decode("ascii").removesuffix(" HTTP/1.1\r\n\r\n")
    assert not any(char in line[4:] for char in " \r\n")
    query = {key: value[0] for key, value in parse_qs(line.partition("?")[2]).items()}
    assert list(query) == ["ts", "id", "un", "cn", "sig"]
    assert (query["ts"], query["id"], query["un"], query["cn"]) == (
        str(at),
        str(number),
        name,
        "c0",
    )
    text = f"{at}{number}{name}c0".encode()
    assert bytes.fromhex(query["sig"]) == hmac.digest(password.encode(), text, hashlib.sha1)


def test_both_addresses_when_they_differ() -> None:
    house = House()
    house.ask(stun_address="198.51.100.9:1024", udp_address="192.0.2.7:2048")
    assert [to for _, _, to in house.sent] == [("198.51.100.9", 1024), ("192.0.2.7", 2048)]
    same = House()
    same.ask(stun_address="192.0.2.7:2048", udp_address="192.0.2.7:2048")
    assert [to for _, _, to in same.sent] == [("192.0.2.7", 2048)]


def test_ipv6_and_port_80() -> None:
    house = House()
    house.ask(stun_address="[2001:db8::7]:40000")
    assert b"GET http://[2001:db8::7]:40000?" in house.sent[0][1]
    assert house.sent[0][2] == ("2001:db8::7", 40_000)
    plain = House()
    plain.ask(udp_address="192.0.2.7")
    assert plain.sent[0][2] == ("192.0.2.7", 80)
    assert b"GET http://192.0.2.7:80?" in plain.sent[0][1]


@pytest.mark.parametrize(
    ("addresses", "reason"),
    [
        ({"udp_address": "10.0.0.1:1024"}, "address"),
        ({"udp_address": "router.example:1024"}, "host"),
        ({"udp_address": "192.0.2.7:0"}, "port"),
        ({"udp_address": "http://192.0.2.7:1/"}, "url"),
        ({"udp_address": "192.0.2.7:1\r\nX: y"}, "url"),
        ({"stun_address": "224.0.0.1:1024"}, "address"),
        ({"stun_address": "0.0.0.0:1024"}, "address"),
        ({"stun_address": "nonsense"}, "host"),
        ({"stun_address": "a b"}, "url"),
        ({"stun_address": "192.0.2.7:70000"}, "port"),
    ],
)
def test_strangers_are_never_called(addresses: dict[str, str], reason: str) -> None:
    house = House()
    result = house.ask(**addresses)
    assert result.outcome == "refused_target"
    assert result.detail.startswith(f"{reason}: ")
    assert not house.sent
    assert not house.clock.getDelayedCalls()


def test_ports_as_configured_bind_what_is_said_only() -> None:
    house = House(TargetRules(ports="7547"))
    assert house.ask(udp_address="192.0.2.7:1024").outcome == "refused_target"
    assert house.ask(stun_address="192.0.2.7:1024").outcome == "sent"


def test_a_socket_that_fails() -> None:
    house = House()
    house.error = OSError("Network is unreachable")
    assert house.ask(stun_address="192.0.2.7:1") == CallResult(
        "unreachable", "Network is unreachable"
    )
    house.error = None
    house.ask(stun_address="192.0.2.7:1")
    house.error = OSError("closed")
    house.clock.advance(1)
    assert len(house.sent) == 1


def test_whom_it_can_reach() -> None:
    known = ConnectionTarget("http://192.0.2.7/", "192.0.2.7", "u", "p")
    assert not House().way.can_reach(known)
