"""Messages of SNMPv3 with user-based security (RFC 3412, RFC 3414): sealing and opening them.

Pure: clock and randomness are arguments. Who is asked, and when again, belongs to the session.
"""

import hmac

import msgspec

from agents.snmp import keys
from agents.snmp.ber import (
    INTEGER,
    OCTETS,
    SEQUENCE,
    BerError,
    Oid,
    dotted,
    element,
    expect,
    integer,
    tlv,
    write_integer,
)
from agents.snmp.community import V3, version_of
from agents.snmp.keys import DIGEST_BYTES, KeyFaultError, User, keys_of
from agents.snmp.pdus import REPORT, Pdu, TrapV1, read_pdu

_USM = 3
_LARGEST = 65_507  # bytes of a UDP datagram
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
WINDOW = 150  # seconds, RFC 3414, 2.2.3
_LATCHED = 2**31 - 1  # boots that say that the engine must be set up anew

_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_REPORTS = {
    (*_STATS, 1): "unsupportedSecLevels",
    (*_STATS, 2): "notInTimeWindows",
    (*_STATS, 3): "unknownUserNames",
    (*_STATS, 4): "unknownEngineIDs",
    (*_STATS, 5): "wrongDigests",
    (*_STATS, 6): "decryptionErrors",
}
"""Counters of SNMP-USER-BASED-SM-MIB that a Report tells of."""


class SecurityError(ValueError):
    """The message is not from whom it should be, or is not fresh."""


class Engine(msgspec.Struct, frozen=True):
    """What is known of a device's engine (RFC 3414, 2.3).

    Attributes:
        id: snmpEngineID.
        boots: snmpEngineBoots.
        time: snmpEngineTime when it was learned, seconds.
        at: when that was, on our steady clock.
    """

    id: bytes
    boots: int
    time: int
    at: float

    def now(self, at: float) -> int:
        """Its snmpEngineTime at this moment, as far as we know."""
        return max(0, min(self.time + int(at - self.at), 2**31 - 1))


class Opened(msgspec.Struct, frozen=True):
    """A message that was let in.

    Attributes:
        message_id: of the request that it answers.
        user: the name that it gives; proven only if ``secured``.
        engine: its sender's, or of a request its receiver's.
        secured: it carries a digest that is right.
        pdu: its contents.
        context: id and name of the context that they are of: an answer is of the same (RFC 3413,
            3.2).
    """

    message_id: int
    user: bytes
    engine: Engine
    secured: bool
    pdu: Pdu | TrapV1
    context: tuple[bytes, bytes] = (b"", b"")


class _Header(msgspec.Struct, frozen=True):
    message_id: int
    flags: int
    engine: Engine
    user: bytes
    digest: tuple[int, int]  # where it stands
    salt: bytes
    data: tuple[int, int]


UNKNOWN = Engine(b"", 0, 0, 0.0)


def seal(
    user: User,
    engine: Engine,
    message_id: int,
    pdu: bytes,
    *,
    salt: bytes,
    at: float,
    reportable: bool = True,
    context: tuple[bytes, bytes] | None = None,
) -> bytes:
    """A message from ``user`` to ``engine``; with ``UNKNOWN`` it asks for the engine's id.

    Answers and Reports are not ``reportable`` (RFC 3412, 6.4). Without a ``context`` it is the
    engine's own.
    """
    known = bool(engine.id)
    auth = known and user.auth != "none"
    private = auth and user.priv != "none"
    flags = (_REPORTABLE if reportable else 0) | (_AUTH if auth else 0) | (_PRIV if private else 0)
    boots, time = engine.boots, engine.now(at) if known else 0
    whose, named = context or (engine.id, b"")
    scoped = tlv(SEQUENCE, tlv(OCTETS, whose) + tlv(OCTETS, named) + pdu)
    own = keys_of(user, engine.id)
    if private:
        scoped = tlv(OCTETS, keys.encrypt(user, own, (boots, time), salt, scoped))
    head = write_integer(V3) + tlv(
        SEQUENCE,
        write_integer(message_id)
        + write_integer(_LARGEST)
        + tlv(OCTETS, bytes((flags,)))
        + write_integer(_USM),
    )
    before = (
        tlv(OCTETS, engine.id)
        + write_integer(boots)
        + write_integer(time)
        + tlv(OCTETS, user.name if known else b"")
    )
    after = tlv(OCTETS, salt if private else b"")
    room = bytes(DIGEST_BYTES[user.auth]) if auth else b""
    security = tlv(OCTETS, tlv(SEQUENCE, before + tlv(OCTETS, room) + after))
    whole = tlv(SEQUENCE, head + security + scoped)
    if not auth:
        return whole
    # Lengths do not change: the digest's place is counted from the end.
    place = len(whole) - len(scoped) - len(after) - len(room)
    return whole[:place] + keys.digest(user, own, whole) + whole[place + len(room) :]


def peek(data: bytes) -> tuple[int, bytes, bytes]:
    """Message id, engine id and user name of a message, none of them proven.

    Raises:
        BerError: it is malformed.
    """
    header = _read_header(data, 0.0)
    return header.message_id, header.engine.id, header.user


