"""Asks a router to open a session: one HTTP GET to its ConnectionRequestURL.

TR-069 Amendment 6, 3.2.2. Where a request may go is ``targets``'s to say, never decided here.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Literal

import httptools
import msgspec
import structlog
from twisted.internet import endpoints, error, protocol
from twisted.internet.defer import Deferred, TimeoutError, succeed  # noqa: A004 - Twisted's own
from twisted.python.failure import Failure

from acs.cwmp.answers import Challenge, answer, choose
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.targets import Target, TargetRefusedError, TargetRules
from acs.cwmp.telemetry import CwmpMetrics
from acs.storage.rows import ConnectionTarget

log = structlog.get_logger("cwmp")

CallOutcome = Literal[
    "accepted",  # 200 or 204: the router will open a session
    "unauthorized",  # it does not take our credentials
    "busy",  # 503: it is in a session, or was asked too often
    "refused_target",  # its URL may not be called; ``detail`` says why
    "no_target",  # it never gave a URL
    "too_soon",  # it was asked a moment ago, and will be again when it may
    "disabled",  # by configuration
    "timeout",
    "unreachable",
    "failed",  # any other answer; ``detail`` is its status
]
_SECONDS = 5.0
_BYTES = 8_192
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


class CallResult(msgspec.Struct, frozen=True):
    """What became of a connection request."""

    outcome: CallOutcome
    detail: str = ""


class ConnectionRequester:
    """Sends connection requests.

    Args:
        reactor: provides IReactorTCP and IReactorTime.
        lookup: where a router is and what credentials it has; None if it gave no URL.
        settings: what may be called and how often.
        token: random bytes, so many, as hexadecimal digits.
        metrics: requests by outcome.

    Raises:
        ValueError: the settings' prefixes or ports cannot be read.
    """

    def __init__(
        self,
        reactor: Any,
        lookup: Callable[[str], Deferred[ConnectionTarget | None]],
        settings: CwmpSettings,
        *,
        token: Callable[[int], str],
        metrics: CwmpMetrics,
    ) -> None:
        self._reactor = reactor
        self._lookup = lookup
        self._rules = TargetRules(
            settings.connection_request_prefixes, settings.connection_request_ports
        )
        self._enabled = settings.connection_requests
        self._interval = settings.connection_request_interval
        self._token = token
        self._metrics = metrics
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._later: set[str] = set()  # that were to be asked too soon, and will be

    def wake(self, router_id: str) -> Deferred[CallResult]:
        """Ask a router to open a session. Fails only if storage does.

        One that was asked a moment ago is asked again as soon as that is allowed: the session it
        was asked for may have ended before there was anything to fetch.
        """
        if not self._enabled:
            return succeed(self._ended(CallResult("disabled"), router_id))
        wait = self._wait(router_id)
        if wait > 0:
            if router_id not in self._later:
                self._later.add(router_id)
                self._reactor.callLater(wait, self._wake_later, router_id)
            return succeed(self._ended(CallResult("too_soon"), router_id))
        return self._lookup(router_id).addCallback(self._found, router_id)

    def _wake_later(self, router_id: str) -> None:
        self._later.discard(router_id)
        self.wake(router_id).addErrback(
            lambda failure: log.warning(
                "cwmp.connection_request_failed", router=router_id, error=str(failure.value)
            )
        )

    def _found(
        self, known: ConnectionTarget | None, router_id: str
    ) -> CallResult | Deferred[CallResult]:
        if known is None or not known.url:
            return self._ended(CallResult("no_target"), router_id)
        return self.call(known).addCallback(self._ended, router_id)

    def call(self, known: ConnectionTarget) -> Deferred[CallResult]:
        """Send one connection request, whenever the last one was. Never fails."""
        try:
            target = self._rules.check(known.url, known.address)
        except TargetRefusedError as refused:
            return succeed(CallResult("refused_target", f"{refused.reason}: {refused}"))
        talk: Deferred[CallResult] = Deferred.fromCoroutine(self._talk(known, target))
        talk.addTimeout(_SECONDS, self._reactor)
        return talk.addErrback(_not_answered)

    async def _talk(self, known: ConnectionTarget, target: Target) -> CallResult:
        status, challenge = await self._get(target, None)
        if status == _UNAUTHORIZED and challenge is not None:
            credentials = answer(
                challenge, known.username, known.password, target.path, self._token(8)
            )
            status, _ = await self._get(target, credentials)
        if status in _ACCEPTED:
            return CallResult("accepted")
        if status == _UNAUTHORIZED:
            return CallResult("unauthorized")
        if status == _BUSY:
            return CallResult("busy")
        return CallResult("failed", str(status))

    async def _get(self, target: Target, credentials: bytes | None) -> tuple[int, Challenge | None]:
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

    def _wait(self, router_id: str) -> float:
        """Seconds until the router may be asked; if that is now, it counts as asked."""
        now: float = self._reactor.seconds()
        while self._asked and now - next(iter(self._asked.values())) >= self._interval:
            self._asked.popitem(last=False)
        asked = self._asked.get(router_id)
        if asked is not None:
            return asked + self._interval - now
        self._asked[router_id] = now
        return 0.0

    def _ended(self, result: CallResult, router_id: str) -> CallResult:
        self._metrics.connection_request(result.outcome)
        log.debug(
            "cwmp.connection_request",
            router=router_id,
            outcome=result.outcome,
            detail=result.detail,
        )
        return result


class _BadAnswerError(Exception):
    """The peer does not speak HTTP, or says too much."""


class _Get(protocol.Protocol):
    """One GET; only the answer's status line and headers are read."""

    def __init__(self) -> None:
        self._challenges: list[bytes] = []
        self._bytes = 0
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._answer: Deferred[tuple[int, Challenge | None]] = Deferred(lambda _: self._end())

    def ask(
        self, target: Target, credentials: bytes | None
    ) -> Deferred[tuple[int, Challenge | None]]:
        """Send the request; the status, and the challenge of a 401."""
        proof = b"Authorization: %b\r\n" % credentials if credentials else b""
        transport: Any = self.transport
        transport.write(
            b"GET %b HTTP/1.1\r\nHost: %b\r\nUser-Agent: acsd\r\n%bConnection: close\r\n\r\n"
            % (target.path.encode(), target.host.encode(), proof)
        )
        return self._answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a piece of the answer."""
        if self._parser is None:
            return
        taken = data[: _BYTES - self._bytes]
        self._bytes += len(taken)
        try:
            self._parser.feed_data(taken)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as bad:
            self._give_up(str(bad))
        if self._bytes == _BYTES:
            self._give_up("too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Parser: a header."""
        if name.lower() == b"www-authenticate":
            self._challenges.append(value)

    def on_headers_complete(self) -> None:
        """Parser: that is all we want to know."""
        assert self._parser is not None
        status = self._parser.get_status_code()
        if status < 200:  # noqa: PLR2004 - an interim answer: the real one follows
            self._challenges.clear()
            return
        if self._answer.called:
            return
        self._end()
        self._answer.callback((status, choose(self._challenges)))

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,
    ) -> None:
        """The peer left; without an answer that is one too."""
        self._parser = None
        if not self._answer.called:
            self._answer.errback(reason)

    def _give_up(self, why: str) -> None:
        if not self._answer.called:
            self._end()
            self._answer.errback(_BadAnswerError(why))

    def _end(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.abortConnection()


def _not_answered(failure: Failure) -> CallResult:
    if isinstance(failure.value, _TIMEOUTS):
        return CallResult("timeout")
    if isinstance(failure.value, _BadAnswerError):
        return CallResult("failed", str(failure.value)[:100])
    if isinstance(failure.value, error.ConnectError | error.ConnectionClosed):
        return CallResult("unreachable", type(failure.value).__name__)
    log.error(
        "cwmp.connection_request_broken",
        exc_info=failure.value,
    )
    return CallResult("failed", type(failure.value).__name__)
