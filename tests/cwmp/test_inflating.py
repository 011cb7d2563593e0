import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.inflating import InflateError, inflate

LIMIT = 1_048_576


def raw(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


CODINGS = [
    (b"gzip", gzip.compress),
    (b"X-GZIP ", gzip.compress),
    (b"deflate", zlib.compress),
    (b" Deflate", raw),
]


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
@given(data=st.binary(max_size=5000))
def test_round_trip(coding: bytes, pack: object, data: bytes) -> None:
    assert callable(pack)
    assert inflate(pack(data), coding, LIMIT) == data


@pytest.mark.parametrize("coding", [b"", b"identity", b" IDENTITY"])
def test_plain_bodies_stay(coding: bytes) -> None:
    assert inflate(b"<a/>", coding, 1) == b"<a/>"


def test_an_empty_body_is_empty_in_any_coding() -> None:
    assert inflate(b"", b"gzip", LIMIT) == b""


def status(body: bytes, coding: bytes, limit: int = LIMIT) -> int:
    with pytest.raises(InflateError) as error:
        inflate(body, coding, limit)
    return error.value.status


def test_what_is_refused() -> None:
    whole = gzip.compress(b"x" * 1000)
    assert status(whole, b"br") == 415
    assert status(whole, b"gzip, gzip") == 415
    assert status(whole[:-1], b"gzip") == 400
    assert status(whole + b"x", b"gzip") == 400
    assert status(whole + whole, b"gzip") == 400
    assert status(b"<a/>", b"gzip") == 400
    assert status(b"<a/>", b"deflate") == 400
    assert status(zlib.compress(b"x" * 1000)[:-5], b"deflate") == 400
    assert status(whole, b"gzip", limit=999) == 413
    assert inflate(whole, b"gzip", 1000) == b"x" * 1000


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
def test_bombs(coding: bytes, pack: object) -> None:
    assert callable(pack)
    bomb = pack(bytes(50_000_000))
    assert len(bomb) < 100_000
    assert status(bomb, coding) == 413
    # within the limit, but no text compresses like that
    assert status(pack(bytes(1_000_000)), coding) == 413


@given(st.binary(max_size=500), st.sampled_from([b"gzip", b"deflate"]))
def test_any_bytes_are_refused_or_bounded(data: bytes, coding: bytes) -> None:
    try:
        plain = inflate(data, coding, 1000)
    except InflateError:
        return
    assert len(plain) <= 1000
