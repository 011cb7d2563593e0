from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from acs.cwmp.http import Connection
from acs.cwmp.proxied import behind
from acs.cwmp.settings import CwmpSettings
from tests.cwmp.test_http import ANSWER, HELLO, Port, lose
from tests.cwmp.test_proxy_header import second, tlv
from tests.cwmp.wires import SlowWire, Wire

PROXIES = ("10.0.0.2/32", "2001:db8::/64")
HEAD = b"PROXY TCP4 192.0.2.7 10.0.0.2 1234 7547\r\n"


class House:
    """A listener behind load balancers."""

    def __init__(self, metrics: Any, **changes: Any) -> None:
        self.port = Port(metrics, **changes)
        self.factory = behind(CwmpSettings(proxies=PROXIES), self.port.listener, self.port.clock)

    def connect(self, peer: str = "10.0.0.2", wire: Wire | None = None) -> Any:
        """A wire whose ``protocol`` takes what comes, as a reactor's transport has it."""
        kind = IPv6Address if ":" in peer else IPv4Address
        protocol = self.factory.buildProtocol(kind("TCP", peer, 1))
        made: Any = wire or Wire()
        made.protocol = protocol
        protocol.makeConnection(made)
        return made


@pytest.fixture
def house(metrics: Any) -> House:
    return House(metrics)


@pytest.mark.parametrize("peer", ["10.0.0.2", "::ffff:10.0.0.2", "2001:db8::5"])
def test_the_connection_is_the_routers(house: House, peer: str) -> None:
    wire = house.connect(peer)
    wire.protocol.dataReceived(HEAD + HELLO)
    assert isinstance(wire.protocol, Connection)
    assert wire.protocol.peer == "192.0.2.7"
    assert wire.value() == ANSWER
    wire.protocol.dataReceived(HELLO)
    assert wire.value() == ANSWER * 2


def test_byte_by_byte(house: House) -> None:
    wire = house.connect(wire=SlowWire())
    for byte in HEAD + HELLO:
        wire.protocol.dataReceived(bytes([byte]))
    assert wire.protocol.peer == "192.0.2.7"
    assert [request.body for request in house.port.echo.requests] == [b"hello"]


def test_others_are_who_they_are_whatever_they_say(house: House) -> None:
    wire = house.connect("10.0.0.3")
    wire.protocol.dataReceived(HEAD)
    assert wire.protocol.peer == "10.0.0.3"
    assert wire.value().startswith(b"HTTP/1.1 400 ")


def test_a_health_check_is_the_balancers_own(house: House) -> None:
    wire = house.connect()
    wire.protocol.dataReceived(second(None, command=0) + HELLO)
    assert wire.protocol.peer == "10.0.0.2"


def test_the_name_of_a_verified_certificate_goes_with_it(house: House) -> None:
    wire = house.connect()
    ssl = b"\x07\0\0\0\0" + tlv(0x22, b"001122-SN1")
    wire.protocol.dataReceived(second("2001:db8:1::9", 7, tlv(0x20, ssl)))
    assert wire.protocol.peer == "2001:db8:1::9"
    assert wire.protocol.names == ("001122-SN1",)


def test_limits_hold_for_each_router(metrics: Any) -> None:
    house = House(metrics, connections_per_address=2)
    first, _, third = house.connect(), house.connect(), house.connect()
    for wire in (first, _, third):
        wire.protocol.dataReceived(HEAD)
    assert third.value().startswith(b"HTTP/1.1 503 ")
    other = house.connect()
    other.protocol.dataReceived(HEAD.replace(b"2.7", b"2.8") + HELLO)
    assert other.value() == ANSWER
    lose(first.protocol)
    again = house.connect()
    again.protocol.dataReceived(HEAD + HELLO)
    assert again.value() == ANSWER


def test_no_header_is_cut_off(house: House) -> None:
    wire = house.connect()
    wire.protocol.dataReceived(HELLO)
    assert wire.disconnected
    assert house.port.echo.requests == []


def test_a_header_that_does_not_come_is_not_waited_for(house: House) -> None:
    wire, gone = house.connect(), house.connect()
    wire.protocol.dataReceived(HEAD[:10])
    lose(gone.protocol)
    house.port.pass_time(9)
    assert not wire.disconnected
    house.port.pass_time(2)
    assert wire.disconnected
    assert not gone.disconnected


def test_without_balancers_nothing_stands_between(metrics: Any) -> None:
    port = Port(metrics)
    assert behind(CwmpSettings(), port.listener, port.clock) is port.listener


def test_a_prefix_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"proxies: 10\.0\.0\.2/8 has host bits set, allowed are"):
        CwmpSettings(proxies=("10.0.0.2/8",))
