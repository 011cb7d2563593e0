"""What a load balancer says of a connection before its first byte: the PROXY protocol, 1 and 2.

A codec of its own, because the addresses must be known before a connection is made of it, and a
header may come in pieces. Whom to believe is not known here.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from acs.listening import MAX_PORT

V2_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_V1_SIGNATURE = b"PROXY "
_V1_LIMIT = 107  # bytes, CRLF included: PROXY protocol 2.1
_V2_FIXED = 16
_VERSION = 2
_V2_LIMIT = 2048  # bytes after the fixed part that are taken; the protocol itself allows 65,535
_TCP4, _TCP6 = 0x11, 0x21
_ADDRESSES = {_TCP4: 12, _TCP6: 36}  # bytes of two addresses and two ports
_TLV_SSL = 0x20
_TLV_SSL_CN = 0x22
_SSL_CERTIFICATE = 0x06  # PP2_CLIENT_CERT_CONN or PP2_CLIENT_CERT_SESS
_SSL_FIXED = 5


class ProxyHeaderError(Exception):
    """The first bytes are not a header of the PROXY protocol."""


class Announced(msgspec.Struct, frozen=True):
    """What was said of a connection.

    Attributes:
        address: of the peer; None: the load balancer speaks for itself, as in its health checks.
        port: of the peer.
        common_name: of the certificate that the peer gave and the load balancer verified.
    """

    address: str | None = None
    port: int = 0
    common_name: str = ""


def parse(data: bytes) -> tuple[Announced, int] | None:
    """The header at the beginning of ``data`` and its length; None: it is not whole yet.

    Raises:
        ProxyHeaderError: what is there cannot become a header.
    """
    if data.startswith(V2_SIGNATURE):
        return _second(data)
    if data.startswith(_V1_SIGNATURE):
        return _first(data)
    if V2_SIGNATURE.startswith(data) or _V1_SIGNATURE.startswith(data):
        return None
    raise ProxyHeaderError("no header of the PROXY protocol")


def _first(data: bytes) -> tuple[Announced, int] | None:
    """Version 1: a line such as ``PROXY TCP4 192.0.2.1 192.0.2.9 56324 7547``."""
    end = data.find(b"\r\n", 0, _V1_LIMIT)
    if end < 0:
        if len(data) >= _V1_LIMIT:
            raise ProxyHeaderError("version 1: the line does not end")
        return None
    try:
        words = data[:end].decode("ascii").split(" ")
    except UnicodeDecodeError as error:
        raise ProxyHeaderError("version 1: not ASCII") from error
    if words[1] == "UNKNOWN":
        return Announced(), end + 2
    try:
        _, family, source, _, port, _ = words
        address, number = ip_address(source), int(port)
    except ValueError as error:
        raise ProxyHeaderError("version 1: not two addresses and two ports") from error
    if family != f"TCP{address.version}" or not 0 <= number <= MAX_PORT or not port.isdigit():
        raise ProxyHeaderError("version 1: family, address and port do not fit")
    return Announced(str(address), number), end + 2


def _second(data: bytes) -> tuple[Announced, int] | None:
    """Version 2: binary, with what the load balancer knows of TLS as type-length-values."""
    if len(data) < _V2_FIXED:
        return None
    version, command = data[12] >> 4, data[12] & 0x0F
    length = int.from_bytes(data[14:16])
    if version != _VERSION or command > 1:
        raise ProxyHeaderError("version 2: another version or command")
    if length > _V2_LIMIT:
        raise ProxyHeaderError(f"version 2: {length} bytes, allowed are {_V2_LIMIT}")
    end = _V2_FIXED + length
    if len(data) < end:
        return None
    size = _ADDRESSES.get(data[13])
    if command == 0 or size is None:  # LOCAL, or a family that routers do not come by
        return Announced(), end
    body = data[_V2_FIXED:end]
    if length < size:
        raise ProxyHeaderError("version 2: the addresses are cut short")
    each = (size - 4) // 2
    kind = IPv4Address if data[13] == _TCP4 else IPv6Address
    port = int.from_bytes(body[2 * each : 2 * each + 2])
    return Announced(str(kind(body[:each])), port, _common_name(body[size:])), end


def _common_name(tlvs: bytes) -> str:
    """Of a certificate that was verified: PP2_TYPE_SSL, 2.2.6; empty: there was none."""
    ssl = _tlvs(tlvs).get(_TLV_SSL)
    if ssl is None or len(ssl) < _SSL_FIXED:
        return ""
    if not ssl[0] & _SSL_CERTIFICATE or any(ssl[1:_SSL_FIXED]):
        return ""
    try:
        return _tlvs(ssl[_SSL_FIXED:]).get(_TLV_SSL_CN, b"").decode()
    except UnicodeDecodeError:
        return ""


def _tlvs(data: bytes) -> dict[int, bytes]:
    found = {}
    at = 0
    while at + 3 <= len(data):
        end = at + 3 + int.from_bytes(data[at + 1 : at + 3])
        if end > len(data):
            raise ProxyHeaderError("version 2: a value is cut short")
        found[data[at]] = data[at + 3 : end]
        at = end
    return found
