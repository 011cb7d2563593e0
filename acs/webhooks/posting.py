"""One HTTP POST to a receiver, within its time; what came of it as a value. It decides nothing.

Redirects are not followed, answers' bodies are thrown away, and no address comes into a word.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from OpenSSL import SSL, crypto
from service_identity import VerificationError
from twisted.internet import defer
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.error import (
    ConnectError,
    ConnectionDone,
    ConnectionLost,
    DNSLookupError,
)
from twisted.internet.error import (
    ConnectionRefusedError as RefusedError,
)
from twisted.internet.error import (
    TimeoutError as ConnectTimeoutError,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.python.failure import Failure
from twisted.web.client import (
    Agent,
    BrowserLikePolicyForHTTPS,
    HTTPConnectionPool,
    ResponseFailed,
    ResponseNeverReceived,
)
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from acs.webhooks.addresses import AddressRefusedError, UrlError, check_url
from acs.webhooks.endpoints import CheckedEndpoints, Lookup
from acs.webhooks.schedule import Answer
from acs.webhooks.settings import WebhookSettings

log = structlog.get_logger("webhooks")

_READ = 16_384  # bytes of an answer that are read so that its connection can be used again
_KEPT = 5  # seconds that a connection is kept for the next message
_PEM = b"-----BEGIN CERTIFICATE-----"


class TrustError(Exception):
    """The file of authorities' certificates cannot be used: which, and why."""


@implementer(IBodyProducer)
class _Body:
    """Bytes to be sent."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.length = len(body)

    def startProducing(self, consumer: Any) -> "Deferred[None]":  # noqa: N802 - Twisted's
        consumer.write(self._body)
        return succeed(None)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's
        """All is written already."""

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's
        """All is written already."""

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's
        """All is written already."""


class _Drain(Protocol):
    """Throws an answer's body away; one that is long ends the connection."""

    def __init__(self) -> None:
        self.done: Deferred[None] = Deferred(self._cancel)
        self._left = _READ

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        self._left -= len(data)
        if self._left < 0:
            self._cancel(self.done)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002, N802 - Twisted's
        if not self.done.called:
            self.done.callback(None)

    def _cancel(self, _: "Deferred[None]") -> None:
        transport: Any = self.transport
        if transport is not None:
            transport.stopProducing()


class Poster:
    """Sends messages.

    Args:
        reactor: connects and tells the time.
        settings: what may be called, and how long it may take.
        lookup: finds addresses of names.
        agent: what the receiver sees as ``User-Agent``.

    Raises:
        TrustError: ``ca_file`` cannot be used.
    """

    def __init__(
        self, reactor: Any, settings: WebhookSettings, lookup: Lookup, agent: str = "acsd"
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self._agent_name = agent
        self._pool: Any = HTTPConnectionPool(reactor)  # type: ignore[no-untyped-call]
        self._pool.maxPersistentPerHost = 1
        self._pool.cachedConnectionTimeout = _KEPT
        self._pool.retryAutomatically = False
        root = _trust_root(settings.ca_file)
        trust = BrowserLikePolicyForHTTPS(root)  # type: ignore[no-untyped-call]
        endpoints = CheckedEndpoints(reactor, lookup, settings, trust)
        agents: Any = Agent
        self._agent = agents.usingEndpointFactory(reactor, endpoints, self._pool)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST a body of JSON; every outcome is an answer."""
        try:
            check_url(url, self._settings)  # the configuration may have changed since it was added
        except UrlError as error:
            return Answer(None, f"the address is not allowed: {error}")
        try:
            return await self._twice(url, headers, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this try's outcome
            return Answer(None, _words(error, self._settings.timeout))

    async def close(self) -> None:
        """End kept connections."""
        await self._pool.closeCachedConnections()

    async def _twice(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return await self._once(url, headers, body)
        except ResponseNeverReceived as error:
            # The receiver may have closed a connection that was kept; messages may come twice.
            if not _was_closed(error):
                raise
            return await self._once(url, headers, body)

    def _once(self, url: str, headers: Mapping[str, str], body: bytes) -> "Deferred[Answer]":
        asked = Deferred.fromCoroutine(self._ask(url, headers, body))
        return asked.addTimeout(float(self._settings.timeout), self._reactor)

    async def _ask(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        sent = Headers({name: [value] for name, value in headers.items()})
        sent.setRawHeaders("content-type", ["application/json"])
        sent.setRawHeaders("user-agent", [self._agent_name])
        response: Any = await self._agent.request(b"POST", url.encode(), sent, _Body(body))
        drain = _Drain()
        response.deliverBody(drain)
        await drain.done
        later = response.headers.getRawHeaders(b"retry-after") or [b""]
        return Answer(response.code, "", later[-1][:100].decode("latin-1"))


def _trust_root(ca_file: str) -> Any:
    if not ca_file:
        return None
    try:
        text = Path(ca_file).read_bytes()
        found = [Certificate.loadPEM(_PEM + each) for each in text.split(_PEM)[1:]]
    except (OSError, crypto.Error, ValueError) as error:
        raise TrustError(f"[webhooks] ca_file: {ca_file}: {error}") from error
    if not found:
        raise TrustError(f"[webhooks] ca_file: {ca_file}: there is no certificate in it")
    return trustRootFromCertificates(found)  # type: ignore[no-untyped-call]


def _reasons(error: BaseException) -> list[BaseException]:
    """What an error of the agent wraps, the innermost first; else the error itself."""
    reasons = getattr(error, "reasons", None) or ()
    return [inner for each in reasons for inner in _reasons(each.value)] or [error]


def _was_closed(error: ResponseNeverReceived) -> bool:
    return all(isinstance(each, ConnectionDone | ConnectionLost) for each in _reasons(error))


def _words(error: BaseException, timeout: float) -> str:
    """What went wrong, without what the receiver chose to say."""
    for each in _reasons(error):
        if isinstance(each, SSL.Error | VerificationError):
            return "TLS failed: its certificate is not one for this name that is trusted here"
        for kind, text in _WORDS:
            if isinstance(each, kind):
                return text.format(f"{timeout:g}")
    return f"the call failed ({type(_reasons(error)[0]).__name__})"


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (AddressRefusedError, "its name leads to no address that may be called: [webhooks] allow"),
    (DNSLookupError, "its name is not known"),
    (ConnectTimeoutError, "no answer within {} s"),
    (defer.TimeoutError, "no answer within {} s"),
    (CancelledError, "no answer within {} s"),
    (RefusedError, "the connection was refused"),
    (ConnectError, "it cannot be connected to"),
    (ConnectionDone, "it closed the connection without an answer"),
    (ConnectionLost, "the connection was lost"),
    (ResponseFailed, "the answer was no HTTP"),
)
