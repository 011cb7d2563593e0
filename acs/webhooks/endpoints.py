"""Connections to receivers, made only to addresses that may be called.

The address is looked at when it is connected to: a name may lead elsewhere than when it was set up.
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IProtocol,
    IProtocolFactory,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from acs.webhooks.addresses import AddressRefusedError, is_allowed
from acs.webhooks.settings import WebhookSettings

Lookup = Callable[[str], "Deferred[Sequence[str]]"]
_TRIED = 3  # addresses of one name
_MOST = 4 * 1024 * 1024  # bytes that one connection may bring: nothing else bounds an answer's head


class _Bounded(ProtocolWrapper):
    """Ends a connection that brings more than any receiver has to say."""

    _read = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        self._read += len(data)
        if self._read > _MOST:
            transport: Any = self.transport
            transport.abortConnection()
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundingFactory(WrappingFactory):
    noisy = False
    protocol = _Bounded


@implementer(IResolutionReceiver)
class _Receiver:
    """Collects what a name resolver finds."""

    def __init__(self, done: "Deferred[Sequence[str]]") -> None:
        self._done = done
        self._found: list[str] = []

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803 - Twisted's
        """Nothing to do."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's
        """One was found."""
        self._found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's
        """That was all."""
        if not self._done.called:
            self._done.callback(tuple(dict.fromkeys(self._found)))


def system_lookup(reactor: Any) -> Lookup:
    """Addresses of a name, from the machine's own resolver."""

    def look_up(name: str) -> "Deferred[Sequence[str]]":
        done: Deferred[Sequence[str]] = Deferred()
        reactor.nameResolver.resolveHostName(_Receiver(done), name)
        return done

    return look_up


@implementer(IStreamClientEndpoint)
class CheckedEndpoint:
    """A TCP endpoint by name that connects to allowed addresses alone.

    Args:
        reactor: connects.
        lookup: finds addresses.
        host: name or address.
        port: TCP port.
        settings: what is allowed; how long connecting may take.
    """

    def __init__(
        self, reactor: Any, lookup: Lookup, host: str, port: int, settings: WebhookSettings
    ) -> None:
        self._reactor = reactor
        self._lookup = lookup
        self._host = host
        self._port = port
        self._settings = settings

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":  # noqa: N803 - Twisted's
        """Look the name up and connect to the first of its allowed addresses that answers.

        Fails with AddressRefusedError when it has none that is allowed.
        """
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        found = await self._lookup(self._host)
        if not found:
            raise DNSLookupError("no such name")
        allowed = [address for address in found if is_allowed(address, self._settings)]
        if not allowed:
            raise AddressRefusedError("the name leads to no address that may be called")
        *others, last = allowed[:_TRIED]
        for address in others:
            try:
                return await self._to(address, factory)
            except Exception:  # noqa: BLE001, S112 - whatever it is, the next one may answer
                continue
        return await self._to(last, factory)

    def _to(self, address: str, factory: IProtocolFactory) -> "Deferred[IProtocol]":
        kind = TCP6ClientEndpoint if ip_address(address).version == 6 else TCP4ClientEndpoint  # noqa: PLR2004 - IP's
        timeout = float(self._settings.timeout)
        bounding: Any = _BoundingFactory(factory)  # type: ignore[no-untyped-call]
        endpoint = kind(self._reactor, address, self._port, timeout)
        made: Deferred[Any] = endpoint.connect(bounding)
        return made.addCallback(lambda outer: outer.wrappedProtocol)


@implementer(IAgentEndpointFactory)
class CheckedEndpoints:
    """Makes the endpoints of an HTTP agent.

    Args:
        reactor: connects.
        lookup: finds addresses.
        settings: what is allowed.
        trust: checks receivers' certificates (``IPolicyForHTTPS``).
    """

    def __init__(self, reactor: Any, lookup: Lookup, settings: WebhookSettings, trust: Any) -> None:
        self._reactor = reactor
        self._lookup = lookup
        self._settings = settings
        self._trust = trust

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 - Twisted's
        """The endpoint of a URL's host."""
        host = uri.host.decode("ascii").strip("[]")
        plain: Any = CheckedEndpoint(self._reactor, self._lookup, host, uri.port, self._settings)
        if uri.scheme != b"https":
            return plain
        creator = self._trust.creatorForNetloc(uri.host, uri.port)
        return wrapClientTLS(creator, plain, self._reactor)
