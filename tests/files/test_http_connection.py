"""One connection on a clock of the test's own: deadlines, patience, refusals, caps."""

from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import connectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from acs.files.exchange import Answer, Decision, Plan, Receiving, Sending
from acs.files.http_connection import LINGER_SECONDS, Connection
from acs.files.http_reader import Head
from acs.files.listener import Listener
from acs.files.pacing import Throttle
from acs.files.settings import FileSettings
from tests.files.conftest import CountingMetrics

SETTINGS = FileSettings(connections=3, connections_per_address=2)
GET = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
PUT = b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"


class Transport(StringTransport):
    """A socket with no peer: it takes what is written when the test says so."""

    write_closed = False

    @property
    def sent(self) -> bytes:
        """All that was written."""
        data: bytes = self.value()  # type: ignore[no-untyped-call]  # Twisted's is untyped
        return data

    def loseWriteConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.write_closed = True


class Bytes:
    """A source of zeroes."""

    closed = 0

    def read(self, count: int) -> "Deferred[bytes]":
        return succeed(bytes(count))

    def close(self) -> None:
        self.closed += 1


class Basket:
    """A sink."""

    def __init__(self) -> None:
        self.data = b""
        self.abandoned = 0

    def write(self, data: bytes) -> "Deferred[None]":
        self.data += data
        return succeed(None)

    def finish(self) -> "Deferred[Answer]":
        return succeed(Answer(201))

    def abandon(self) -> None:
        self.abandoned += 1


class Handler:
    """Decides as the test says."""

    def __init__(self) -> None:
        self.plan: Plan | Exception = Answer(404)
        self.seen: list[Head] = []

    def decide(self, head: Head, peer: str) -> "Deferred[Decision]":
        self.seen.append(head)
        if isinstance(self.plan, Exception):
            raise self.plan
        return succeed(Decision(self.plan, "download", "c1"))


class Desk:
    """A listener and what surrounds it."""

    def __init__(self, settings: FileSettings = SETTINGS) -> None:
        self.clock = Clock()
        self.handler = Handler()
        self.metrics = CountingMetrics()
        self.listener = Listener(
            self.handler, settings, clock=self.clock, now=lambda: 0.0, metrics=self.metrics
        )

    def connect(self, host: str = "192.0.2.1") -> tuple[Any, Transport]:
        protocol: Any = self.listener.buildProtocol(IPv4Address("TCP", host, 1))
        transport = Transport()  # type: ignore[no-untyped-call]  # Twisted's is untyped
        if protocol is not None:
            protocol.makeConnection(transport)
        return protocol, transport

    def pass_time(self, seconds: float, step: float = 0.5) -> None:
        for _ in range(round(seconds / step)):
            self.clock.advance(step)


def lose(protocol: Any) -> None:
    protocol.connectionLost(connectionDone)


def status(transport: Transport) -> int:
    return int(transport.sent.split(b" ", 2)[1])


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- heads ----------------------------------------------------------------------------------------


def test_a_peer_that_says_nothing_is_dropped_without_an_answer(desk: Desk) -> None:
    protocol, transport = desk.connect()
    desk.pass_time(9.5)
    assert not transport.disconnecting
    desk.pass_time(1)
    assert transport.disconnecting
    assert transport.sent == b""
    lose(protocol)
    assert desk.clock.getDelayedCalls() == []


def test_a_slow_head_is_408_however_often_a_byte_comes(desk: Desk) -> None:
    protocol, transport = desk.connect()
    for byte in GET[:20]:
        protocol.dataReceived(bytes([byte]))
        desk.pass_time(0.5)
    assert status(transport) == 408
    assert transport.write_closed
    desk.pass_time(LINGER_SECONDS)
    assert transport.disconnected
    assert desk.handler.seen == []


REFUSED = {
    b"GET /x HTTP/1.1\r\n\r\n": 400,  # no Host
    b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a b\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost : a\r\n\r\n": 400,
    b"GET /x HTTP/1.1\nHost: a\n\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n": 400,
    b"PUT /x HTTP/1.1\r\nHost: a\r\n\r\n": 411,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx": 400,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx": 400,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx": 400,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\nx": 413,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n": 400,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n": 501,
    b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n": 501,
    b"PUT /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
    b"DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n": 405,
    b"GET /x HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n": 417,
    b"GET /x HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n": 400,
    b"GET /x HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 17_000: 431,
    b"GET /x HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(70)): 431,
    b"GET /" + b"x" * 17_000: 431,
    b"GET /x HTTP/2.0\r\nHost: a\r\n\r\n": 505,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": 400,  # TLS
}