def unseal(user: User, engine: Engine, data: bytes, at: float) -> Opened:
    """A message for ``user``; Reports of ``engine`` ``UNKNOWN`` are let in without a digest.

    Freshness (RFC 3414, 3.2, 7b) is judged by what is known of the engine. A Report is excepted:
    it is what sets our notion of a clock that was set back, or of boots that nobody counted; that
    it answers us is told by its message id, which the caller compares.

    Raises:
        BerError: it is malformed.
        SecurityError: it is from another engine or user, its digest is wrong, or it is old.
    """
    header = _read_header(data, at)
    secured = bool(header.flags & _AUTH)
    is_other = bool(engine.id) and header.engine.id != engine.id
    if secured and is_other:
        raise SecurityError("another engine")
    start, stop = header.data
    scoped = data
    own = keys_of(user, header.engine.id)
    if secured:
        if user.auth == "none" or header.user != user.name:
            raise SecurityError("another user")
        _check_digest(user, own, header, data)
    if header.flags & _PRIV:
        if not secured or user.priv == "none":
            raise SecurityError("encrypted, but not for this user")
        scoped = _decrypted(user, own, header, data)
        start, stop = 0, len(scoped)
    pdu, context = _read_scoped(scoped, start, stop)
    if secured and pdu.kind != REPORT:
        _check_fresh(header.engine, engine, at)
    # Reports to strangers cannot be authenticated; anything else must be as safe as we ask.
    plain = not secured or (user.priv != "none" and not header.flags & _PRIV)
    if pdu.kind != REPORT and (is_other or (user.auth != "none" and plain)):
        raise SecurityError("another engine, or less security than the user has")
    return Opened(header.message_id, header.user, header.engine, secured, pdu, context)


def counter_of(report: str) -> Oid:
    """The counter that a Report of this name tells of."""
    return next((*oid, 0) for oid, name in _REPORTS.items() if name == report)


def report_of(pdu: Pdu) -> str:
    """What a Report tells of: the name of a counter, or its identifier."""
    if not pdu.varbinds:
        return "nothing"
    oid = pdu.varbinds[0].oid
    return _REPORTS.get(oid[:-1], dotted(oid))


def _check_digest(user: User, own: keys.Keys, header: _Header, data: bytes) -> None:
    start, stop = header.digest
    if stop - start != DIGEST_BYTES[user.auth]:
        raise SecurityError(f"a digest of {stop - start} bytes")
    blank = data[:start] + bytes(stop - start) + data[stop:]
    if not hmac.compare_digest(keys.digest(user, own, blank), data[start:stop]):
        raise SecurityError("a wrong digest")


def _check_fresh(sent: Engine, known: Engine, at: float) -> None:
    if not known.id:
        return
    old = sent.boots == known.boots and sent.time < known.now(at) - WINDOW
    if sent.boots == _LATCHED or sent.boots < known.boots or old:
        raise SecurityError("not fresh")


def _decrypted(user: User, own: keys.Keys, header: _Header, data: bytes) -> bytes:
    start, stop = expect(data, *header.data, OCTETS)
    engine = (header.engine.boots, header.engine.time)
    try:
        return keys.decrypt(user, own, engine, header.salt, data[start:stop])
    except KeyFaultError as error:
        raise SecurityError(str(error)) from error


def _read_scoped(data: bytes, at: int, end: int) -> tuple[Pdu, tuple[bytes, bytes]]:
    start, stop = expect(data, at, end, SEQUENCE)  # padding may follow it
    first, start = expect(data, start, stop, OCTETS)
    whose = data[first:start]
    first, start = expect(data, start, stop, OCTETS)
    context = (whose, data[first:start])
    pdu = read_pdu(data, start, stop)
    if not isinstance(pdu, Pdu):
        raise BerError("a trap of SNMPv1 in a message of SNMPv3")
    return pdu, context


def _read_header(data: bytes, at: float) -> _Header:
    version, place, end = version_of(data)
    if version != V3:
        raise BerError(f"version {version}, expected 3")
    start, place = expect(data, place, end, SEQUENCE)
    first, stop = expect(data, start, place, INTEGER)
    message_id = integer(data, first, stop)
    _, stop = expect(data, stop, place, INTEGER)
    first, stop = expect(data, stop, place, OCTETS)
    if stop != first + 1:
        raise BerError(f"flags of {stop - first} bytes")
    flags = data[first]
    first, stop = expect(data, stop, place, INTEGER)
    if integer(data, first, stop) != _USM:
        raise BerError("another security model")
    outer, scoped = expect(data, place, end, OCTETS)
    return _read_security(data, (outer, scoped), (message_id, flags), (scoped, end), at)


def _read_security(
    data: bytes, within: tuple[int, int], head: tuple[int, int], rest: tuple[int, int], at: float
) -> _Header:
    start, stop = expect(data, *within, SEQUENCE)
    first, place = expect(data, start, stop, OCTETS)
    engine_id = data[first:place]
    numbers: list[int] = []
    for _ in range(2):
        first, place = expect(data, place, stop, INTEGER)
        numbers.append(integer(data, first, place))
        if not 0 <= numbers[-1] < 2**31:
            raise BerError("boots or time of an engine out of range")
    first, place = expect(data, place, stop, OCTETS)
    name = data[first:place]
    digest = expect(data, place, stop, OCTETS)
    first, last = expect(data, digest[1], stop, OCTETS)
    element(data, rest[0], rest[1])
    engine = Engine(engine_id, numbers[0], numbers[1], at)
    return _Header(head[0], head[1], engine, name, digest, data[first:last], rest)
