"""STUN messages as bytes and back: RFC 3489 and RFC 5389, as far as TR-069's Annex G needs. Pure.

Annex G is made for RFC 3489; today's clients speak RFC 5389. Both are read, and answered in kind.
"""

import hashlib
import hmac
import ipaddress
import struct
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

BINDING_REQUEST = 0x0001
BINDING_RESPONSE = 0x0101
BINDING_ERROR = 0x0111

MAPPED_ADDRESS = 0x0001
RESPONSE_ADDRESS = 0x0002
CHANGE_REQUEST = 0x0003
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
XOR_MAPPED_ADDRESS = 0x0020
FINGERPRINT = 0x8028
CONNECTION_REQUEST_BINDING = 0xC001  # Annex G.2.1.3
BINDING_CHANGE = 0xC002
BINDING_TOKEN = b"dslforum.org/TR-111 "  # what CONNECTION-REQUEST-BINDING holds

LONGEST = 1_280  # bytes of a message: no more passes every path unbroken (RFC 5389, 7.1)
_COOKIE = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_HEAD = struct.Struct("!HH")
_ATTRIBUTES = 32
_OPTIONAL = 0x8000  # attribute types from here on may be ignored
_SHA1 = 20
_BLOCK = 64

Problem = Literal["short", "long", "not_stun", "length", "attribute", "many"]


class StunError(Exception):
    """The bytes are no STUN message; ``problem`` says why and is fit for a label."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


class Attribute(NamedTuple):
    """One attribute of a message."""

    type: int
    value: bytes


class Message(msgspec.Struct, frozen=True):
    """A STUN message.

    Attributes:
        kind: message type, one of the constants above or another.
        transaction: 16 bytes: RFC 5389's magic cookie is the first four, if it is such a message.
        integrity_at: where the first MESSAGE-INTEGRITY attribute begins; None without one.
    """

    kind: int
    transaction: bytes
    attributes: tuple[Attribute, ...] = ()
    integrity_at: int | None = None

    @property
    def is_modern(self) -> bool:
        """Whether it is RFC 5389's."""
        return self.transaction.startswith(_COOKIE.to_bytes(4))

    def get(self, wanted: int) -> bytes | None:
        """The value of the first such attribute; what follows the integrity is not covered by it.

        RFC 5389, 15.4.
        """
        for type_, value in self.attributes:
            if type_ == wanted:
                return value
            if type_ == MESSAGE_INTEGRITY:
                return None
        return None

    @property
    def not_understood(self) -> tuple[int, ...]:
        """Types that must be understood and are not (RFC 5389, 7.3.1).

        RESPONSE-ADDRESS is among them: an answer goes nowhere but where the request came from.
        """
        unknown = [
            type_
            for type_, value in self.attributes
            if (type_ < _OPTIONAL and type_ not in _UNDERSTOOD)
            or (type_ == CHANGE_REQUEST and any(value))  # there is no other address to answer from
        ]
        return tuple(dict.fromkeys(unknown))


_UNDERSTOOD = frozenset(
    {MAPPED_ADDRESS, CHANGE_REQUEST, USERNAME, MESSAGE_INTEGRITY, XOR_MAPPED_ADDRESS}
)


def decode(data: bytes) -> Message:
    """Read a message.

    Raises:
        StunError: it is none.
    """
    if len(data) < _HEADER.size:
        raise StunError("short")
    if len(data) > LONGEST:
        raise StunError("long")
    kind, length, cookie, rest = _HEADER.unpack_from(data)
    if kind & 0xC000:
        raise StunError("not_stun")
    if length % 4 or length != len(data) - _HEADER.size:
        raise StunError("length")
    attributes: list[Attribute] = []
    integrity_at = None
    at = _HEADER.size
    while at < len(data):
        type_, size = _HEAD.unpack_from(data, at)
        end = at + 4 + size
        if end > len(data):
            raise StunError("attribute")
        if type_ == MESSAGE_INTEGRITY and integrity_at is None:
            if size != _SHA1:
                raise StunError("attribute")
            integrity_at = at
        attributes.append(Attribute(type_, data[at + 4 : end]))
        if len(attributes) > _ATTRIBUTES:
            raise StunError("many")
        at = end + -size % 4
    return Message(kind, cookie.to_bytes(4) + rest, tuple(attributes), integrity_at)


