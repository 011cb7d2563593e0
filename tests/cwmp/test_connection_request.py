from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs
from twisted.internet import protocol
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport

from acs.cwmp.auth import BasicAnswer, ha1, parse_authorization, verify_basic, verify_digest
from acs.cwmp.connection_request import CallResult, ConnectionRequester
from acs.cwmp.settings import CwmpSettings
from acs.duration import Duration
from acs.storage.rows import ConnectionTarget

DIGEST = b'WWW-Authenticate: Digest realm="acsd", nonce="n", qop="auth"\r\n'


def reply(status: bytes, *headers: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: 0\r\n\r\n" % (status, b"".join(headers))


class Router(protocol.Protocol):
    """A router's connection-request port: says what it is told to, one answer a connection."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        house: Any = self.factory
        house.heard.append(data)
        transport: Any = self.transport
        transport.write(house.answers.pop(0))


def requester(reactor: Any, metrics: Any, target: ConnectionTarget | None, **changes: Any) -> Any:
    settings = CwmpSettings(connection_request_prefixes=("127.0.0.0/8",), **changes)
    return ConnectionRequester(
        reactor,
        lambda _: succeed(target),
        settings,
        token=lambda count: "c" * count * 2,
        metrics=metrics,
    )


def target(url: str) -> ConnectionTarget:
    return ConnectionTarget(url, "192.0.2.1", "us", "sesame")


def call(loop: Any, metrics: Any, *answers: bytes) -> tuple[CallResult, list[bytes]]:
    house: Any = protocol.Factory.forProtocol(Router)
    house.noisy = False
    house.answers = list(answers)
    house.heard = []

    def start() -> Deferred[CallResult]:
        port = loop.reactor.listenTCP(0, house, interface="127.0.0.1")
        known = target(f"http://127.0.0.1:{port.getHost().port}/cr?a=b")
        result: Deferred[CallResult] = requester(loop.reactor, metrics, known).wake("R")
        return result

    return loop.run(start), house.heard


def test_accepted_after_digest(loop: Any, metrics: Any) -> None:
    result, heard = call(loop, metrics, reply(b"401 No", DIGEST), reply(b"200 OK"))
    assert result == CallResult("accepted")
    first, second = heard
    assert first.startswith(b"GET /cr?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Authorization" not in first
    header = second.partition(b"Authorization: ")[2].partition(b"\r\n")[0]
    answer = parse_authorization(header)
    assert not isinstance(answer, BasicAnswer)
    verify_digest(answer, ha1("us", "sesame"), "GET", "/cr?a=b")
    assert metrics.counts["connection_request", "accepted"] == 1


def test_accepted_after_basic(loop: Any, metrics: Any) -> None:
    basic = b'WWW-Authenticate: Basic realm="r"\r\n'
    result, heard = call(loop, metrics, reply(b"401 No", basic), reply(b"204 OK"))
    assert result.outcome == "accepted"
    header = heard[1].partition(b"Authorization: ")[2].partition(b"\r\n")[0]
    answer = parse_authorization(header)
    assert isinstance(answer, BasicAnswer)
    verify_basic(answer, ha1("us", "sesame"))


@pytest.mark.parametrize(
    ("answers", "outcome", "asked"),
    [
        ([reply(b"200 OK")], "accepted", 1),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + reply(b"200 OK")], "accepted", 1),
        ([reply(b"401 No", DIGEST), reply(b"401 No", DIGEST)], "unauthorized", 2),
        ([reply(b"401 No")], "unauthorized", 1),
        ([reply(b"503 Busy")], "busy", 1),
        ([reply(b"302 Found", b"Location: http://127.0.0.1:1/\r\n")], "failed", 1),
        ([reply(b"404 No")], "failed", 1),
        ([b"SSH-2.0-OpenSSH\r\n"], "failed", 1),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000], "failed", 1),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\n\r\n"], "failed", 1),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000], "accepted", 1),
    ],
)
def test_outcomes(loop: Any, metrics: Any, answers: list[bytes], outcome: str, asked: int) -> None:
    result, heard = call(loop, metrics, *answers)
    assert result.outcome == outcome
    assert len(heard) == asked


def test_nobody_listens(loop: Any, metrics: Any) -> None:
    def start() -> Deferred[CallResult]:
        port = loop.reactor.listenTCP(0, protocol.Factory(), interface="127.0.0.1")
        number = port.getHost().port
        known = target(f"http://127.0.0.1:{number}/")
        closed: Deferred[None] = port.stopListening()
        return closed.addCallback(lambda _: requester(loop.reactor, metrics, known).call(known))

    assert loop.run(start).outcome == "unreachable"


# Twisted's testing module is not typed.
new_reactor: Callable[[], Any] = MemoryReactorClock
new_wire: Callable[[], Any] = StringTransport


def result_of(deferred: Deferred[CallResult]) -> list[CallResult]:
    results: list[CallResult] = []
    deferred.addCallback(results.append)
    return results


def test_silence_is_given_up(metrics: Any) -> None:
    reactor = new_reactor()
    known = target("http://127.0.0.1:7547/")
    results = result_of(requester(reactor, metrics, known).call(known))
    host, port, factory, timeout, _ = reactor.tcpClients[0]
    assert (host, port, timeout) == ("127.0.0.1", 7547, 5.0)
    protocol_ = factory.buildProtocol(None)
    wire = new_wire()
    protocol_.makeConnection(wire)
    for _ in range(49):
        reactor.advance(0.1)
        protocol_.dataReceived(b"")
    assert not results
    reactor.advance(0.2)
    assert [result.outcome for result in results] == ["timeout"]
    assert wire.disconnected


def test_unreachable_within_the_time(metrics: Any) -> None:
    reactor = new_reactor()
    known = target("http://127.0.0.1:7547/")
    results = result_of(requester(reactor, metrics, known).call(known))
    reactor.advance(5.1)
    assert [result.outcome for result in results] == ["timeout"]


def test_ipv6(metrics: Any) -> None:
    reactor = new_reactor()
    known = ConnectionTarget("http://[2001:db8::7]:7547/", "2001:db8::7", "u", "p")
    requester(reactor, metrics, known).call(known)
    assert reactor.tcpClients[0][0] == "2001:db8::7"
    reactor.advance(6)


def test_a_strangers_address_is_never_called(metrics: Any) -> None:
    reactor = new_reactor()
    known = target("http://10.0.0.1:7547/")
    results = result_of(requester(reactor, metrics, known).wake("R"))
    assert results[0].outcome == "refused_target"
    assert results[0].detail.startswith("address: ")
    assert not reactor.tcpClients
    assert metrics.counts["connection_request", "refused_target"] == 1


def test_at_most_one_in_the_interval(metrics: Any) -> None:
    reactor = new_reactor()
    waker = requester(reactor, metrics, None, connection_request_interval=Duration(30))
    outcomes = []
    for _ in range(3):
        outcomes += [result.outcome for result in result_of(waker.wake("R"))]
        outcomes += [result.outcome for result in result_of(waker.wake(f"R{len(outcomes)}"))]
        reactor.advance(14)
    assert outcomes == ["no_target", "no_target", "too_soon", "no_target", "too_soon", "no_target"]
    # What came too soon was asked for once more when 30 s had passed, and counts from then.
    assert metrics.counts["connection_request", "no_target"] == 5
    assert not reactor.getDelayedCalls()
    assert [result.outcome for result in result_of(waker.wake("R"))] == ["too_soon"]
    assert len(reactor.getDelayedCalls()) == 1


def test_a_later_request_that_storage_fails_is_logged(metrics: Any) -> None:
    reactor = new_reactor()
    answers: list[Deferred[Any]] = [succeed(None), fail(OSError("disk full"))]
    waker = ConnectionRequester(
        reactor,
        lambda _: answers.pop(0),
        CwmpSettings(),
        token=lambda _: "",
        metrics=metrics,
    )
    waker.wake("R")
    waker.wake("R")
    with capture_logs() as logs:
        reactor.advance(30)
    assert [entry["event"] for entry in logs] == ["cwmp.connection_request_failed"]


def test_disabled(metrics: Any) -> None:
    waker = requester(new_reactor(), metrics, None, connection_requests=False)
    assert result_of(waker.wake("R")) == [CallResult("disabled")]


@pytest.mark.parametrize(
    "change",
    [{"connection_request_ports": "x"}, {"connection_request_prefixes": ("10.0.0.1/8",)}],
)
def test_bad_settings(metrics: Any, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="connection_request_p"):
        ConnectionRequester(
            new_reactor(),
            lambda _: succeed(None),
            CwmpSettings(**change),
            token=lambda _: "",
            metrics=metrics,
        )