@pytest.mark.parametrize("data", REFUSED)
def test_heads_that_two_readers_might_read_differently_are_refused(desk: Desk, data: bytes) -> None:
    expected = REFUSED[data]
    for pieces in ([data], [data[at : at + 7] for at in range(0, len(data), 7)]):
        protocol, transport = desk.connect()
        for piece in pieces:
            protocol.dataReceived(piece)
        assert status(transport) == expected
        assert desk.handler.seen == []
        assert transport.write_closed
        lose(protocol)
    assert desk.clock.getDelayedCalls() == []


def test_a_second_request_on_a_connection_is_not_read(desk: Desk) -> None:
    protocol, transport = desk.connect()
    protocol.dataReceived(GET + GET)
    protocol.dataReceived(GET)
    assert len(desk.handler.seen) == 1
    assert transport.sent.count(b"HTTP/1.1 404") == 1
    assert b"Connection: close" in transport.sent


def test_a_handler_that_fails_is_500(desk: Desk) -> None:
    desk.handler.plan = RuntimeError("secret")
    protocol, transport = desk.connect()
    protocol.dataReceived(GET)
    assert status(transport) == 500
    assert b"secret" not in transport.sent


def test_an_answer_that_nobody_takes_is_given_up(desk: Desk) -> None:
    protocol, transport = desk.connect()
    protocol.dataReceived(GET)
    assert transport.disconnecting
    desk.pass_time(30)
    assert transport.disconnected
    lose(protocol)
    assert desk.clock.getDelayedCalls() == []


# --- bodies ---------------------------------------------------------------------------------------


def receive(desk: Desk, throttle: Throttle | None = None) -> tuple[Any, Transport, Basket]:
    basket = Basket()
    desk.handler.plan = Receiving(basket, throttle or Throttle(0))
    protocol, transport = desk.connect()
    protocol.dataReceived(PUT)
    return protocol, transport, basket


def test_a_body_that_does_not_come_is_given_up_after_the_patience(desk: Desk) -> None:
    protocol, transport, basket = receive(desk)
    desk.pass_time(29)
    assert basket.abandoned == 0
    desk.pass_time(1.5)
    assert status(transport) == 408
    assert basket.abandoned == 1
    assert desk.metrics.requests["download", 408] == 1
    lose(protocol)
    assert basket.abandoned == 1
    assert desk.clock.getDelayedCalls() == []


def test_a_trickled_body_is_given_up_too(desk: Desk) -> None:
    protocol, transport, _ = receive(desk)
    for _ in range(40):
        protocol.dataReceived(b"x")
        desk.pass_time(1)
    assert status(transport) == 408


def test_a_steady_body_is_taken_however_long_it_takes(desk: Desk) -> None:
    protocol, transport, basket = receive(desk)
    for _ in range(50):
        protocol.dataReceived(bytes(2000))
        desk.pass_time(1)
    assert status(transport) == 201
    assert len(basket.data) == 100_000
    assert desk.metrics.bytes["in"] == 100_000


def test_a_body_waits_while_the_rate_is_used_up(desk: Desk) -> None:
    protocol, transport, basket = receive(desk, Throttle(1000))
    protocol.dataReceived(bytes(40_000))
    assert transport.producerState == "paused"
    desk.pass_time(38)  # beyond the patience: it is not the peer that is slow
    assert transport.producerState == "paused"
    assert basket.abandoned == 0
    desk.pass_time(2)
    assert transport.producerState == "producing"
    protocol.dataReceived(bytes(60_000))
    desk.pass_time(61)
    assert status(transport) == 201


def test_a_peer_that_leaves_while_it_is_throttled_leaves_no_timer(desk: Desk) -> None:
    protocol, _, basket = receive(desk, Throttle(1000))
    protocol.dataReceived(bytes(40_000))
    lose(protocol)
    assert basket.abandoned == 1
    assert desk.clock.getDelayedCalls() == []


