"""Connection requests by HTTP: a router's port on a real socket, and in memory."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet import protocol
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure

from acs.cwmp.auth import (
    BasicAnswer,
    parse_authorization,
    parse_parameters,
    response_digest,
    verify_basic,
    verify_digest,
)
from acs.cwmp.reaching.http import HttpWay
from acs.cwmp.reaching.results import CallResult
from acs.cwmp.targets import TargetRules
from acs.digest import ha1
from acs.storage.rows import ConnectionTarget

DIGEST = b'WWW-Authenticate: Digest realm="acsd", nonce="n", qop="auth"\r\n'
STALE = b'WWW-Authenticate: Digest realm="acsd", nonce="m", qop="auth", stale=true\r\n'
BASIC = b'WWW-Authenticate: Basic realm="r"\r\n'


def reply(status: bytes, *headers: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: 0\r\n\r\n" % (status, b"".join(headers))


class Router(protocol.Protocol):
    """A router's connection-request port: says what it is told to, one answer a connection."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        house: Any = self.factory
        house.heard.append(data)
        transport: Any = self.transport
        transport.write(house.answers.pop(0))
        if house.hangs_up:
            transport.loseConnection()


def way(reactor: Any) -> HttpWay:
    return HttpWay(reactor, TargetRules(("127.0.0.0/8", "::1/128")), lambda count: "c" * count * 2)


def target(url: str, **changes: Any) -> ConnectionTarget:
    return ConnectionTarget(url, "192.0.2.1", "us", "sesame", **changes)


def call(
    loop: Any, *answers: bytes, interface: str = "127.0.0.1", hangs_up: bool = False
) -> tuple[CallResult, list[bytes]]:
    house: Any = protocol.Factory.forProtocol(Router)
    house.noisy = False
    house.answers = list(answers)
    house.heard = []
    house.hangs_up = hangs_up

    def start() -> Deferred[CallResult]:
        port = loop.reactor.listenTCP(0, house, interface=interface)
        host = f"[{interface}]" if ":" in interface else interface
        known = target(f"http://{host}:{port.getHost().port}/cr?a=b")
        return way(loop.reactor).ask(known)

    return loop.run(start), house.heard


def authorization(heard: bytes) -> bytes:
    return heard.partition(b"Authorization: ")[2].partition(b"\r\n")[0]


def test_accepted_after_digest(loop: Any) -> None:
    result, (first, second) = call(loop, reply(b"401 No", DIGEST), reply(b"200 OK"))
    assert result == CallResult("accepted")
    assert first.startswith(b"GET /cr?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Authorization" not in first
    answer = parse_authorization(authorization(second))
    assert not isinstance(answer, BasicAnswer)
    verify_digest(answer, ha1("us", "sesame"), "GET", "/cr?a=b")


def test_accepted_after_basic(loop: Any) -> None:
    result, heard = call(loop, reply(b"401 No", BASIC), reply(b"204 OK"))
    assert result.outcome == "accepted"
    answer = parse_authorization(authorization(heard[1]))
    assert isinstance(answer, BasicAnswer)
    verify_basic(answer, ha1("us", "sesame"))


@pytest.mark.parametrize(
    "headers",
    [
        b'WWW-Authenticate: Digest realm="z", nonce="n"\r\n',
        b'WWW-Authenticate: Digest realm="z", nonce="n", algorithm=MD5"\r\n',
        b"WWW-Authenticate:Digest realm=z,nonce=n,algorithm=M\r\n",
        b'WWW-Authenticate: Digest realm="z",\r\n nonce="n"\r\n',
        b'WWW-Authenticate: Digest realm="z", nonce="n\r\n',
    ],
)
def test_a_challenge_of_rfc_2069_however_broken(loop: Any, headers: bytes) -> None:
    result, heard = call(loop, reply(b"401 No", headers), reply(b"200 OK"))
    assert result.outcome == "accepted"
    given = parse_parameters(authorization(heard[1]).decode().partition(" ")[2])
    assert {"qop", "nc", "cnonce"}.isdisjoint(given)
    right = response_digest(ha1("us", "sesame", "z"), "n", "GET", "/cr?a=b", None)
    assert given["response"] == right


@pytest.mark.parametrize(
    "headers",
    [
        BASIC + DIGEST,
        DIGEST + BASIC,
        b'WWW-Authenticate: Digest realm="acsd", nonce="s", algorithm=SHA-256, qop="auth"\r\n'
        + DIGEST,
        b'WWW-Authenticate: Basic realm="r", Digest realm="acsd", nonce="n", qop="auth"\r\n',
        b'WWW-Authenticate: Digest realm="acsd", nonce="n", qop="auth,auth-int", Basic realm=r\r\n',
    ],
)
def test_of_several_challenges_digest_is_answered(loop: Any, headers: bytes) -> None:
    result, heard = call(loop, reply(b"401 No", headers), reply(b"200 OK"))
    assert result.outcome == "accepted"
    answer = parse_authorization(authorization(heard[1]))
    assert not isinstance(answer, BasicAnswer)
    assert answer.nonce == "n"


@pytest.mark.parametrize(
    ("answers", "outcome", "asked"),
    [
        ([reply(b"200 OK")], "accepted", 1),
        ([b"HTTP/1.0 200 OK\n\nfine"], "accepted", 1),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + reply(b"200 OK")], "accepted", 1),
        ([reply(b"401 No", DIGEST), reply(b"401 No", DIGEST)], "unauthorized", 2),
        ([reply(b"401 No", DIGEST), reply(b"401 No")], "unauthorized", 2),
        ([reply(b"401 No", DIGEST), reply(b"401 No", STALE), reply(b"200 OK")], "accepted", 3),
        (
            [reply(b"401 No", DIGEST), reply(b"401 No", STALE), reply(b"401 No", STALE)],
            "unauthorized",
            3,
        ),
        ([reply(b"401 No")], "failed", 1),
        (
            [reply(b"401 No", b'WWW-Authenticate: Digest realm="a", nonce="n", qop=auth-int\r\n')],
            "failed",
            1,
        ),
        ([reply(b"503 Busy")], "busy", 1),
        ([reply(b"401 No", DIGEST), reply(b"503 Busy")], "busy", 2),
        ([reply(b"302 Found", b"Location: http://127.0.0.1:1/\r\n")], "failed", 1),
        ([reply(b"404 No")], "failed", 1),
        ([b"SSH-2.0-OpenSSH\r\n"], "failed", 1),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000], "failed", 1),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000], "accepted", 1),
    ],
)
def test_outcomes(loop: Any, answers: list[bytes], outcome: str, asked: int) -> None:
    result, heard = call(loop, *answers)
    assert result.outcome == outcome
    assert len(heard) == asked
    assert "sesame" not in repr(result)


