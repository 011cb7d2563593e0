"""One HTTP/1.1 connection of a router: one request at a time, each thing within its deadline.

What a request means is the handler's; what bytes make one is ``http_reader``'s.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from twisted.internet import protocol
from twisted.internet.interfaces import IHandshakeListener
from twisted.python.failure import Failure
from zope.interface import implementer

from acs.cwmp.http_messages import CONTINUE, HttpRequest, HttpResponse, refusal, render
from acs.cwmp.http_reader import HttpRefusedError, Phase, RequestReader
from acs.tls.names import names_of

if TYPE_CHECKING:
    from acs.cwmp.http import Listener

log = structlog.get_logger("cwmp")

# After a refusal the peer's bytes are read and dropped for so long and so many, because closing
# over unread bytes resets the connection and destroys the refusal on its way (RFC 9112, 9.6).
LINGER_SECONDS = 2.0
_LINGER_BYTES = 4_194_304


class Handler(Protocol):
    """What answers requests."""

    def handle(self, connection: "Connection", request: HttpRequest) -> None:
        """Answer one request: call ``connection.respond`` once, now or later.

        The next request of this connection waits for it.
        """

    def disconnected(self, connection: "Connection") -> None:
        """A connection that carried a request is gone. Its answers still under way go nowhere."""


@implementer(IHandshakeListener)
class Connection(protocol.Protocol):
    """One connection of a router.

    Attributes:
        peer: the router's IP address.
        number: of the connection, never used again.
        lost: it is gone.
        names: in the client certificate that TLS has verified; none without one.
        served: requests that came on it, the one being answered included.
        deadline: when to give up what is going on now, in seconds of the clock.
        idle: seconds that it may be silent between two requests.
    """

    def __init__(self, listener: "Listener", peer: str) -> None:
        self.peer = peer
        self.number = listener.next_number()
        self.lost = False
        self.names: tuple[str, ...] = ()
        self.deadline = 0.0
        self.idle = listener.timeouts[Phase.IDLE]
        self.slot: int | None = None
        self._listener = listener
        self._reader = RequestReader(listener.limits, listener.path)
        self._request: HttpRequest | None = None  # being answered, until the last byte is sent
        self._refusal: int | None = None  # sent after the answers to what came before it
        self._armed = Phase.IDLE  # the phase that the deadline is of
        self.served = 0
        self._paused = False
        self._lingering: int | None = None  # bytes still dropped before the peer is cut off

    # --- Twisted's side -----------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Start the clock: a peer that says nothing is dropped like one that is slow."""
        assert self.transport is not None
        # Sending at once saves two trips through the reactor. TLS and test transports cannot; TLS
        # lends out the method of the bare connection below it, which must not be taken.
        direct = hasattr(type(self.transport), "writeSomeData")
        self._send_some: Callable[[bytes], int | BaseException] | None = (
            self._transport.writeSomeData if direct else None
        )
        self._listener.opened(self)
        self._arm(Phase.HEAD)

    def handshakeCompleted(self) -> None:  # noqa: N802 - Twisted's name
        """TLS is up, and has verified the peer's certificate, if there is one."""
        self.names = names_of(self._transport.getPeerCertificate())

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take bytes, and serve what became whole."""
        if self._lingering is not None:
            self._drop(len(data))
            return
        try:
            self._reader.feed(data)
        except HttpRefusedError as error:
            self._refusal = error.status
            log.debug("cwmp.refused", peer=self.peer, status=error.status, reason=error.reason)
        if self._request is None:
            self._next()
        elif not self._paused:
            # Nothing that waits its turn in the same connection is read from the socket.
            self._paused = True
            self._transport.pauseProducing()

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,  # noqa: ARG002 - Twisted's
    ) -> None:
        """Let go of everything; an answer that still comes is dropped."""
        self.lost = True
        self._reader.close()
        self._listener.closed(self)
        if self.served:
            self._listener.handler.disconnected(self)

    def expire(self) -> None:
        """The deadline passed (called by ``Deadlines``)."""
        waiting = self._request is None and self._lingering is None
        if waiting and self._reader.phase is not Phase.IDLE:
            self._refuse(408)
        elif waiting:
            self._transport.loseConnection()
        else:  # an answer that is not made or not read in time, or a lingering peer
            self._transport.abortConnection()

    # --- serving ------------------------------------------------------------------------------

    @property
    def _transport(self) -> Any:
        return self.transport

    def _next(self) -> None:
        if self._reader.complete:
            self._serve(self._reader.complete.popleft())
        elif self._refusal is not None:
            self._refuse(self._refusal)
        else:
            if self._paused:
                self._paused = False
                self._transport.resumeProducing()
            phase = self._reader.phase
            if phase is not Phase.IDLE and phase is not self._armed:
                self._arm(phase)
            if self._reader.wants_continue:
                self._reader.wants_continue = False
                self._send_continue()

    def _serve(self, request: HttpRequest) -> None:
        self._request = request
        self.served += 1
        self._arm(Phase.IDLE)
        try:
            self._listener.handler.handle(self, request)
        except Exception:
            log.exception("cwmp.handler_failed", peer=self.peer)
            if self._request is request:
                self.respond(refusal(500))

    def respond(self, response: HttpResponse) -> None:
        """Answer the request that is being served; dropped when the peer is gone."""
        request = self._request
        if self.lost or request is None:
            return
        keep_alive = request.keep_alive and not response.close
        self._send(render(response, keep_alive=keep_alive, old=request.old), keep_alive)

    def _send(self, data: bytes, keep_alive: bool) -> None:  # noqa: FBT001 - private, called once
        if self._send_some is None:
            self._transport.write(data)
        else:
            sent = self._send_some(data)
            if not isinstance(sent, int):
                self._transport.abortConnection()
                return
            if sent < len(data):
                self._arm(Phase.BODY)
                rest = _Rest(self._transport, data[sent:], lambda: self._sent(keep_alive))
                self._transport.registerProducer(rest, False)
                return
        self._sent(keep_alive)

    def _send_continue(self) -> None:
        # Not through the transport's buffer, which the answer would overtake.
        if self._send_some is None:
            self._transport.write(CONTINUE)
        elif self._send_some(CONTINUE) != len(CONTINUE):
            self._transport.abortConnection()

    def _sent(self, keep_alive: bool) -> None:  # noqa: FBT001 - private
        self._request = None
        if not keep_alive:
            if self._paused or self._refusal is not None:  # bytes of the peer's are unread
                self.linger()
            else:
                self._transport.loseConnection()
            return
        self._arm(Phase.IDLE)
        if self._reader.complete or self._refusal is not None or self._paused:
            self._next()

    def _refuse(self, status: int) -> None:
        self._listener.metrics.http_refused(status)
        self._reader.close()
        self._transport.write(render(refusal(status), keep_alive=False))
        self.linger()

    def linger(self) -> None:
        """Send what is written, then close once the peer did, or soon."""
        self._lingering = _LINGER_BYTES
        if self._paused:
            self._transport.resumeProducing()
        self._transport.loseWriteConnection()
        self.deadline = self._listener.clock.seconds() + LINGER_SECONDS
        self._listener.deadlines.watch(self)

    def _drop(self, count: int) -> None:
        assert self._lingering is not None
        self._lingering -= count
        if self._lingering < 0:
            self._transport.abortConnection()

    def _arm(self, phase: Phase) -> None:
        listener = self._listener
        self._armed = phase
        self.deadline = listener.seconds() + (listener.timeouts[phase] if phase else self.idle)
        if phase or self.slot is None:
            listener.deadlines.watch(self)


class _Rest:
    """What the socket did not take at once; a pull producer, asked again when all of it went."""

    def __init__(self, transport: Any, rest: bytes, done: Callable[[], None]) -> None:
        self._transport = transport
        self._rest: bytes | None = rest
        self._done = done

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Write the rest, or, asked again, say that it went."""
        if self._rest is not None:
            rest, self._rest = self._rest, None
            self._transport.write(rest)
            return
        self._transport.unregisterProducer()
        self._done()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone."""
