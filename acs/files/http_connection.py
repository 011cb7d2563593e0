"""One connection to the file server: one request, answered at the pace of both sides, then closed.

What a request means is the handler's; what bytes make one is ``http_reader``'s.
"""

from typing import TYPE_CHECKING, Any, Protocol

import structlog
from twisted.internet import protocol
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from acs.files.exchange import CONTINUE, Answer, Decision, Receiving, Sending, render
from acs.files.http_reader import Head, HttpRefusedError, RequestReader
from acs.files.transfers import Receiver, Sender

if TYPE_CHECKING:
    from acs.files.listener import Listener

log = structlog.get_logger("files")

# After a refusal the peer's bytes are read and dropped for so long and so many, because closing
# over unread bytes resets the connection and destroys the refusal on its way (RFC 9112, 9.6).
LINGER_SECONDS = 2.0
_LINGER_BYTES = 4_194_304
_TOO_SLOW = Answer(408, "The request did not come in time.")


class Handler(Protocol):
    """What decides on requests."""

    def decide(self, head: Head, peer: str) -> Deferred[Decision]:
        """What to do with a request whose head came."""


class Connection(protocol.Protocol):
    """One connection of a router.

    Attributes:
        peer: its IP address.
    """

    def __init__(self, listener: "Listener", peer: str) -> None:
        self.peer = peer
        self.listener = listener
        self._reader = RequestReader()
        self._decision: Decision | None = None
        self._asked = False
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._lingering: int | None = None  # bytes still dropped before the peer is cut off
        self._ended = False
        self._lost = False
        self._timer: Any = None

    # --- Twisted's side -----------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Start the clock: a peer that says nothing is dropped like one that is slow."""
        self.listener.opened(self)
        self.expire_in(self.listener.headers_timeout)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take bytes."""
        if self._lingering is not None:
            self._lingering -= len(data)
            if self._lingering < 0:
                self.transport_.abortConnection()
            return
        if self._ended:
            return
        try:
            self._reader.feed(data)
        except HttpRefusedError as error:
            log.debug("files.refused", peer=self.peer, status=error.status, reason=error.reason)
            self.end(Answer(error.status), linger=True)
            return
        if self._receiver is not None:
            self._receiver.came(len(data))
        elif self._reader.head is not None and not self._asked:
            self._ask(self._reader.head)

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,  # noqa: ARG002 - Twisted's
    ) -> None:
        """Let go of everything; what was not whole leaves nothing behind."""
        self._lost = True
        self._reader.close()
        self.expire_in(None)
        self._drop()
        self.listener.closed(self)

    # --- deciding -----------------------------------------------------------------------------

    @property
    def transport_(self) -> Any:
        """The transport; its interface means nothing to the type checker."""
        return self.transport

    def _ask(self, head: Head) -> None:
        self._asked = True
        self.expire_in(None)
        self.transport_.pauseProducing()
        decided = maybeDeferred(self.listener.handler.decide, head, self.peer)
        decided.addCallback(self._act)
        decided.addErrback(self.failed)

    def _act(self, decision: Decision) -> None:
        self._decision = decision
        plan = decision.plan
        if isinstance(plan, Answer):
            self.end(plan, linger=not self._reader.complete)
        elif isinstance(plan, Sending):
            self._sender = Sender(self, plan)
            if self._lost:
                self._drop()
                return
            head = render(plan.answer, self.listener.now(), length=plan.length)
            self.transport_.resumeProducing()  # or a peer that is gone would not be noticed
            self.transport_.write(head)
            self._sender.start()
        else:
            self._receive(plan)

    def _receive(self, plan: Receiving) -> None:
        assert self._reader.head is not None
        self._receiver = Receiver(self, plan, self._reader)
        if self._lost:
            self._drop()
            return
        if self._reader.head.wants_continue and not self._reader.complete:
            self.transport_.write(CONTINUE)
        self._receiver.came(0)

    # --- ending -------------------------------------------------------------------------------

    def end(self, answer: Answer, *, linger: bool) -> None:
        """Answer, and close; ``linger`` when bytes of the peer's may be under way."""
        if self._ended:
            return
        self._ended = True
        self._reader.close()
        self._drop()
        self.expire_in(None)
        self.count(answer.status)
        if self._lost:
            return
        head = self._reader.head
        bare = head is not None and head.method == "HEAD"
        self.transport_.write(render(answer, self.listener.now(), bare=bare))
        if not linger:
            self.transport_.resumeProducing()
            self.transport_.loseConnection()
            self.expire_in(self.listener.patience)  # for the peer to take the answer
            return
        self._lingering = _LINGER_BYTES
        self.transport_.resumeProducing()
        self.transport_.loseWriteConnection()
        self.expire_in(LINGER_SECONDS)

    def sent(self) -> None:
        """The sender's last byte is with the system (called by it)."""
        assert self._sender is not None
        self._ended = True
        self.expire_in(None)
        self.count(self._sender.status)
        # Not aborted: the system goes on delivering what the peer has not taken yet.
        self.transport_.loseConnection()

    def failed(self, failure: Failure) -> None:
        """A part failed: the peer's fault has its status, ours is 500."""
        error = failure.value
        if self._ended:  # and so is whatever this was a part of
            return
        if isinstance(error, HttpRefusedError):
            self.end(Answer(error.status, error.reason), linger=not self._reader.complete)
            return
        log.error("files.failed", peer=self.peer, error=repr(error), exc_info=error)
        if self._sender is not None:  # its head is gone: cutting off is all that is left
            self.cut_off()
        else:
            self.end(Answer(500), linger=not self._reader.complete)

    def cut_off(self) -> None:
        """End a transfer at once, unfinished."""
        if not self._lost and not self._ended:
            self._ended = True
            self.count(_TOO_SLOW.status)
        self._drop()
        if not self._lost:
            self.transport_.abortConnection()

    def count(self, status: int) -> None:
        """Count and log the request's end."""
        decision = self._decision
        kind = "other" if decision is None else decision.kind
        self.listener.metrics.file_request(kind, status)
        moved = self._sender or self._receiver
        if decision is not None and decision.command_id:
            log.info(
                "files.ended",
                kind=kind,
                command=decision.command_id,
                peer=self.peer,
                status=status,
                bytes=0 if moved is None else moved.moved,
            )

    def _drop(self) -> None:
        if self._sender is not None:
            self._sender.stop()
        if self._receiver is not None:
            self._receiver.stop()

    # --- deadlines ----------------------------------------------------------------------------

    def expire_in(self, seconds: float | None) -> None:
        """Give the peer so long from now; None: it need do nothing."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = self.listener.clock.callLater(seconds, self._expire)

    def _expire(self) -> None:
        if self._ended or self._sender is not None:
            self.cut_off()
        elif self._reader.head is None and not self._reader.started:
            self._ended = True
            self.transport_.loseConnection()
        else:
            self.end(_TOO_SLOW, linger=True)
