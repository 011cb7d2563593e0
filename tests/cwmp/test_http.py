import socket
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet import address
from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.internet.task import Clock

from acs.cwmp.comebacks import Comebacks
from acs.cwmp.deadlines import Deadlines
from acs.cwmp.http import Connection, Listener
from acs.cwmp.http_messages import HttpRequest, HttpResponse
from acs.cwmp.settings import CwmpSettings
from acs.duration import Duration
from tests.cwmp.wires import BrokenWire, SlowWire, Wire

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
HELLO = HEAD + b"Content-Length: 5\r\n\r\nhello"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: 4\r\n\r\n<a/>"
)


class Echo:
    """Answers at once, or when told."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.waiting: list[Connection] = []
        self.gone: list[Connection] = []
        self.at_once: Callable[[], HttpResponse] | None = lambda: HttpResponse(200, b"<a/>")

    def handle(self, connection: Connection, request: HttpRequest) -> None:
        self.requests.append(request)
        if self.at_once is None:
            self.waiting.append(connection)
        else:
            connection.respond(self.at_once())

    def disconnected(self, connection: Connection) -> None:
        self.gone.append(connection)


class Port:
    """A listener on a clock of its own."""

    def __init__(self, metrics: Any, **changes: Any) -> None:
        self.clock = Clock()
        self.echo = Echo()
        self.metrics = metrics
        self.listener = Listener(
            self.echo,
            CwmpSettings(**changes),
            clock=self.clock,
            comebacks=Comebacks(self.clock.seconds, lambda low, high: (low + high) / 2),
            metrics=metrics,
        )

    def connect(self, transport: Wire | None = None, peer: str = "192.0.2.1") -> tuple[Any, Any]:
        protocol: Any = self.listener.buildProtocol(address.IPv4Address("TCP", peer, 1))
        wire = transport or Wire()
        protocol.makeConnection(wire)
        return protocol, wire

    def pass_time(self, seconds: float) -> None:
        self.clock.pump([0.5] * int(seconds * 2))


@pytest.fixture
def port(metrics: Any) -> Port:
    return Port(metrics)


def lose(protocol: Any) -> None:
    protocol.connectionLost(connectionDone)


def test_answers_and_stays_open(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    protocol.dataReceived(HELLO)
    assert wire.value() == ANSWER * 2
    assert not wire.disconnecting
    assert [request.body for request in port.echo.requests] == [b"hello"] * 2


def test_connection_close_is_honoured(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HEAD + b"Connection: close\r\n\r\n")
    assert b"Connection: close" in wire.value()
    assert wire.disconnecting


def test_http_1_0_closes_unless_asked(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(b"POST / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert not wire.disconnecting
    assert b"Connection: keep-alive" in wire.value()
    protocol.dataReceived(b"POST / HTTP/1.0\r\n\r\n")
    assert wire.disconnecting


def test_expect_continue(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert wire.value() == b"HTTP/1.1 100 Continue\r\n\r\n"
    protocol.dataReceived(b"hello")
    assert wire.value().endswith(ANSWER)


def test_the_answer_does_not_overtake_the_continue(port: Port) -> None:
    wire = SlowWire()
    wire.takes = 1000
    protocol, _ = port.connect(wire)
    protocol.dataReceived(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    protocol.dataReceived(b"hello")
    assert wire.value() == b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER
    assert wire.buffered == b""
    slow = SlowWire()
    protocol, _ = port.connect(slow)
    protocol.dataReceived(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert slow.disconnected


def test_pipelined_requests_wait_their_turn_unread(port: Port) -> None:
    port.echo.at_once = None
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    protocol.dataReceived(HELLO)
    assert wire.paused
    assert len(port.echo.requests) == 1
    port.echo.waiting[0].respond(HttpResponse(200, b"<a/>"))
    assert len(port.echo.requests) == 2
    assert wire.value() == ANSWER
    port.echo.waiting[1].respond(HttpResponse(200, b"<a/>"))
    assert wire.value() == ANSWER * 2
    assert not wire.paused


def test_a_bad_request_behind_a_good_one_is_answered_second(port: Port) -> None:
    port.echo.at_once = None
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO + b"GARBAGE\r\n\r\n")
    assert wire.value() == b""
    port.echo.waiting[0].respond(HttpResponse(200, b"<a/>"))
    assert wire.value().startswith(ANSWER + b"HTTP/1.1 400 ")
    assert wire.half_closed


def test_nothing_behind_a_closing_answer_is_served(port: Port) -> None:
    port.echo.at_once = lambda: HttpResponse(401, close=True)
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO + HELLO)
    assert len(port.echo.requests) == 1
    assert wire.value().count(b"HTTP/1.1") == 1


def test_refusal_lingers_then_closes(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HEAD + b"Content-Length: 99999999\r\n\r\n")
    assert b"413" in wire.value()
    assert wire.half_closed
    protocol.dataReceived(b"x" * 100_000)  # dropped
    assert not wire.disconnected
    port.pass_time(3)
    assert wire.disconnected
    assert port.metrics.counts["http_refused", 413] == 1


def test_a_lingering_flood_is_cut_off(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(b"GARBAGE\r\n\r\n")
    for _ in range(70):
        protocol.dataReceived(b"x" * 65_536)
    assert wire.disconnected


def test_silent_peer_is_dropped(port: Port) -> None:
    _, wire = port.connect()
    port.pass_time(9.5)
    assert not wire.disconnecting
    port.pass_time(1.5)
    assert wire.disconnecting


def test_slow_headers_are_dropped_however_lively(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    wire.clear()
    for byte in HEAD[:20]:
        protocol.dataReceived(bytes([byte]))
        port.pass_time(0.5)
    assert wire.value() == b""
    port.pass_time(1)
    assert b"408" in wire.value()


def test_slow_body_is_dropped_however_lively(port: Port) -> None:
    protocol, wire = port.connect()
    protocol.dataReceived(HEAD + b"Content-Length: 1000\r\n\r\n")
    for _ in range(39):
        protocol.dataReceived(b"x")
        port.pass_time(0.5)
    assert wire.value() == b""
    port.pass_time(1.5)
    assert b"408" in wire.value()


def test_idle_connection_is_closed_after_the_session_timeout(metrics: Any) -> None:
    port = Port(metrics, session_timeout=Duration(30))
    protocol, wire = port.connect()
    port.pass_time(5)
    protocol.dataReceived(HELLO)
    port.pass_time(29)
    assert not wire.disconnecting
    protocol.dataReceived(HELLO)
    port.pass_time(29)
    assert not wire.disconnecting
    port.pass_time(2)
    assert wire.disconnecting


def test_slow_reader_is_dropped(port: Port) -> None:
    protocol, wire = port.connect(SlowWire())
    protocol.dataReceived(HELLO)
    protocol.dataReceived(HELLO)
    assert len(port.echo.requests) == 1  # the first answer is not sent yet
    port.pass_time(21)
    assert wire.disconnected


def test_reader_that_catches_up_is_served_on(port: Port) -> None:
    protocol, wire = port.connect(SlowWire())
    protocol.dataReceived(HELLO)
    protocol.dataReceived(HELLO)
    wire.peer_reads()
    assert len(port.echo.requests) == 2
    wire.peer_reads()
    port.pass_time(21)
    assert not wire.disconnected
    assert wire.value() == ANSWER * 2


def test_connection_lost_at_writing(port: Port) -> None:
    protocol, wire = port.connect(BrokenWire())
    protocol.dataReceived(HELLO)
    assert wire.disconnected


def test_peer_that_leaves_while_it_is_served(port: Port) -> None:
    port.echo.at_once = None
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    lose(protocol)
    assert port.echo.gone == [protocol]
    port.echo.waiting[0].respond(HttpResponse(200))
    assert wire.value() == b""
    assert not port.listener.connections


def test_handler_that_never_answers_is_given_up(port: Port) -> None:
    port.echo.at_once = None
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    port.pass_time(61)
    assert wire.disconnected


def test_handler_that_fails_gives_500(port: Port) -> None:
    def fail() -> HttpResponse:
        raise RuntimeError("a bug")

    port.echo.at_once = fail
    protocol, wire = port.connect()
    protocol.dataReceived(HELLO)
    assert wire.value().startswith(b"HTTP/1.1 500 ")
    assert wire.disconnecting


def test_cap_per_address(metrics: Any) -> None:
    port = Port(metrics, connections_per_address=1)
    first, _ = port.connect()
    second, wire = port.connect()
    assert wire.value().startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 8\r\n" in wire.value()
    assert wire.half_closed
    second.dataReceived(HELLO)
    assert not port.echo.requests
    port.pass_time(3)
    assert wire.disconnected
    lose(second)
    other, _ = port.connect(peer="192.0.2.2")
    assert isinstance(other, Connection)
    lose(first)
    again, _ = port.connect()
    assert isinstance(again, Connection)


def test_cap_of_all(metrics: Any) -> None:
    port = Port(metrics, connections=2)
    for number in range(2):
        port.connect(peer=f"192.0.2.{number}")
    _, wire = port.connect(peer="192.0.2.9")
    assert b"503" in wire.value()
    assert metrics.gauges["connections"] == 2


def test_crowd_beyond_the_crowd_is_not_even_answered(metrics: Any) -> None:
    port = Port(metrics, connections=1)
    for _ in range(1001):
        port.connect()
    assert port.listener.buildProtocol(address.IPv4Address("TCP", "192.0.2.1", 1)) is None


def test_abort_cuts_off_all(port: Port) -> None:
    _, wire = port.connect()
    port.listener.abort()
    assert wire.disconnected


def test_many_connections_share_one_timer(port: Port) -> None:
    for number in range(50):
        protocol, _ = port.connect(peer=f"192.0.2.{number}")
        protocol.dataReceived(HELLO)
    assert len(port.clock.getDelayedCalls()) == 1
    for protocol in list(port.listener.connections):
        lose(protocol)
    port.pass_time(61)
    assert not port.clock.getDelayedCalls()


class _Item:
    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.slot: int | None = None
        self.expired = 0

    def expire(self) -> None:
        self.expired += 1
        if self.deadline == 7:
            raise ValueError("broken")


def test_a_deadline_that_breaks_does_not_stop_the_others() -> None:
    clock = Clock()
    deadlines = Deadlines(clock)
    items = [_Item(7), _Item(7), _Item(7.1), _Item(9)]
    for item in items:
        deadlines.watch(item)
    items[3].deadline = 8
    deadlines.watch(items[3])
    for _ in range(20):
        try:
            clock.advance(0.5)
        except ValueError:
            continue
    assert [item.expired for item in items] == [1, 1, 1, 1]


def test_over_real_sockets(metrics: Any, loop: Any) -> None:
    echo = Echo()
    body = b"<a>" + b"x" * 3_000_000 + b"</a>"
    echo.at_once = lambda: HttpResponse(200, body)

    def talk(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
            for _ in range(2):  # more than the socket takes at once
                peer.sendall(HELLO)
                got = b""
                while not got.endswith(b"</a>"):
                    got += peer.recv(1_000_000)
                assert got.partition(b"\r\n\r\n")[2] == body
            peer.sendall(HEAD + b"Content-Length: 2000000\r\n\r\n" + b"x" * 500_000)
            refused = b""
            while piece := peer.recv(65_536):
                refused += piece
            return refused

    def start() -> Deferred[bytes]:
        listener = Listener(
            echo,
            CwmpSettings(),
            clock=loop.reactor,
            comebacks=Comebacks(loop.reactor.seconds, lambda low, _: low),
            metrics=metrics,
        )
        port = loop.reactor.listenTCP(0, listener, interface="127.0.0.1")
        talked: Deferred[bytes] = loop.in_thread(lambda: talk(port.getHost().port))
        return talked

    assert loop.run(start).startswith(b"HTTP/1.1 413 ")