def encode(
    kind: int,
    transaction: bytes,
    attributes: Sequence[tuple[int, bytes]] = (),
    *,
    key: bytes | None = None,
    padded: bool = False,
) -> bytes:
    """Write a message; with a ``key`` its last attribute is MESSAGE-INTEGRITY.

    ``padded``: computed in the manner of RFC 3489, over zeroes up to a multiple of 64 bytes.
    """
    body = b"".join(
        _HEAD.pack(type_, len(value)) + value + bytes(-len(value) % 4)
        for type_, value in attributes
    )
    length = len(body) + (0 if key is None else 4 + _SHA1)
    message = _HEAD.pack(kind, length) + transaction + body
    if key is None:
        return message
    return message + _HEAD.pack(MESSAGE_INTEGRITY, _SHA1) + _digest(message, key, padded=padded)


def _digest(covered: bytes, key: bytes, *, padded: bool) -> bytes:
    if padded:
        covered += bytes(-len(covered) % _BLOCK)
    return hmac.digest(key, covered, hashlib.sha1)


def verify(data: bytes, message: Message, key: bytes) -> Literal["plain", "padded"] | None:
    """How the message's integrity is proven with the key; None: not at all.

    ``plain`` is RFC 5389's way (15.4: what follows the attribute is not counted in the length),
    ``padded`` is RFC 3489's (11.2.8).
    """
    at = message.integrity_at
    if at is None:
        return None
    given = data[at + 4 : at + 4 + _SHA1]
    length = (at + 4 + _SHA1 - _HEADER.size).to_bytes(2)
    plain = _digest(data[:2] + length + data[4:at], key, padded=False)
    if hmac.compare_digest(given, plain):
        return "plain"
    if hmac.compare_digest(given, _digest(data[:at], key, padded=True)):
        return "padded"
    return None


def mapped_address(host: str, port: int) -> Attribute:
    """MAPPED-ADDRESS (RFC 3489, 11.2.1)."""
    return Attribute(MAPPED_ADDRESS, _address(host, port))


def xor_mapped_address(host: str, port: int, transaction: bytes) -> Attribute:
    """XOR-MAPPED-ADDRESS (RFC 5389, 15.2)."""
    plain = _address(host, port)
    mask = transaction[:2] + transaction
    mixed = bytes(a ^ b for a, b in zip(plain[2:], mask, strict=False))
    return Attribute(XOR_MAPPED_ADDRESS, plain[:2] + mixed)


def _address(host: str, port: int) -> bytes:
    address = ipaddress.ip_address(host.partition("%")[0])
    family = 1 if address.version == 4 else 2  # noqa: PLR2004 - IPv4
    return struct.pack("!BBH", 0, family, port) + address.packed


def error_code(code: int, reason: str) -> Attribute:
    """ERROR-CODE (RFC 5389, 15.6); the reason is padded with blanks (RFC 3489, 11.2.9)."""
    text = reason.encode()
    text += b" " * (-len(text) % 4)
    return Attribute(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + text)


def unknown_attributes(types: Sequence[int]) -> Attribute:
    """UNKNOWN-ATTRIBUTES; one is named twice to fill the last word (RFC 3489, 11.2.10)."""
    named = [*types, *types[-1:]] if len(types) % 2 else types
    return Attribute(UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(named)}H", *named))


def username_of(message: Message) -> str:
    """The user name without the blanks that fill it up (Annex G.2.1.3); empty: none, or no text."""
    value = message.get(USERNAME)
    try:
        return (value or b"").decode().rstrip(" \0")
    except UnicodeDecodeError:
        return ""
