import hashlib
import hmac
import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.reaching import stun

TRANSACTION = bytes.fromhex("2112a442b7e7a701bc34d686fa87dfae")
CLASSIC = bytes(range(16))
# RFC 5769, 2.1: a request with short-term credentials, and 2.2 and 2.3: its answers.
PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"
SAMPLE_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e00"
    "01ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5"
    "b2d3f249c1b571a280280004e57a3bcf"
)
SAMPLE_ANSWER = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112"
    "a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
attributes = st.lists(
    st.tuples(
        st.integers(0, 0xFFFF).filter(lambda number: number != stun.MESSAGE_INTEGRITY),
        st.binary(max_size=40),
    ),
    max_size=10,
)


def test_the_standards_sample_request_is_read_and_proven() -> None:
    message = stun.decode(SAMPLE_REQUEST)
    assert message.kind == stun.BINDING_REQUEST
    assert message.is_modern
    assert stun.username_of(message) == "evtj:h6vY"
    assert stun.verify(SAMPLE_REQUEST, message, PASSWORD) == "plain"
    assert stun.verify(SAMPLE_REQUEST, message, b"other") is None
    assert message.not_understood == (0x0024,)  # PRIORITY, of ICE


def test_the_standards_sample_answer_has_our_xor_mapped_address() -> None:
    message = stun.decode(SAMPLE_ANSWER)
    assert message.kind == stun.BINDING_RESPONSE
    assert message.get(stun.XOR_MAPPED_ADDRESS) == (
        stun.xor_mapped_address("192.0.2.1", 32853, TRANSACTION).value
    )
    assert stun.verify(SAMPLE_ANSWER, message, PASSWORD) == "plain"


def test_xor_mapped_address_of_ipv6() -> None:  # RFC 5769, 2.3
    value = stun.xor_mapped_address("2001:db8:1234:5678:11:2233:4455:6677", 32853, TRANSACTION)
    assert value.value == bytes.fromhex("0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")


@given(attributes, st.binary(min_size=16, max_size=16), st.integers(0, 0x3FFF))
def test_what_is_written_is_read(
    wanted: list[tuple[int, bytes]], transaction: bytes, kind: int
) -> None:
    message = stun.decode(stun.encode(kind, transaction, wanted))
    assert (message.kind, message.transaction) == (kind, transaction)
    assert [tuple(each) for each in message.attributes] == wanted
    assert message.integrity_at is None


@given(wanted=attributes, key=st.binary(min_size=1, max_size=40), padded=st.booleans())
def test_integrity_is_proven_by_its_key_only(
    *, wanted: list[tuple[int, bytes]], key: bytes, padded: bool
) -> None:
    data = stun.encode(stun.BINDING_REQUEST, CLASSIC, wanted, key=key, padded=padded)
    message = stun.decode(data)
    assert stun.verify(data, message, key) in ("plain", "padded" if padded else "plain")
    assert stun.verify(data, message, key + b"x") is None
    changed = bytearray(data)
    changed[10] ^= 1
    assert stun.verify(bytes(changed), stun.decode(bytes(changed)), key) is None


def test_integrity_as_rfc_3489_has_it() -> None:
    # 11.2.8: over the message up to the attribute, filled with zeroes to 64 bytes.
    head = struct.pack("!HH", stun.BINDING_REQUEST, 24) + CLASSIC
    proof = hmac.new(b"key", head.ljust(64, b"\0"), hashlib.sha1).digest()
    data = head + struct.pack("!HH", stun.MESSAGE_INTEGRITY, 20) + proof
    assert stun.verify(data, stun.decode(data), b"key") == "padded"
    assert stun.encode(stun.BINDING_REQUEST, CLASSIC, key=b"key", padded=True) == data


