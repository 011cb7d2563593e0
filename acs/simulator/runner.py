"""Errands of simulated routers over HTTP: fetches and sends files, to loopback addresses only.

What they are for is not known here.
"""

import base64
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, ResponseDone
from twisted.web.http_headers import Headers

from acs.simulator.errands import FETCH_FAILED, NOT_REACHED, SEND_FAILED, Done, Errand

_CONNECT = 10.0  # s
_PATIENCE = 600.0  # s, of a whole transfer
_OK = (200, 201, 204)
Report = Callable[[int, Done], None]


class _Piece(Protocol):
    """Gathers a response's body."""

    def __init__(self, done: "Deferred[bytes]") -> None:
        self._done = done
        self._pieces: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._pieces.append(data)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: N802 - Twisted's name
        if reason is None or reason.check(ResponseDone):  # type: ignore[no-untyped-call]  # Twisted's
            self._done.callback(b"".join(self._pieces))
        else:
            self._done.errback(reason)


class Runner:
    """Runs errands and reports how they ended.

    Args:
        reactor: provides IReactorTime and IReactorTCP.
        allowed: whether a host may be spoken to.
        clock: Unix seconds.
    """

    def __init__(
        self,
        reactor: Any,
        allowed: Callable[[str], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reactor = reactor
        agent: Any = Agent  # untyped
        self._agent = agent(reactor, connectTimeout=_CONNECT)
        self._allowed = allowed
        self._clock = clock

    def run(self, errand: Errand, report: Report) -> None:
        """Begin; ``report`` is called once, later."""
        began = self._clock()
        failure = FETCH_FAILED if errand.what == "fetch" else SEND_FAILED

        def end(fault: int, body: bytes = b"") -> None:
            report(errand.number, Done(fault, body, began, self._clock()))

        parts = urlsplit(errand.url)
        if parts.scheme != "http" or not self._allowed(parts.hostname or ""):
            self._reactor.callLater(0, end, NOT_REACHED)
            return
        work: Deferred[Any] = Deferred.fromCoroutine(self._exchange(errand))
        work.addTimeout(_PATIENCE, self._reactor)
        work.addCallbacks(
            lambda got: end(0 if got[0] in _OK else failure, got[1]),
            lambda _error: end(NOT_REACHED),
        )

    async def _exchange(self, errand: Errand) -> tuple[int, bytes]:
        headers = Headers({"User-Agent": ["virtual-router"]})
        if errand.username:
            pair = f"{errand.username}:{errand.password}".encode()
            headers.addRawHeader("Authorization", b"Basic " + base64.b64encode(pair))
        method = b"GET" if errand.what == "fetch" else b"PUT"
        make: Any = FileBodyProducer  # untyped
        producer = make(BytesIO(errand.body)) if errand.what == "send" else None
        response = await self._agent.request(method, errand.url.encode(), headers, producer)
        done: Deferred[bytes] = Deferred()
        response.deliverBody(_Piece(done))
        return int(response.code), await done
