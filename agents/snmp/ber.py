"""The subset of BER that SNMP uses (RFC 3417, 8): elements, integers, object identifiers.

Pure and strict: what is truncated, too long or out of range is refused. No messages here.
"""

import re
from functools import lru_cache

Oid = tuple[int, ...]

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OBJECT_ID = 0x06
SEQUENCE = 0x30

_LONG, _LOW = 0x80, 0x7F
_LENGTH_BYTES = 4
_MOST_ARCS = 128  # RFC 2578, 3.5
_HIGHEST_ARC = 2**32 - 1
_DOTTED = re.compile(r"\.?[0-2](?:\.[0-9]{1,10}){1,127}")


class BerError(ValueError):
    """The bytes are not the BER that they should be."""


class OidError(ValueError):
    """The text is no object identifier."""


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the contents of the element at ``at``, which ends by ``end``.

    Raises:
        BerError: it is truncated, or its length is not definite or of more than four bytes.
    """
    if at + 2 > end:
        raise BerError(f"an element is cut off at byte {at}")
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length & _LONG:
        count = length & _LOW
        if not 0 < count <= _LENGTH_BYTES or start + count > end:
            raise BerError(f"a length at byte {at + 1} of {count} bytes")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    stop = start + length
    if stop > end:
        raise BerError(f"an element at byte {at} of {length} bytes goes beyond its end")
    return tag, start, stop


def expect(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """Start and end of the contents of the element at ``at``, which must have this tag.

    Raises:
        BerError: it is another one, or malformed.
    """
    tag, start, stop = element(data, at, end)
    if tag != wanted:
        raise BerError(f"tag {tag:#04x} at byte {at}, expected {wanted:#04x}")
    return start, stop


def integer(data: bytes, start: int, stop: int, longest: int = 5) -> int:
    """A signed integer of at most ``longest`` bytes.

    Raises:
        BerError: it has no byte or too many.
    """
    if not 0 < stop - start <= longest:
        raise BerError(f"an integer of {stop - start} bytes")
    return int.from_bytes(data[start:stop], "big", signed=True)


def unsigned(data: bytes, start: int, stop: int, bits: int) -> int:
    """An unsigned integer of 32 or 64 bits.

    Agents that leave out the leading zero byte, so that the value seems negative, are understood.

    Raises:
        BerError: it has no byte, or more than fit.
    """
    if not 0 < stop - start <= bits // 8 + 1:
        raise BerError(f"an unsigned integer of {stop - start} bytes")
    value = int.from_bytes(data[start:stop], "big")
    if value >> bits:
        raise BerError(f"an unsigned integer beyond {bits} bits")
    return value


@lru_cache(maxsize=16_384)
def oid_of(contents: bytes) -> Oid:
    """The object identifier of an element's contents.

    Raises:
        BerError: it is empty, cut off, has more than 128 arcs or one beyond 32 bits.
    """
    if not contents or contents[-1] & _LONG:
        raise BerError("an object identifier that is empty or cut off")
    arcs: list[int] = []
    arc = 0
    for byte in contents:
        arc = arc << 7 | byte & _LOW
        if arc > _HIGHEST_ARC:
            raise BerError("an arc of an object identifier beyond 32 bits")
        if not byte & _LONG:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    arcs[:1] = (first, arcs[0] - 40 * first)
    if len(arcs) > _MOST_ARCS:
        raise BerError(f"an object identifier of {len(arcs)} arcs")
    return tuple(arcs)


@lru_cache(maxsize=16_384)
def parse_oid(text: str) -> Oid:
    """The object identifier written with dots; a leading dot is allowed.

    Raises:
        OidError: the text is none.
    """
    if not _DOTTED.fullmatch(text):
        raise OidError(f"found {text!r}, allowed is an object identifier such as 1.3.6.1.2.1.1.3.0")
    arcs = tuple(map(int, text.lstrip(".").split(".")))
    if max(arcs) > _HIGHEST_ARC or (arcs[0] < 2 and arcs[1] > 39):  # noqa: PLR2004 - X.690, 8.19
        raise OidError(f"{text}: an arc is too high")
    return arcs


def dotted(oid: Oid) -> str:
    """The object identifier with dots."""
    return ".".join(map(str, oid))


# --- writing ------------------------------------------------------------------------------------


def tlv(tag: int, contents: bytes) -> bytes:
    """An element."""
    length = len(contents)
    if length < _LONG:
        return bytes((tag, length)) + contents
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(size))) + size + contents


def write_integer(value: int, tag: int = INTEGER) -> bytes:
    """An integer with as few bytes as it needs."""
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(tag, value.to_bytes(length, "big", signed=True))


@lru_cache(maxsize=16_384)
def write_oid(oid: Oid) -> bytes:
    """An object identifier."""
    out = bytearray()
    for arc in (oid[0] * 40 + oid[1], *oid[2:]):
        groups = [arc & _LOW]
        rest = arc >> 7
        while rest:
            groups.append(rest & _LOW | _LONG)
            rest >>= 7
        out += bytes(reversed(groups))
    return tlv(OBJECT_ID, bytes(out))