def test_more_framing_than_body_is_refused(desk: Desk) -> None:
    basket = Basket()
    desk.handler.plan = Receiving(basket, Throttle(0))
    protocol, transport = desk.connect()
    protocol.dataReceived(b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(200):
        protocol.dataReceived(b"1;" + b"e" * 1000 + b"\r\nx\r\n")
    assert status(transport) == 400
    assert basket.abandoned == 1


# --- downloads ------------------------------------------------------------------------------------


def send(desk: Desk, length: int, throttle: Throttle | None = None) -> tuple[Any, Any, Bytes]:
    source = Bytes()
    desk.handler.plan = Sending(Answer(200), source, length, throttle or Throttle(0))
    protocol, transport = desk.connect()
    protocol.dataReceived(GET)
    assert transport.producer is not None
    assert not transport.streaming
    transport.producer.resumeProducing()
    return protocol, transport, source


def test_a_reader_that_stands_still_is_cut_off(desk: Desk) -> None:
    protocol, transport, source = send(desk, 1_000_000)
    desk.pass_time(29)
    assert not transport.disconnected
    desk.pass_time(1.5)
    assert transport.disconnected
    assert source.closed == 1
    lose(protocol)
    assert desk.metrics.requests["download", 408] == 1
    assert desk.clock.getDelayedCalls() == []


def test_a_slow_reader_that_is_fast_enough_gets_all(desk: Desk) -> None:
    _, transport, source = send(desk, 500_000)
    while transport.producer is not None:
        desk.pass_time(20)  # 65,536 bytes in 20 s: 3 kB/s
        transport.producer.resumeProducing()
    assert transport.disconnecting
    assert not transport.disconnected
    _, _, body = transport.sent.partition(b"\r\n\r\n")
    assert len(body) == 500_000
    assert source.closed == 1
    assert desk.metrics.bytes["out"] == 500_000
    assert desk.clock.getDelayedCalls() == []


def test_a_reader_below_the_slowest_rate_is_cut_off(desk: Desk) -> None:
    desk = Desk(FileSettings(slowest=10_000))
    _, transport, _ = send(desk, 10_000_000)
    for _ in range(20):
        if transport.disconnected:
            break
        desk.pass_time(20)
        transport.producer.resumeProducing()
    assert transport.disconnected


def test_all_of_a_rate_is_shared(desk: Desk) -> None:
    throttle = Throttle(65_536)
    peers = [send(desk, 10**9, throttle)[1] for _ in range(2)]
    for _ in range(200):
        desk.clock.advance(0.1)
        for transport in peers:
            transport.producer.resumeProducing()
    sent = sum(len(transport.sent) for transport in peers)
    assert sent == pytest.approx(20 * 65_536, rel=0.2)


def test_a_source_that_ends_early_cuts_off(desk: Desk) -> None:
    class Short(Bytes):
        def read(self, count: int) -> "Deferred[bytes]":
            return succeed(b"")

    source = Short()
    desk.handler.plan = Sending(Answer(200), source, 10, Throttle(0))
    protocol, transport = desk.connect()
    protocol.dataReceived(GET)
    transport.producer.resumeProducing()  # type: ignore[union-attr]
    assert transport.disconnected
    assert source.closed == 1


def test_a_peer_that_is_gone_before_the_decision_costs_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided: Deferred[Decision] = Deferred()
    monkeypatch.setattr(desk.handler, "decide", lambda _head, _peer: decided)
    protocol, transport = desk.connect()
    protocol.dataReceived(GET)
    assert transport.producerState == "paused"
    lose(protocol)
    source = Bytes()
    decided.callback(Decision(Sending(Answer(200), source, 10, Throttle(0)), "download"))
    assert source.closed == 1
    assert transport.sent == b""
    assert desk.clock.getDelayedCalls() == []


# --- caps -----------------------------------------------------------------------------------------


def test_caps_of_one_address_and_of_all(desk: Desk) -> None:
    first = desk.connect()[0]
    desk.connect()
    third, transport = desk.connect()
    assert not isinstance(third, Connection)
    assert status(transport) == 429
    desk.connect("192.0.2.2")
    fourth, transport = desk.connect("192.0.2.3")
    assert status(transport) == 503
    assert b"Retry-After: 30" in transport.sent
    assert desk.metrics.connections == 3
    assert desk.metrics.requests == {("other", 429): 1, ("other", 503): 1}
    lose(first)
    assert isinstance(desk.connect()[0], Connection)
    desk.pass_time(LINGER_SECONDS)
    assert transport.disconnected
    lose(fourth)
    assert desk.listener.turned_away == 1


def test_stopping_waits_for_transfers_and_then_cuts_them_off(desk: Desk) -> None:
    peers = [desk.connect() for _ in range(2)]
    stopped: list[None] = []
    Deferred.fromCoroutine(desk.listener.drain(8.0)).addCallback(stopped.append)
    lose(peers[0][0])
    desk.clock.advance(7.9)
    assert not stopped
    assert not peers[1][1].disconnected
    desk.clock.advance(0.2)
    assert stopped == [None]
    assert peers[1][1].disconnected


def test_stopping_ends_with_the_last_transfer(desk: Desk) -> None:
    protocol, transport = desk.connect()
    stopped: list[None] = []
    Deferred.fromCoroutine(desk.listener.drain(8.0)).addCallback(stopped.append)
    lose(protocol)
    assert stopped == [None]
    assert not transport.disconnected
    Deferred.fromCoroutine(desk.listener.drain(8.0)).addCallback(stopped.append)
    assert stopped == [None, None]