def test_what_follows_the_integrity_does_not_count() -> None:
    body = stun.encode(stun.BINDING_REQUEST, TRANSACTION, key=b"k")[20:]
    body += struct.pack("!HH", stun.USERNAME, 4) + b"evil"
    data = struct.pack("!HH", stun.BINDING_REQUEST, len(body)) + TRANSACTION + body
    message = stun.decode(data)
    assert stun.username_of(message) == ""
    assert stun.verify(data, message, b"k") == "plain"  # of what came before


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "short"),
        (bytes(19), "short"),
        (bytes(1281), "long"),
        (b"\x80" + bytes(19), "not_stun"),
        (b"GET http://192.0.2.1:80?ts=1&id=2&un=3&cn=4&sig=5 HTTP/1.1\r\n\r\n", "not_stun"),
        (struct.pack("!HH", 1, 4) + CLASSIC, "length"),
        (struct.pack("!HH", 1, 3) + CLASSIC + b"abc", "length"),
        (struct.pack("!HH", 1, 4) + CLASSIC + struct.pack("!HH", 6, 1), "attribute"),
        (struct.pack("!HH", 1, 8) + CLASSIC + struct.pack("!HHI", 8, 4, 0), "attribute"),
        (struct.pack("!HH", 1, 33 * 4) + CLASSIC + struct.pack("!HH", 9, 0) * 33, "many"),
    ],
)
def test_what_is_no_message(data: bytes, problem: str) -> None:
    with pytest.raises(stun.StunError, match=f"^{problem}$") as caught:
        stun.decode(data)
    assert caught.value.problem == problem


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda b: SAMPLE_REQUEST[:60] + b))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    try:
        message = stun.decode(data)
    except stun.StunError:
        return
    assert len(message.attributes) <= 32
    stun.username_of(message)
    stun.verify(data, message, b"k")
    assert all(number < 0x8000 for number in message.not_understood)


def test_what_must_be_understood() -> None:
    known = [(stun.USERNAME, b"u   "), (stun.CONNECTION_REQUEST_BINDING, stun.BINDING_TOKEN)]
    known += [(stun.BINDING_CHANGE, b""), (stun.CHANGE_REQUEST, bytes(4)), (0x8022, b"x")]

    def unknown(*more: tuple[int, bytes]) -> tuple[int, ...]:
        data = stun.encode(stun.BINDING_REQUEST, CLASSIC, [*known, *more])
        return stun.decode(data).not_understood

    assert unknown() == ()
    assert unknown((stun.RESPONSE_ADDRESS, bytes(8))) == (stun.RESPONSE_ADDRESS,)
    assert unknown((stun.CHANGE_REQUEST, b"\0\0\0\x06")) == (stun.CHANGE_REQUEST,)
    assert unknown((0x7777, b""), (0x7777, b"")) == (0x7777,)


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(min_size=16, max_size=16))
def test_addresses(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, transaction: bytes
) -> None:
    plain = stun.mapped_address(str(address), port).value
    assert plain[1] == (1 if address.version == 4 else 2)
    assert struct.unpack_from("!H", plain, 2)[0] == port
    assert plain[4:] == address.packed
    mixed = stun.xor_mapped_address(str(address), port, transaction).value
    mask = transaction[:2] + transaction
    assert bytes(a ^ b for a, b in zip(mixed[2:], mask, strict=False)) == plain[2:]


def test_errors() -> None:
    assert stun.error_code(401, "Unauthorized").value == b"\0\0\x04\x01Unauthorized"
    assert stun.error_code(431, "Integrity").value == b"\0\0\x04\x1fIntegrity   "
    assert stun.unknown_attributes([2]).value == b"\0\2\0\2"
    assert stun.unknown_attributes([2, 3]).value == b"\0\2\0\3"


@pytest.mark.parametrize(
    ("value", "name"), [(b"acs-1   ", "acs-1"), (b"", ""), (b"\xff\xfe", ""), (b"a\0\0\0", "a")]
)
def test_user_names(value: bytes, name: str) -> None:
    data = stun.encode(stun.BINDING_REQUEST, CLASSIC, [(stun.USERNAME, value)])
    assert stun.username_of(stun.decode(data)) == name