@pytest.mark.parametrize("answer", [b"HTTP/1.0 200 OK", b"HTTP/1.0 200 OK\r\n"])
def test_a_router_that_hangs_up_after_the_status_line(loop: Any, answer: bytes) -> None:
    result, _ = call(loop, answer, hangs_up=True)
    assert result.outcome == "accepted"


def test_a_router_that_hangs_up_and_says_nothing(loop: Any) -> None:
    result, _ = call(loop, b"", hangs_up=True)
    assert result.outcome == "unreachable"


def test_ipv6_on_a_real_socket(loop: Any) -> None:
    result, heard = call(loop, reply(b"401 No", DIGEST), reply(b"200 OK"), interface="::1")
    assert result.outcome == "accepted"
    assert heard[0].startswith(b"GET /cr?a=b HTTP/1.1\r\nHost: [::1]:")


def test_nobody_listens(loop: Any) -> None:
    def start() -> Deferred[CallResult]:
        port = loop.reactor.listenTCP(0, protocol.Factory(), interface="127.0.0.1")
        number = port.getHost().port
        known = target(f"http://127.0.0.1:{number}/")
        closed: Deferred[None] = port.stopListening()
        return closed.addCallback(lambda _: way(loop.reactor).ask(known))

    assert loop.run(start).outcome == "unreachable"


# Twisted's testing module is not typed.
new_reactor: Callable[[], Any] = MemoryReactorClock
new_wire: Callable[[], Any] = StringTransport


def result_of(deferred: Deferred[CallResult]) -> list[CallResult]:
    results: list[CallResult] = []
    deferred.addCallback(results.append)
    return results


def test_silence_is_given_up() -> None:
    reactor = new_reactor()
    results = result_of(way(reactor).ask(target("http://127.0.0.1:7547/")))
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
    protocol_.dataReceived(b"HTTP/1.1 200 OK\r\n\r\n")
    protocol_.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]


def test_unreachable_within_the_time() -> None:
    reactor = new_reactor()
    results = result_of(way(reactor).ask(target("http://127.0.0.1:7547/")))
    reactor.advance(5.1)
    assert [result.outcome for result in results] == ["timeout"]


def test_a_strangers_address_is_never_called() -> None:
    reactor = new_reactor()
    results = result_of(way(reactor).ask(target("http://10.0.0.1:7547/")))
    assert results[0].outcome == "refused_target"
    assert results[0].detail.startswith("address: ")
    assert not reactor.tcpClients


def test_whom_it_can_reach() -> None:
    asking = way(new_reactor())
    assert asking.can_reach(target("http://192.0.2.1/"))
    assert not asking.can_reach(target(""))
    assert not asking.can_reach(target("http://192.0.2.1/", refused=True))
