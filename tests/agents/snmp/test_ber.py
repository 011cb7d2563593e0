import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.snmp.ber import (
    BerError,
    Oid,
    OidError,
    dotted,
    element,
    integer,
    oid_of,
    parse_oid,
    tlv,
    unsigned,
    write_integer,
    write_oid,
)

_ARCS = st.integers(0, 2**32 - 1)
OIDS = st.builds(
    lambda first, second, rest: (first, second % 40 if first < 2 else second, *rest),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(_ARCS, max_size=30),
)


@given(OIDS)
def test_an_identifier_comes_back_as_it_was(oid: Oid) -> None:
    written = write_oid(oid)
    tag, start, stop = element(written, 0, len(written))
    assert tag == 6
    assert oid_of(written[start:stop]) == oid
    assert parse_oid(dotted(oid)) == oid


@given(st.integers(-(2**31), 2**31 - 1))
def test_an_integer_comes_back_as_it_was(value: int) -> None:
    written = write_integer(value)
    _, start, stop = element(written, 0, len(written))
    assert integer(written, start, stop) == value


def test_an_integer_takes_as_few_bytes_as_it_needs() -> None:
    assert write_integer(127) == b"\x02\x01\x7f"
    assert write_integer(128) == b"\x02\x02\x00\x80"
    assert write_integer(-128) == b"\x02\x01\x80"


def test_an_unsigned_value_without_its_zero_byte_is_understood() -> None:
    assert unsigned(b"\xff\xff\xff\xff", 0, 4, 32) == 2**32 - 1
    assert unsigned(b"\x00\xff\xff\xff\xff", 0, 5, 32) == 2**32 - 1


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x05\x00", b"\x30\x80\x00\x00", b"\x30\xff\xff\xff", b"\x30\x82\x01"],
)
def test_what_is_cut_off_or_without_an_end_is_refused(data: bytes) -> None:
    with pytest.raises(BerError):
        element(data, 0, len(data))


@pytest.mark.parametrize(
    "contents",
    [b"", b"\x2b\x86", b"\x2b\xff\xff\xff\xff\xff\x7f", b"\x01" * 200],
)
def test_identifiers_that_cannot_be_are_refused(contents: bytes) -> None:
    with pytest.raises(BerError):
        oid_of(contents)


@pytest.mark.parametrize("bits", [32, 64])
def test_unsigned_values_that_do_not_fit_are_refused(bits: int) -> None:
    data = b"\x01" + bytes(bits // 8)
    with pytest.raises(BerError):
        unsigned(data, 0, len(data), bits)
    with pytest.raises(BerError):
        unsigned(data + b"\x00", 0, len(data) + 1, bits)


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.3..6", "1.3.x", "1.3.4294967296", "1.40.1"])
def test_texts_that_are_no_identifiers_are_refused(text: str) -> None:
    with pytest.raises(OidError):
        parse_oid(text)


def test_long_elements_have_long_lengths() -> None:
    written = tlv(4, b"x" * 300)
    assert written[:4] == b"\x04\x82\x01\x2c"
    assert element(written, 0, len(written)) == (4, 4, 304)
