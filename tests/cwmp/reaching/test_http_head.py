import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.reaching.http_head import HEAD_BYTES, BadHeadError, Head, read_head

DIGEST = b'Digest realm="x", nonce="n"'


@pytest.mark.parametrize(
    ("heard", "head"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", Head(200)),
        (b"HTTP/1.0 200 OK\r\n\r\nbody that nobody reads", Head(200)),
        (b"HTTP/1.0 204\r\n\r\n", Head(204)),
        (b"HTTP/1.1 200 OK\n\n", Head(200)),
        (b"\r\nHTTP/1.1  503  Busy\r\nRetry-After: 5\r\n\r\n", Head(503)),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Head(200)),
        (b"HTTP/1.1 401 No\r\nWWW-Authenticate: " + DIGEST + b"\r\n\r\n", Head(401, (DIGEST,))),
        (b"HTTP/1.0 401 No\nwww-authenticate : " + DIGEST + b"\n\n", Head(401, (DIGEST,))),
        (
            b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="x",\r\n\t nonce="n"\r\n\r\n',
            Head(401, (DIGEST,)),
        ),
        (
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: a\r\nX: y\r\nWWW-Authenticate: b\r\n\r\n",
            Head(401, (b"a", b"b")),
        ),
    ],
)
def test_heads(heard: bytes, head: Head) -> None:
    assert read_head(heard, ended=False) == head
    assert read_head(heard, ended=True) == head
    for size in range(len(heard)):
        part = read_head(heard[:size], ended=False)
        assert part in (None, head)


@pytest.mark.parametrize("heard", [b"HTTP/1.0 200 OK", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.0 200\n"])
def test_an_end_right_after_the_status_line(heard: bytes) -> None:
    assert read_head(heard, ended=False) is None
    assert read_head(heard, ended=True) == Head(200)


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (b"<html>\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 OK\r\n\r\n", "no status"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "no status"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_BYTES, "too long"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_BYTES + b"\r\n\r\n", "too long"),
    ],
)
def test_what_is_no_answer(heard: bytes, why: str) -> None:
    with pytest.raises(BadHeadError, match=f"^{why}$"):
        read_head(heard, ended=False)


@pytest.mark.parametrize("heard", [b"", b"HTT", b"HTTP/1.1 100 Continue\r\n"])
def test_an_end_too_soon(heard: bytes) -> None:
    with pytest.raises(BadHeadError):
        read_head(heard, ended=True)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: b"HTTP/1.1 401 x\r\n" + b))
def test_any_bytes(heard: bytes) -> None:
    for ended in (False, True):
        try:
            head = read_head(heard, ended=ended)
        except BadHeadError:
            continue
        assert head is None or 200 <= head.status <= 999
