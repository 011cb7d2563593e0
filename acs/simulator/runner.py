"""Errands of simulated routers over HTTP: fetches and sends files, to permitted addresses only.

A fetch that breaks off goes on where it was (RFC 9110, 14). What files are for is not known here.
"""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Protocol
from twisted.internet.task import Cooperator
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, ResponseDone
from twisted.web.http_headers import Headers

from acs.simulator.auth import Answerer, Credentials
from acs.simulator.errands import FETCH_FAILED, NOT_REACHED, SEND_FAILED, Done, Errand

_CONNECT = 10.0  # s
_PATIENCE = 600.0  # s, of a whole transfer
_ATTEMPTS = 5  # requests for one file: challenges and continuations
_OK = (200, 201, 204)
_PARTIAL, _UNAUTHORIZED = 206, 401
Report = Callable[[int, Done], None]


class _Body(Protocol):
    """Gathers a response's body; tells whether it is whole."""

    def __init__(self) -> None:
        self.done: Deferred[bool] = Deferred()
        self.pieces: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self.pieces.append(data)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: N802 - Twisted's name
        self.done.callback(reason is None or reason.check(ResponseDone) is not None)  # type: ignore[no-untyped-call]  # Twisted's


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
        make: Any = Cooperator  # untyped
        self._cooperator = make(scheduler=lambda step: reactor.callLater(0, step))
        self._allowed = allowed
        self._clock = clock

    def run(self, errand: Errand, report: Report) -> None:
        """Begin; ``report`` is called once, later."""
        began = self._clock()
        failure = FETCH_FAILED if errand.what == "fetch" else SEND_FAILED

        def end(fault: int, body: bytes = b"") -> None:
            report(errand.number, Done(fault, body, began, self._clock()))

        def failed(reason: Failure) -> None:
            end(NOT_REACHED if reason.check(ConnectError) else failure)  # type: ignore[no-untyped-call]  # Twisted's

        parts = urlsplit(errand.url)
        if parts.scheme != "http" or not self._allowed(parts.hostname or ""):
            self._reactor.callLater(0, end, NOT_REACHED)
            return
        work: Deferred[Any] = Deferred.fromCoroutine(self._carry_out(errand))
        work.addTimeout(_PATIENCE, self._reactor)
        work.addCallbacks(lambda body: end(failure) if body is None else end(0, body), failed)

    async def _carry_out(self, errand: Errand) -> bytes | None:
        """The body that came; None when the server would not have it so."""
        answerer = None
        if errand.username:
            answerer = Answerer(Credentials(errand.username, errand.password))
        got = b""
        for _ in range(_ATTEMPTS):
            code, headers, more, is_whole = await self._ask(errand, answerer, len(got))
            if code == _UNAUTHORIZED and answerer is not None:
                if not answerer.challenged(list(headers.getRawHeaders("www-authenticate", []))):
                    return None
                continue
            if code not in _OK and code != _PARTIAL:
                return None
            # a server that knows no ranges begins anew
            got = got + more if code == _PARTIAL else more
            if is_whole or errand.what == "send":
                return got
        return None

    async def _ask(
        self, errand: Errand, answerer: Answerer | None, have: int
    ) -> tuple[int, Headers, bytes, bool]:
        """One request, for what is left of the file: status, headers, body, is it whole."""
        method = "GET" if errand.what == "fetch" else "PUT"
        headers = Headers({"User-Agent": ["virtual-router"]})
        if have:
            headers.addRawHeader("Range", f"bytes={have}-")
        parts = urlsplit(errand.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        answer = answerer.header(method, target or "/") if answerer is not None else None
        if answer is not None:
            headers.addRawHeader("Authorization", answer)
        make: Any = FileBodyProducer  # untyped
        body = BytesIO(errand.body)
        producer = make(body, self._cooperator) if errand.what == "send" else None
        response = await self._agent.request(
            method.encode(), errand.url.encode(), headers, producer
        )
        came = _Body()
        response.deliverBody(came)
        is_whole = await came.done
        return int(response.code), response.headers, b"".join(came.pieces), is_whole
