"""Where a connection request may go. Pure: no requests are made here.

A router's ConnectionRequestURL is a stranger's word: without these rules it would let anyone aim
our requests at any host.
"""

import ipaddress
import re
from typing import Literal, TypeAlias

import msgspec

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
TargetReason = Literal["url", "scheme", "host", "port", "address"]

# One spelling only: no user name, no fragment, no zone; the host is checked further below.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#@:\[\]\\]{1,253})"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][!\"$-\[\]-~]{0,1023})?"
)
_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#@:\[\]\\]{1,253})(?::(?P<port>[0-9]{1,5}))?"
)
_HTTP_PORT = 80
_PORTS = 65_535


class TargetRefusedError(Exception):
    """A connection request may not go there; ``reason`` says why and is fit for a label."""

    def __init__(self, reason: TargetReason, text: str) -> None:
        super().__init__(text)
        self.reason: TargetReason = reason


class Target(msgspec.Struct, frozen=True):
    """Where to send a connection request: an address, never a name."""

    address: Address
    port: int
    path: str

    @property
    def host(self) -> str:
        """The Host header's value."""
        return self.authority.removesuffix(f":{_HTTP_PORT}")

    @property
    def authority(self) -> str:
        """Address and port as RFC 3986, 3.2 writes them."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)  # noqa: PLR2004 - IPv6
        return f"{host}:{self.port}"


class TargetRules:
    """The rules as configured.

    Args:
        prefixes: networks that may be called beside the router's own address, as "10.0.0.0/8".
        ports: ranges, as "7547,30000-65535".

    Raises:
        ValueError: one of them cannot be read; the text says which.
    """

    def __init__(self, prefixes: tuple[str, ...] = (), ports: str = "1-65535") -> None:
        self._networks: tuple[Network, ...] = tuple(map(_network, prefixes))
        self._ports = tuple(_range(part) for part in ports.split(","))

    def check(self, url: str, spoke_from: str) -> Target:
        """The target that the URL names, if it may be called.

        A host must be an address in its one full spelling, equal to the address that the router
        spoke from or inside a configured prefix. Link-local, multicast and other addresses that
        no subscriber's router has are called only inside a configured prefix. (Behind a proxy on
        our own host every router seems to speak from there: let the ports be those of routers.)

        Raises:
            TargetRefusedError: it may not.
        """
        match = _URL.fullmatch(url)
        if match is None:
            raise TargetRefusedError("url", "not a plain URL with a host")
        if match["scheme"].lower() != "http":
            raise TargetRefusedError("scheme", f"scheme {match['scheme'][:20]!r}, not http")
        address, port = self._allowed(match, spoke_from)
        path = match["path"] or "/"
        return Target(address, port, path if path[0] == "/" else "/" + path)

    def check_authority(self, authority: str, spoke_from: str) -> Target:
        """The same for an address without a path: "host:port", or "host" for port 80.

        So a router writes its UDPConnectionRequestAddress (TR-069 Amendment 6, Annex G).

        Raises:
            TargetRefusedError: it may not be called.
        """
        match = _AUTHORITY.fullmatch(authority)
        if match is None:
            raise TargetRefusedError("url", "not an address with a port")
        address, port = self._allowed(match, spoke_from)
        return Target(address, port, "")

    def check_source(self, source: str) -> Target:
        """The same for an address that the router itself has proven to speak from: any port.

        Raises:
            TargetRefusedError: it is not one that a subscriber's router has.
        """
        match = _AUTHORITY.fullmatch(source)
        if match is None:
            raise TargetRefusedError("url", "not an address with a port")
        address = _address(match["host"].strip("[]"))
        port = int(match["port"] or _HTTP_PORT)
        if not 0 < port <= _PORTS:
            raise TargetRefusedError("port", f"port {port} is not allowed")
        self._check_address(address, str(address))
        return Target(address, port, "")

    def _allowed(self, match: re.Match[str], spoke_from: str) -> tuple[Address, int]:
        address = _address(match["host"].strip("[]"))
        port = int(match["port"] or _HTTP_PORT)
        if not any(low <= port <= high for low, high in self._ports):
            raise TargetRefusedError("port", f"port {port} is not allowed")
        self._check_address(address, spoke_from)
        return address, port

    def _check_address(self, address: Address, spoke_from: str) -> None:
        if not self._may_call(address, spoke_from):
            raise TargetRefusedError(
                "address", f"{address} is not where the router spoke from, nor in a prefix"
            )

    def _may_call(self, address: Address, spoke_from: str) -> bool:
        if any(address in network for network in self._networks):
            return True
        special = (
            address.is_link_local
            or address.is_multicast
            or address.is_unspecified
            or (address.is_reserved and not address.is_loopback)
        )
        try:
            return not special and address == _plain(ipaddress.ip_address(spoke_from))
        except ValueError:
            return False


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"connection_request_prefixes: found {text!r}, allowed is a prefix such as "
            f'"10.0.0.0/8" ({error})'
        ) from None


def _address(text: str) -> Address:
    try:
        # Refuses names, octal, hexadecimal, short and zoned forms.
        return _plain(ipaddress.ip_address(text))
    except ValueError:
        raise TargetRefusedError("host", "the host is not an IP address") from None


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one is that IPv4 address (RFC 4291, 2.5.5.2)."""
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def _range(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,5})(?:-(\d{1,5}))?\s*", text)
    if match is None:
        raise ValueError(
            f'connection_request_ports: found {text!r}, allowed is "7547" or "1024-65535"'
        )
    low, high = int(match[1]), int(match[2] or match[1])
    if not 1 <= low <= high <= _PORTS:
        raise ValueError(
            f"connection_request_ports: found {text!r}, allowed are 1 to 65535, low to high"
        )
    return low, high
