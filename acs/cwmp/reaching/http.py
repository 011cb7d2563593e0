"""The first way: one HTTP GET to the router's ConnectionRequestURL (TR-069 Amendment 6, 3.2.2).

Where a request may go is ``targets``'s to say, how a challenge is answered ``answers``'s.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet import endpoints, error, protocol
from twisted.internet.defer import Deferred, TimeoutError, succeed  # noqa: A004 - Twisted's own
from twisted.python.failure import Failure

from acs.cwmp.answers import answer, choose
from acs.cwmp.reaching.http_head import HEAD_BYTES, BadHeadError, Head, read_head
from acs.cwmp.reaching.results import CallResult
from acs.cwmp.targets import Target, TargetRefusedError, TargetRules
from acs.facts import Way
from acs.storage.rows import ConnectionTarget

log = structlog.get_logger("cwmp")

_SECONDS = 5.0
_ANSWERS = 2  # to challenges: the second one if only the nonce was stale
_ACCEPTED = (200, 204)
_UNAUTHORIZED = 401
_BUSY = 503
_IPV6 = 6
_TIMEOUTS = (
    TimeoutError,
    error.TimeoutError,
    error.TCPTimedOutError,
    error.ConnectingCancelledError,  # by our own time-out, while connecting
)


class HttpWay:
    """Asks by HTTP.

    Args:
        reactor: provides IReactorTCP and IReactorTime.
        rules: where a request may go.
        token: random bytes, so many, as hexadecimal digits.
    """

    way: Way = "http"

    def __init__(self, reactor: Any, rules: TargetRules, token: Callable[[int], str]) -> None:
        self._reactor = reactor
        self._rules = rules
        self._token = token

    def can_reach(self, known: ConnectionTarget) -> bool:
        """Whether it named a URL, and takes our credentials as far as is known."""
        return bool(known.url) and not known.refused

    def ask(self, known: ConnectionTarget) -> Deferred[CallResult]:
        """Send one connection request, and a second one if the first is challenged."""
        try:
            target = self._rules.check(known.url, known.address)
        except TargetRefusedError as refused:
            return succeed(CallResult("refused_target", f"{refused.reason}: {refused}"))
        talk: Deferred[CallResult] = Deferred.fromCoroutine(self._talk(known, target))
        talk.addTimeout(_SECONDS, self._reactor)
        return talk.addErrback(_not_answered)

    async def _talk(self, known: ConnectionTarget, target: Target) -> CallResult:
        head = await self._get(target, None)
        answered = 0
        while head.status == _UNAUTHORIZED and answered < _ANSWERS:
            challenge = choose(head.challenges)
            if challenge is None or (answered and not challenge.stale):
                break
            credentials = answer(
                challenge, known.username, known.password, target.path, self._token(8)
            )
            head = await self._get(target, credentials)
            answered += 1
        if head.status in _ACCEPTED:
            return CallResult("accepted")
        if head.status == _UNAUTHORIZED and not answered:
            return CallResult("failed", "401 without a challenge that can be answered")
        if head.status == _UNAUTHORIZED:
            return CallResult("unauthorized")
        return (
            CallResult("busy") if head.status == _BUSY else CallResult("failed", str(head.status))
        )

    async def _get(self, target: Target, credentials: bytes | None) -> Head:
        kind = (
            endpoints.TCP6ClientEndpoint
            if target.address.version == _IPV6
            else endpoints.TCP4ClientEndpoint
        )
        endpoint: Any = kind(self._reactor, str(target.address), target.port, _SECONDS)
        factory = protocol.Factory.forProtocol(_Get)
        factory.noisy = False
        get = await endpoint.connect(factory)
        assert isinstance(get, _Get)
        return await get.ask(target, credentials)


class _Get(protocol.Protocol):
    """One GET; only the answer's status line and headers are read."""

    def __init__(self) -> None:
        self._heard = b""
        self._answer: Deferred[Head] = Deferred(lambda _: self._end())

    def ask(self, target: Target, credentials: bytes | None) -> Deferred[Head]:
        """Send the request; the head of the answer."""
        proof = b"Authorization: %b\r\n" % credentials if credentials else b""
        transport: Any = self.transport
        transport.write(
            b"GET %b HTTP/1.1\r\nHost: %b\r\nUser-Agent: acsd\r\n%bConnection: close\r\n\r\n"
            % (target.path.encode(), target.host.encode(), proof)
        )
        return self._answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a piece of the answer."""
        if not self._answer.called:
            self._heard = (self._heard + data)[:HEAD_BYTES]
            self._look(ended=False)

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,
    ) -> None:
        """The peer left; some do so right after the status line."""
        if not self._answer.called and self._heard:
            self._look(ended=True)
        if not self._answer.called:
            self._answer.errback(reason)

    def _look(self, *, ended: bool) -> None:
        try:
            head = read_head(self._heard, ended=ended)
        except BadHeadError as bad:
            self._end()
            self._answer.errback(bad)
            return
        if head is not None:
            self._end()
            self._answer.callback(head)

    def _end(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.abortConnection()


def _not_answered(failure: Failure) -> CallResult:
    if isinstance(failure.value, _TIMEOUTS):
        return CallResult("timeout")
    if isinstance(failure.value, BadHeadError):
        return CallResult("failed", str(failure.value)[:100])
    if isinstance(failure.value, error.ConnectError | error.ConnectionClosed):
        return CallResult("unreachable", type(failure.value).__name__)
    log.error("cwmp.connection_request_broken", exc_info=failure.value)
    return CallResult("failed", type(failure.value).__name__)
