"""Connections that come through a load balancer: they begin as the router's, not the balancer's.

So limits per address, the address that a connection request may go to, and nonces hold for each
router. What is said on a connection is not looked at beyond its header.
"""

from typing import Any

import structlog
from twisted.internet import protocol
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.python.failure import Failure

from acs.cwmp.deadlines import Deadlines
from acs.cwmp.http_connection import Connection
from acs.cwmp.proxies import Networks, is_among, networks
from acs.cwmp.proxy_header import Announced, ProxyHeaderError, parse
from acs.cwmp.settings import CwmpSettings

log = structlog.get_logger("cwmp")


def behind(settings: CwmpSettings, listener: Any, clock: Any) -> Any:
    """A factory of a listener's connections, whether load balancers pass them on or not.

    Args:
        settings: name the load balancers.
        listener: makes connections by ``buildProtocol``.
        clock: provides IReactorTime.
    """
    if not settings.proxies:
        return listener
    timeout = float(settings.headers_timeout)
    return Proxied(listener, networks(settings.proxies), timeout=timeout, clock=clock)


class Proxied(protocol.Factory):
    """Makes a listener's connections of those that load balancers pass on.

    A load balancer must begin each connection with a header of the PROXY protocol, 1 or 2;
    whoever comes from another address is taken as what it is, so that nobody else can claim an
    address (PROXY protocol 5, "the receiver … must be configured").

    Args:
        listener: makes connections by ``buildProtocol``.
        proxies: address prefixes of the load balancers.
        timeout: seconds for the header to come.
        clock: provides IReactorTime.
    """

    noisy = False

    def __init__(self, listener: Any, proxies: Networks, *, timeout: float, clock: Any) -> None:
        self.listener = listener
        self.timeout = timeout
        self.seconds = clock.seconds
        self.deadlines = Deadlines(clock)
        self._networks = proxies

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """A connection, or what waits for the header that tells whose it is."""
        if is_among(addr.host, self._networks):
            return _Awaiting(self, addr)
        return self.listener.buildProtocol(addr)


class _Awaiting(protocol.Protocol):
    """A connection of a load balancer, until its header is whole; then it is out of the way."""

    def __init__(self, factory: Proxied, addr: Any) -> None:
        self._factory = factory
        self._addr = addr
        self._data = b""
        self.deadline = factory.seconds() + factory.timeout
        self.slot: int | None = None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Wait, but not for ever."""
        self._factory.deadlines.watch(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take bytes until they make a header."""
        self._data += data
        try:
            found = parse(self._data)
        except ProxyHeaderError as error:
            log.warning("cwmp.proxy_header", peer=self._addr.host, reason=str(error))
            self._transport.abortConnection()
            return
        if found is not None:
            announced, length = found
            self._hand_over(announced, self._data[length:])

    def connectionLost(  # noqa: N802 - Twisted's name
        self,
        reason: Failure = protocol.connectionDone,  # noqa: ARG002 - Twisted's
    ) -> None:
        """It went before it said whose it is."""
        self._factory.deadlines.forget(self)

    def expire(self) -> None:
        """No header came."""
        log.warning("cwmp.proxy_header", peer=self._addr.host, reason="no header came in time")
        self._transport.abortConnection()

    @property
    def _transport(self) -> Any:
        return self.transport

    def _hand_over(self, announced: Announced, rest: bytes) -> None:
        """Put the router's connection in our place: what follows costs nothing more."""
        self._factory.deadlines.forget(self)
        made = self._factory.listener.buildProtocol(_address(announced, self._addr))
        if made is None:
            self._transport.abortConnection()
            return
        if isinstance(made, Connection) and announced.common_name:
            made.names = (announced.common_name,)
        transport = self._transport
        transport.protocol = made
        made.makeConnection(transport)
        if rest:
            made.dataReceived(rest)


def _address(announced: Announced, proxy: Any) -> Any:
    if announced.address is None:
        return proxy
    kind = IPv6Address if ":" in announced.address else IPv4Address
    return kind("TCP", announced.address, announced.port)
