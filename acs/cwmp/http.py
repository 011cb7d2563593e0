"""The routers' HTTP port: how many connections there may be, and what they have in common.

One connection is ``http_connection``'s; what a request means is the handler's.
"""

from typing import Any

from twisted.internet import protocol
from twisted.python.failure import Failure

from acs.cwmp.comebacks import Comebacks
from acs.cwmp.deadlines import Deadlines
from acs.cwmp.http_connection import LINGER_SECONDS, Connection, Handler
from acs.cwmp.http_messages import render, unavailable
from acs.cwmp.http_reader import HttpLimits
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.telemetry import CwmpMetrics

__all__ = ["Connection", "Handler", "Listener"]

# Turned-away peers that may linger at once; beyond, they are cut off.
_TURNED_AWAY = 1_000


class _TurnedAway(protocol.Protocol):
    """Says 503 to a peer beyond a cap, and closes."""

    def __init__(self, listener: "Listener", retry_after: float) -> None:
        self._listener = listener
        self._retry_after = retry_after
        self.deadline = listener.clock.seconds() + LINGER_SECONDS
        self.slot: int | None = None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Answer before anything is asked: nothing of the peer's is read."""
        transport: Any = self.transport
        transport.write(render(unavailable(self._retry_after), keep_alive=False))
        transport.loseWriteConnection()
        self._listener.deadlines.watch(self)

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,  # noqa: ARG002 - Twisted's
    ) -> None:
        """Make room for the next one."""
        self._listener.deadlines.forget(self)
        self._listener.turned_away -= 1

    def expire(self) -> None:
        """It did not close."""
        transport: Any = self.transport
        transport.abortConnection()


class Listener(protocol.Factory):
    """Makes connections within the caps.

    Args:
        handler: answers requests.
        settings: limits, times, caps, path.
        clock: provides IReactorTime.
        comebacks: when peers that are sent away are to come back.
        metrics: counters.
    """

    noisy = False

    def __init__(
        self,
        handler: Handler,
        settings: CwmpSettings,
        *,
        clock: Any,
        comebacks: Comebacks,
        metrics: CwmpMetrics,
    ) -> None:
        self.handler = handler
        self.clock = clock
        self.seconds = clock.seconds
        self.metrics = metrics
        self.deadlines = Deadlines(clock)
        self.path = settings.path.encode()
        self.limits = HttpLimits(settings.header_limit, settings.headers_limit, settings.body_limit)
        self.timeouts = (  # by Phase
            float(settings.session_timeout),
            float(settings.headers_timeout),
            float(settings.body_timeout),
        )
        self.connections: set[Connection] = set()
        self.turned_away = 0
        self._number = 0
        self._most = settings.connections
        self._most_per_peer = settings.connections_per_address
        self._per_peer: dict[str, int] = {}
        self._comebacks = comebacks

    def buildProtocol(self, addr: Any) -> protocol.Protocol | None:  # noqa: N802 - Twisted's name
        """A connection, or, beyond a cap, one that only says 503."""
        peer = str(addr.host)
        if len(self.connections) < self._most and self._per_peer.get(peer, 0) < self._most_per_peer:
            return Connection(self, peer)
        self.metrics.http_refused(503)
        if self.turned_away >= _TURNED_AWAY:
            return None
        self.turned_away += 1
        return _TurnedAway(self, self._comebacks.wait())

    def next_number(self) -> int:
        """A number for a new connection."""
        self._number += 1
        return self._number

    def opened(self, connection: Connection) -> None:
        """Count a connection (called by it)."""
        self.connections.add(connection)
        self._per_peer[connection.peer] = self._per_peer.get(connection.peer, 0) + 1
        self.metrics.connections(len(self.connections))

    def closed(self, connection: Connection) -> None:
        """Forget a connection (called by it)."""
        self.connections.discard(connection)
        left = self._per_peer[connection.peer] - 1
        if left:
            self._per_peer[connection.peer] = left
        else:
            del self._per_peer[connection.peer]
        self.deadlines.forget(connection)
        self.metrics.connections(len(self.connections))

    def abort(self) -> None:
        """Cut off every connection; the last step of stopping."""
        for connection in list(self.connections):
            transport: Any = connection.transport
            transport.abortConnection()
