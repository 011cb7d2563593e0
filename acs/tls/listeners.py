"""Listeners with TLS: the transport below their connections, and one place to reload them all.

What is said over a connection is the wrapped factory's business.
"""

from typing import Any

import structlog
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure

from acs.tls.context import ServerContext
from acs.tls.settings import TlsSettings
from acs.tls.telemetry import TlsMetrics

log = structlog.get_logger("tls")

CLOSING_SECONDS = 5.0
"""What a peer is given to answer the end of TLS before its connection is cut off."""


class TlsListeners:
    """The listeners with TLS of one process.

    Args:
        clock: provides IReactorTime.
        metrics: counters.

    Attributes:
        metrics: the same.
    """

    def __init__(self, clock: Any, metrics: TlsMetrics) -> None:
        self._clock = clock
        self.metrics = metrics
        self._contexts: list[ServerContext] = []

    def over(self, name: str, settings: TlsSettings, listener: Any) -> Any:
        """A factory of the listener's connections over TLS; typed ``Any`` for zope's sake.

        How long a handshake may take, and how many may be under way, is the listener's own rule:
        its connections begin before their handshakes.

        Args:
            name: of the listener, as in the configuration.
            settings: its files and rules.
            listener: a factory; None of its ``buildProtocol`` closes the connection.

        Raises:
            CertificateError: certificate, key or authorities cannot be used.
        """
        context = ServerContext(name, settings, seconds=self._clock.seconds, metrics=self.metrics)
        context.announce()
        self._contexts.append(context)
        return TlsFactory(context, listener, clock=self._clock, metrics=self.metrics)

    def reload(self) -> bool:
        """Take renewed files of every listener; whether all of them could be used."""
        good = [context.reload() for context in self._contexts]
        return all(good)


class TlsFactory(TLSMemoryBIOFactory):
    """Wraps a listener's connections.

    Args:
        context: of new connections.
        listener: the factory of connections.
        clock: provides IReactorTime.
        metrics: counters.
    """

    def __init__(
        self, context: ServerContext, listener: Any, *, clock: Any, metrics: TlsMetrics
    ) -> None:
        made: Any = context
        super().__init__(made, isClient=False, wrappedFactory=listener, clock=clock)
        self.clock = clock
        self.name = context.name
        self.metrics = metrics

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """A connection over TLS, if the listener takes it."""
        inner = self.wrappedFactory.buildProtocol(addr)
        return None if inner is None else TlsTransport(self, inner)


class TlsTransport(BufferingTLSTransport):
    """TLS below one connection.

    Beside Twisted's own: the write side can be closed alone, no peer holds a connection open by
    not answering the end of TLS, and handshakes are counted.
    """

    factory: TlsFactory

    def __init__(self, factory: TlsFactory, inner: IProtocol) -> None:
        super().__init__(factory, inner)
        self._closing: Any = None
        self._is_counted = False

    def _checkHandshakeStatus(self) -> None:  # noqa: N802 - Twisted's name
        super()._checkHandshakeStatus()  # type: ignore[no-untyped-call]  # Twisted's is untyped
        if self._handshakeDone:
            self._count(self._tlsConnection.get_protocol_version_name())

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        """Send what is written and the end of TLS; cut off who does not answer it."""
        super().loseConnection()
        if self.connected and self._closing is None:
            clock = self.factory.clock
            self._closing = clock.callLater(CLOSING_SECONDS, self._cut_off)

    def loseWriteConnection(self) -> None:  # noqa: N802 - Twisted's name
        """Send what is written, then close the write side of the connection below.

        Before the handshake there is nothing to send: who is turned away at once costs no more.
        """
        if not self._handshakeDone:
            self.abortConnection()  # type: ignore[no-untyped-call]  # Twisted's is untyped
            return
        self._aggregator.flush()
        below: Any = self.transport
        below.loseWriteConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's
        """Let go of the timer."""
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        self._count("failed")
        super().connectionLost(reason)

    def _cut_off(self) -> None:
        below: Any = self.transport
        below.abortConnection()

    def _count(self, outcome: str) -> None:
        if not self._is_counted:
            self._is_counted = True
            self.factory.metrics.tls_handshake(self.factory.name, outcome)
