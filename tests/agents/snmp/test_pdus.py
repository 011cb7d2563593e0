import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.snmp.ber import BerError, parse_oid, tlv, write_integer, write_oid
from agents.snmp.community import V1, V2C, Community, read_message, write_message
from agents.snmp.pdus import (
    COUNTER64,
    GET,
    NO_SUCH_INSTANCE,
    OPAQUE,
    RESPONSE,
    TIME_TICKS,
    TRAP_V1,
    Pdu,
    TrapV1,
    Varbind,
    request_body,
    write_pdu,
)
from tests.agents.snmp.test_ber import OIDS

_VALUES = st.one_of(
    st.tuples(st.just(2), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.sampled_from([0x41, 0x42, 0x43]), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(COUNTER64), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(4), st.binary(max_size=300)),
    st.tuples(st.just(6), OIDS),
    st.tuples(st.sampled_from([5, 0x80, 0x81, 0x82]), st.none()),
)
_PDUS = st.builds(
    Pdu,
    st.sampled_from([0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA6, 0xA7, 0xA8]),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 18),
    st.integers(0, 100),
    st.lists(st.builds(lambda oid, value: Varbind(oid, *value), OIDS, _VALUES), max_size=8).map(
        tuple
    ),
)
UPTIME = parse_oid("1.3.6.1.2.1.1.3.0")


@given(_PDUS, st.binary(max_size=40), st.sampled_from([V1, V2C]))
def test_a_message_comes_back_as_it_was(pdu: Pdu, name: bytes, version: int) -> None:
    community = Community(version, name)
    assert read_message(write_message(community, write_pdu(pdu))) == (community, pdu)


def test_a_known_message_is_written_byte_by_byte() -> None:
    pdu = Pdu(GET, 1, 0, 0, (Varbind(UPTIME),))
    head = "3029 020101 04067075626c6963"
    body = "a01c 020400000001 020100 020100 300e 300c 06082b06010201010300 0500"
    expected = bytes.fromhex(head + body)
    assert write_message(Community(V2C, b"public"), write_pdu(pdu)) == expected


def test_a_request_is_whole_with_its_id_in_the_middle() -> None:
    before, after = request_body(GET, (UPTIME,), 0)
    assert before + (77).to_bytes(4, "big") + after == write_pdu(
        Pdu(GET, 77, 0, 0, (Varbind(UPTIME),))
    )


def test_floats_in_opaque_are_read() -> None:
    value = tlv(OPAQUE, b"\x9f\x78\x04" + struct.pack(">f", 0.25))
    rows = tlv(0x30, tlv(0x30, write_oid(UPTIME) + value))
    pdu = tlv(RESPONSE, write_integer(1) + write_integer(0) * 2 + rows)
    _, read = read_message(write_message(Community(V2C, b""), pdu))
    assert read.varbinds[0].value == 0.25


def test_a_trap_of_version_1_is_read() -> None:
    body = (
        write_oid(parse_oid("1.3.6.1.4.1.9.1.1"))
        + tlv(0x40, bytes([192, 0, 2, 1]))
        + write_integer(3)
        + write_integer(0)
        + tlv(TIME_TICKS, b"\x10")
        + tlv(0x30, b"")
    )
    _, read = read_message(write_message(Community(V1, b"x"), tlv(TRAP_V1, body)))
    assert read == TrapV1(parse_oid("1.3.6.1.4.1.9.1.1"), b"\xc0\x00\x02\x01", 3, 0, 16, ())


def test_what_follows_a_message_is_refused() -> None:
    whole = write_message(Community(V2C, b"x"), write_pdu(Pdu(RESPONSE, 1, 0, 0, ())))
    with pytest.raises(BerError, match="1 bytes follow"):
        read_message(whole + b"\x00")


def test_the_community_is_not_in_a_repr() -> None:
    assert "secret" not in repr(Community(V2C, b"secret"))


def test_ten_thousand_broken_packets_are_refused_or_read_but_nothing_else() -> None:
    chance = random.Random(4711)  # noqa: S311 - the same packets each time
    varbinds = (
        Varbind(UPTIME, TIME_TICKS, 12345),
        Varbind(parse_oid("1.3.6.1.2.1.1.1.0"), 4, b"a router" * 20),
        Varbind(parse_oid("1.3.6.1.2.1.31.1.1.1.6.1"), COUNTER64, 2**63),
        Varbind(parse_oid("1.3.6.1.2.1.1.2.0"), 6, parse_oid("1.3.6.1.4.1.9")),
        Varbind(parse_oid("1.3.6.1.2.1.1.9.0"), NO_SUCH_INSTANCE, None),
    )
    whole = write_message(Community(V2C, b"public"), write_pdu(Pdu(RESPONSE, 9, 0, 0, varbinds)))
    refused = 0
    for number in range(10_000):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if number % 3 == 0:
            del broken[chance.randrange(len(broken)) :]
        elif number % 3 == 1:
            broken = bytearray(chance.randbytes(chance.randint(0, 60)))
        try:
            read_message(bytes(broken))
        except BerError:
            refused += 1
    assert 7_000 < refused < 10_000
