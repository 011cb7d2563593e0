"""The routers' port for files: how many connections there may be, and what they have in common.

One connection is ``http_connection``'s; what a request means is the handler's.
"""

from collections.abc import Callable
from typing import Any

from twisted.internet import protocol
from twisted.internet.defer import Deferred, TimeoutError  # noqa: A004 - Twisted's
from twisted.python.failure import Failure

from acs.files.exchange import Answer, render
from acs.files.http_connection import LINGER_SECONDS, Connection, Handler
from acs.files.settings import FileSettings
from acs.files.telemetry import FileMetrics

__all__ = ["Listener"]

# Turned-away peers that may linger at once; beyond, they are cut off.
_TURNED_AWAY = 500
_RETRY_AFTER = 30


class _TurnedAway(protocol.Protocol):
    """Says that there are too many connections, and closes."""

    def __init__(self, listener: "Listener", status: int) -> None:
        self._listener = listener
        self._status = status
        self._timer: Any = None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Answer before anything is asked: nothing of the peer's is read."""
        transport: Any = self.transport
        answer = Answer(self._status, headers=(("Retry-After", str(_RETRY_AFTER)),))
        transport.write(render(answer, self._listener.now()))
        transport.loseWriteConnection()
        self._timer = self._listener.clock.callLater(LINGER_SECONDS, transport.abortConnection)

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,  # noqa: ARG002 - Twisted's
    ) -> None:
        """Make room for the next one."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._listener.turned_away -= 1


class Listener(protocol.Factory):
    """Makes connections within the caps.

    Args:
        handler: decides on requests.
        settings: caps, times, rates.
        clock: provides IReactorTime.
        now: Unix seconds UTC.
        metrics: counters.
    """

    noisy = False

    def __init__(
        self,
        handler: Handler,
        settings: FileSettings,
        *,
        clock: Any,
        now: Callable[[], float],
        metrics: FileMetrics,
    ) -> None:
        self.handler = handler
        self.clock = clock
        self.now = now
        self.metrics = metrics
        self.headers_timeout = float(settings.headers_timeout)
        self.patience = float(settings.patience)
        self.slowest = settings.slowest
        self.connection_rate = settings.connection_rate
        self.connections: set[Connection] = set()
        self.turned_away = 0
        self._most = settings.connections
        self._most_per_peer = settings.connections_per_address
        self._per_peer: dict[str, int] = {}
        self._drained: Deferred[None] | None = None

    def buildProtocol(self, addr: Any) -> protocol.Protocol | None:  # noqa: N802 - Twisted's name
        """A connection, or, beyond a cap, one that only says 429 or 503."""
        peer = str(addr.host)
        if self._per_peer.get(peer, 0) >= self._most_per_peer:
            status = 429
        elif len(self.connections) >= self._most:
            status = 503
        else:
            return Connection(self, peer)
        self.metrics.file_request("other", status)
        if self.turned_away >= _TURNED_AWAY:
            return None
        self.turned_away += 1
        return _TurnedAway(self, status)

    def opened(self, connection: Connection) -> None:
        """Count a connection (called by it)."""
        self.connections.add(connection)
        self._per_peer[connection.peer] = self._per_peer.get(connection.peer, 0) + 1
        self.metrics.file_connections(len(self.connections))

    def closed(self, connection: Connection) -> None:
        """Forget a connection (called by it)."""
        self.connections.discard(connection)
        left = self._per_peer[connection.peer] - 1
        if left:
            self._per_peer[connection.peer] = left
        else:
            del self._per_peer[connection.peer]
        self.metrics.file_connections(len(self.connections))
        if not self.connections and self._drained is not None and not self._drained.called:
            self._drained.callback(None)

    async def drain(self, patience: float) -> None:
        """Wait until no connection is left, some seconds at most; then cut them off."""
        if not self.connections:
            return
        self._drained = Deferred()
        self._drained.addTimeout(patience, self.clock)
        try:
            await self._drained
        except TimeoutError:
            for connection in list(self.connections):
                connection.transport_.abortConnection()
