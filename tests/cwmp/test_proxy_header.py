import socket
import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.proxy_header import V2_SIGNATURE, Announced, ProxyHeaderError, parse

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
PORTS = st.integers(0, 65_535)


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack("!BH", kind, len(value)) + value


def second(
    source: str | None, port: int = 0, tlvs: bytes = b"", *, command: int = 1, family: int = 0
) -> bytes:
    """A header of version 2, as its specification's structures say."""
    body = b""
    if source is not None:
        version = ip_address(source).version
        family = {4: 0x11, 6: 0x21}[version]
        kind, other = {4: (socket.AF_INET, "10.0.0.1"), 6: (socket.AF_INET6, "::1")}[version]
        body = socket.inet_pton(kind, source) + socket.inet_pton(kind, other)
        body += struct.pack("!HH", port, 7547)
    body += tlvs
    return V2_SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(body)) + body


@given(address=ADDRESSES, port=PORTS, rest=st.binary(max_size=40))
def test_the_first_version(address: object, port: int, rest: bytes) -> None:
    family = "TCP6" if ":" in str(address) else "TCP4"
    head = f"PROXY {family} {address} {address} {port} 7547\r\n".encode()
    assert parse(head + rest) == (Announced(str(address), port), len(head))


@given(address=ADDRESSES, port=PORTS, rest=st.binary(max_size=40), extra=st.binary(max_size=9))
def test_the_second_version(address: object, port: int, rest: bytes, extra: bytes) -> None:
    head = second(str(address), port, tlv(0xEE, extra))
    assert parse(head + rest) == (Announced(str(address), port), len(head))


@given(address=ADDRESSES)
def test_a_header_in_pieces_is_waited_for(address: object) -> None:
    for head in (second(str(address), 9), b"PROXY UNKNOWN\r\n"):
        for end in range(len(head)):
            assert parse(head[:end]) is None
        assert parse(head) is not None


@pytest.mark.parametrize(
    "head",
    [
        b"PROXY UNKNOWN\r\n",
        b"PROXY UNKNOWN ffff:: ffff:: 1 2\r\n",
        second(None, command=0),
        second(None, family=49, tlvs=bytes(216)),
        second("192.0.2.1", 5, command=0),
    ],
)
def test_the_balancer_may_speak_for_itself(head: bytes) -> None:
    assert parse(head) == (Announced(), len(head))


@pytest.mark.parametrize(
    ("flags", "verify", "name"),
    [(7, 0, "001122-SN1"), (1, 0, ""), (7, 1, ""), (5, 0, "001122-SN1")],
)
def test_a_certificate_counts_when_it_was_verified(flags: int, verify: int, name: str) -> None:
    ssl = struct.pack("!BI", flags, verify) + tlv(0x21, b"TLSv1.3") + tlv(0x22, b"001122-SN1")
    found = parse(second("192.0.2.1", 5, tlv(0x20, ssl)))
    assert found is not None
    assert found[0] == Announced("192.0.2.1", 5, name)


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\n",
        b"PROXY TCP4 192.0.2.1\r\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 70000 2\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 +5 2\r\n",
        b"PROXY TCP4 192.0.2.\xff 192.0.2.2 5 2\r\n",
        b"PROXY " + b"x" * 120,
        V2_SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12),
        V2_SIGNATURE + b"\x22\x11\x00\x0c" + bytes(12),
        V2_SIGNATURE + b"\x21\x11\x00\x04" + bytes(4),
        V2_SIGNATURE + b"\x21\x11\xff\xff",
        second("192.0.2.1", 5, b"\x20\xff\xff"),
        second("192.0.2.1", 5, tlv(0x20, b"\x07\0\0\0\0\x22\x00\x09")),
    ],
)
def test_what_is_no_header_is_refused(head: bytes) -> None:
    with pytest.raises(ProxyHeaderError):
        parse(head)


@given(
    data=st.binary(max_size=300), start=st.sampled_from([b"", b"PROXY ", V2_SIGNATURE + b"\x21"])
)
def test_any_bytes_are_a_header_or_not(data: bytes, start: bytes) -> None:
    try:
        found = parse(start + data)
    except ProxyHeaderError:
        return
    if found is not None:
        assert 0 < found[1] <= len(start + data)
