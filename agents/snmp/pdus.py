"""Protocol data units of SNMP (RFC 3416, RFC 1157) and what they hold. Pure; no security here."""

import struct
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from agents.snmp.ber import (
    INTEGER,
    NULL,
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    BerError,
    Oid,
    element,
    expect,
    integer,
    oid_of,
    tlv,
    unsigned,
    write_integer,
    write_oid,
)

GET, GET_NEXT, RESPONSE, SET, TRAP_V1, GET_BULK, INFORM, TRAP, REPORT = range(0xA0, 0xA9)

IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE = range(0x40, 0x45)
COUNTER64 = 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
ABSENT = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB})

NO_ERROR, TOO_BIG, NO_SUCH_NAME = 0, 1, 2
ERRORS = (
    *("noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess"),
    *("wrongType", "wrongLength", "wrongEncoding", "wrongValue", "noCreation"),
    *("inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed"),
    *("authorizationError", "notWritable", "inconsistentName"),
)
"""Names of error-status (RFC 3416, 3)."""

Raw = int | float | bytes | Oid | None

_MOST_VARBINDS = 2048
_FLOAT, _DOUBLE = b"\x9f\x78\x04", b"\x9f\x79\x08"
_BYTES = frozenset({OCTETS, IP_ADDRESS})
_UNSIGNED = {COUNTER32: 32, GAUGE32: 32, TIME_TICKS: 32, COUNTER64: 64}


class Varbind(msgspec.Struct, frozen=True, array_like=True):
    """A variable and its value. ``tag`` tells types apart that look alike in Python.

    ``value`` is None for NULL, noSuchObject, noSuchInstance and endOfMibView.
    """

    oid: Oid
    tag: int = NULL
    value: Raw = None


class Pdu(msgspec.Struct, frozen=True):
    """A protocol data unit; of a GETBULK ``status`` and ``index`` are its two counts.

    ``index`` counts varbinds from 1; 0 means none of them.
    """

    kind: int
    request_id: int
    status: int
    index: int
    varbinds: tuple[Varbind, ...]


class TrapV1(msgspec.Struct, frozen=True):
    """A trap of SNMPv1 (RFC 1157, 4.1.6). ``ticks`` is sysUpTime in hundredths of a second."""

    enterprise: Oid
    agent: bytes
    generic: int
    specific: int
    ticks: int
    varbinds: tuple[Varbind, ...]


def error_name(status: int) -> str:
    """The name of an error-status, or its number."""
    return ERRORS[status] if 0 <= status < len(ERRORS) else f"error {status}"


def read_pdu(data: bytes, at: int, end: int) -> Pdu | TrapV1:
    """The protocol data unit at ``at``.

    Raises:
        BerError: it is malformed.
    """
    kind, start, stop = element(data, at, end)
    if kind == TRAP_V1:
        return _read_trap(data, start, stop)
    if not GET <= kind <= REPORT:
        raise BerError(f"a protocol data unit of tag {kind:#04x}")
    request_id, start = _read_integer(data, start, stop)
    status, start = _read_integer(data, start, stop)
    index, start = _read_integer(data, start, stop)
    return Pdu(kind, request_id, status, index, _read_varbinds(data, start, stop))


def _read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = expect(data, at, end, INTEGER)
    return integer(data, start, stop), stop


def _read_trap(data: bytes, at: int, end: int) -> TrapV1:
    start, at = expect(data, at, end, OBJECT_ID)
    enterprise = oid_of(data[start:at])
    start, at = expect(data, at, end, IP_ADDRESS)
    agent = data[start:at]
    generic, at = _read_integer(data, at, end)
    specific, at = _read_integer(data, at, end)
    start, at = expect(data, at, end, TIME_TICKS)
    ticks = unsigned(data, start, at, 32)
    return TrapV1(enterprise, agent, generic, specific, ticks, _read_varbinds(data, at, end))


def _read_varbinds(data: bytes, at: int, end: int) -> tuple[Varbind, ...]:
    at, stop = expect(data, at, end, SEQUENCE)
    found: list[Varbind] = []
    while at < stop:
        start, at = expect(data, at, stop, SEQUENCE)
        begin, middle = expect(data, start, at, OBJECT_ID)
        tag, first, last = element(data, middle, at)
        found.append(Varbind(oid_of(data[begin:middle]), tag, _read_value(data, tag, first, last)))
        if len(found) > _MOST_VARBINDS:
            raise BerError(f"more than {_MOST_VARBINDS} variables")
    return tuple(found)


def _read_value(data: bytes, tag: int, start: int, stop: int) -> Raw:
    if tag in _UNSIGNED:
        return unsigned(data, start, stop, _UNSIGNED[tag])
    if tag == INTEGER:
        return integer(data, start, stop, 9)
    if tag in _BYTES:
        return data[start:stop]
    if tag == OBJECT_ID:
        return oid_of(data[start:stop])
    if tag in ABSENT:
        return None
    if tag == OPAQUE:
        return _read_opaque(data[start:stop])
    raise BerError(f"a value of tag {tag:#04x}")


def _read_opaque(contents: bytes) -> Raw:
    """Net-SNMP wraps floating point numbers in Opaque (its NET-SNMP-TC, Float)."""
    if contents[:3] == _FLOAT and len(contents) == 7:  # noqa: PLR2004 - three and four bytes
        return float(struct.unpack(">f", contents[3:])[0])
    if contents[:3] == _DOUBLE and len(contents) == 11:  # noqa: PLR2004 - three and eight bytes
        return float(struct.unpack(">d", contents[3:])[0])
    return contents


# --- writing ------------------------------------------------------------------------------------


def write_value(varbind: Varbind) -> bytes:
    """The element of a variable's value.

    Raises:
        BerError: the value is not of the type that the tag names.
    """
    tag, value = varbind.tag, varbind.value
    if value is None and tag in ABSENT:
        return bytes((tag, 0))
    if isinstance(value, int) and (tag == INTEGER or tag in _UNSIGNED):
        return write_integer(value, tag)
    if isinstance(value, bytes) and tag in (OCTETS, IP_ADDRESS, OPAQUE):
        return tlv(tag, value)
    if isinstance(value, tuple) and tag == OBJECT_ID:
        return write_oid(value)
    raise BerError(f"{type(value).__name__} is no value of tag {tag:#04x}")


def write_varbinds(varbinds: Sequence[Varbind]) -> bytes:
    """The list of variables."""
    rows = [tlv(SEQUENCE, write_oid(one.oid) + write_value(one)) for one in varbinds]
    return tlv(SEQUENCE, b"".join(rows))


def write_pdu(pdu: Pdu) -> bytes:
    """A protocol data unit; its request id always has four bytes, so that it can be replaced."""
    head = bytes((INTEGER, 4)) + pdu.request_id.to_bytes(4, "big", signed=True)
    counts = write_integer(pdu.status) + write_integer(pdu.index)
    return tlv(pdu.kind, head + counts + write_varbinds(pdu.varbinds))


@lru_cache(maxsize=4096)
def request_body(kind: int, oids: tuple[Oid, ...], repetitions: int) -> tuple[bytes, bytes]:
    """A reading request without its request id: what stands before and after its four bytes.

    A poll asks the same of every device of a family, so the rest is written once.
    """
    written = write_pdu(Pdu(kind, 0, 0, repetitions, tuple(map(Varbind, oids))))
    _, start, _ = element(written, 0, len(written))
    return written[: start + 2], written[start + 6 :]
