"""Transports in memory for tests of Twisted protocols."""

from typing import Any

from twisted.internet.error import ConnectionDone


class Wire:
    """A transport in memory."""

    def __init__(self) -> None:
        self.sent = b""
        self.disconnecting = self.disconnected = self.half_closed = self.paused = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def value(self) -> bytes:
        return self.sent

    def clear(self) -> None:
        self.sent = b""

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.disconnecting = True

    def loseWriteConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.half_closed = True

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.disconnected = True

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.paused = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.paused = False


class SlowWire(Wire):
    """Takes some bytes at once, the rest when the peer reads."""

    takes = 10
    buffered = b""
    producer: Any = None

    def write(self, data: bytes) -> None:
        self.buffered += data

    def writeSomeData(self, data: bytes) -> int:  # noqa: N802 - Twisted's name
        self.sent += data[: self.takes]
        return min(self.takes, len(data))

    def registerProducer(self, producer: Any, streaming: object) -> None:  # noqa: N802 - Twisted's
        assert not streaming
        self.producer = producer
        producer.resumeProducing()

    def unregisterProducer(self) -> None:  # noqa: N802 - Twisted's name
        self.producer = None

    def peer_reads(self) -> None:
        self.sent += self.buffered
        self.buffered = b""
        self.producer.resumeProducing()


class BrokenWire(Wire):
    def writeSomeData(self, data: bytes) -> Exception:  # noqa: N802 - Twisted's name
        return ConnectionDone()
