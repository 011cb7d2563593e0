"""Bytes that move: a source to the peer, the peer's body to a sink, each at a pace that suits both.

What the bytes are is not known here.
"""

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from acs.files.exchange import Receiving, Sending
from acs.files.http_reader import RequestReader
from acs.files.pacing import Patience, Throttle

if TYPE_CHECKING:
    from acs.files.http_connection import Connection

_PIECE = 65_536


class _Transfer:
    """What both directions share: throttles, patience, an end.

    Attributes:
        moved: bytes of the body so far.
    """

    def __init__(self, connection: "Connection", shared: Throttle) -> None:
        listener = connection.listener
        self._connection = connection
        self._clock = listener.clock
        self._own = Throttle(listener.connection_rate)
        self._shared = shared
        self._patience = Patience(listener.patience, listener.slowest)
        self._delayed: Any = None
        self.moved = 0
        self.stopped = False

    def _await_peer(self) -> None:
        self._connection.expire_in(self._patience.wait(self._clock.seconds()))

    def _peer_moved(self, count: int) -> None:
        self._connection.expire_in(None)
        self._patience.moved(count, self._clock.seconds())

    def _delay(self, count: int) -> float:
        now = self._clock.seconds()
        return max(self._own.take(count, now), self._shared.take(count, now))

    def _after(self, seconds: float, call: Any) -> None:
        if seconds:
            self._delayed = self._clock.callLater(seconds, call)
        else:
            call()

    def stop(self) -> None:
        """Move nothing more; may be called again."""
        if self._delayed is not None and self._delayed.active():
            self._delayed.cancel()
        if not self.stopped:
            self.stopped = True
            self._end()

    def _end(self) -> None:
        raise NotImplementedError


class Sender(_Transfer):
    """Sends a source; the transport's pull producer.

    Attributes:
        status: of the answer that the bytes belong to.
    """

    def __init__(self, connection: "Connection", plan: Sending) -> None:
        super().__init__(connection, plan.throttle)
        self._source = plan.source
        self._left = plan.length
        self._under_way = 0  # bytes that the transport has
        self._busy = False
        self.status = plan.answer.status

    def start(self) -> None:
        """Send the first bytes."""
        self._connection.transport_.registerProducer(self, False)

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The transport has sent all that it had."""
        if self._busy or self.stopped:
            return
        count, self._under_way = self._under_way, 0
        self._peer_moved(count)
        self.moved += count
        self._connection.listener.metrics.file_bytes("out", count)
        if not self._left:
            self._connection.transport_.unregisterProducer()
            self._connection.sent()
            self.stop()
            return
        self._busy = True
        self._after(self._delay(count), self._read)

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone."""
        self.stop()

    def _read(self) -> None:
        wanted = self._source.read(min(_PIECE, self._left))
        wanted.addCallback(self._write)
        wanted.addErrback(self._connection.failed)

    def _write(self, data: bytes) -> None:
        if self.stopped:
            return
        if not data:
            raise EOFError("the file is shorter than it was")
        self._busy = False
        self._left -= len(data)
        self._under_way = len(data)
        self._await_peer()
        self._connection.transport_.write(data)

    def _end(self) -> None:
        self._source.close()


class Receiver(_Transfer):
    """Takes a body into a sink, a piece at a time; the peer waits meanwhile."""

    def __init__(self, connection: "Connection", plan: Receiving, reader: RequestReader) -> None:
        super().__init__(connection, plan.throttle)
        self._sink = plan.sink
        self._reader = reader
        self._busy = False

    def came(self, count: int) -> None:
        """Bytes came (``count`` of them on the wire) and are with the reader."""
        if self.stopped:
            return
        if count:
            self._peer_moved(count)
        if self._busy:
            return
        data = self._reader.take()
        if data:
            self._busy = True
            self._connection.transport_.pauseProducing()
            self.moved += len(data)
            self._connection.listener.metrics.file_bytes("in", len(data))
            self._then(self._sink.write(data), lambda _: self._wrote(len(data)))
        elif self._reader.complete:
            self._busy = True
            self._then(self._sink.finish(), self._answer)
        else:
            self._connection.transport_.resumeProducing()
            self._await_peer()

    def _wrote(self, count: int) -> None:
        if not self.stopped:
            self._after(self._delay(count), self._next)

    def _next(self) -> None:
        self._busy = False
        self.came(0)

    def _answer(self, answer: Any) -> None:
        self._connection.end(answer, linger=False)

    def _then(self, done: "Deferred[Any]", call: Any) -> None:
        self._connection.expire_in(None)
        done.addCallback(call)
        done.addErrback(self._connection.failed)

    def _end(self) -> None:
        self._sink.abandon()
