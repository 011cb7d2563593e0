import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.http_messages import HttpResponse, refusal, render, unavailable
from acs.cwmp.http_reader import HttpLimits, HttpRefusedError, Phase, RequestReader

HEAD = b"POST / HTTP/1.1\r\nHost: acs.example:7547\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LIMITS = HttpLimits(header_bytes=1000, headers=10, body_bytes=1000)


def reader(path: bytes = b"/") -> RequestReader:
    return RequestReader(LIMITS, path)


def test_a_request_in_one_piece() -> None:
    it = reader()
    it.feed(HEAD + b"Content-Length: 5\r\nCookie: a=b\r\n\r\nhello")
    request = it.complete.popleft()
    assert request.body == b"hello"
    assert request.target == b"/"
    assert request.headers[b"cookie"] == b"a=b"
    assert request.keep_alive
    assert not request.old
    assert it.phase is Phase.IDLE


@given(cuts=st.lists(st.integers(1, 20), max_size=30), chunked=st.booleans())
def test_however_it_is_cut_it_reads_the_same(cuts: list[int], *, chunked: bool) -> None:
    tail = CHUNKED + b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    data = HEAD + (tail if chunked else b"Content-Length: 5\r\n\r\nhello")
    it = reader()
    at = 0
    for cut in cuts:
        it.feed(data[at : at + cut])
        at += cut
    if data[at:]:
        it.feed(data[at:])
    assert [request.body for request in it.complete] == [b"hello"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    it = reader()
    with contextlib.suppress(HttpRefusedError):  # and nothing else is raised
        it.feed(data)
        it.feed(b"\r\n\r\n" + data)


def test_two_requests_keep_their_headers_apart() -> None:
    it = reader()
    it.feed(HEAD + b"A: 1\r\nContent-Length: 1\r\n\r\nx" + HEAD + b"B: 2\r\n\r\n")
    first, second = it.complete
    assert b"a" in first.headers
    assert b"a" not in second.headers
    assert (first.body, second.body) == (b"x", b"")


def test_http_1_0() -> None:
    it = reader()
    it.feed(b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
    request = it.complete.popleft()
    assert request.old
    assert not request.keep_alive
    it = reader()
    it.feed(b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi")
    assert it.complete.popleft().keep_alive


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (b"/", b"/"),
        (b"/", b"/?a=b"),
        (b"/acs", b"/acs"),
        (b"/acs", b"http://acs.example:7547/acs"),
        (b"/", b"http://acs.example:7547"),
    ],
)
def test_the_path_that_is_served(path: bytes, target: bytes) -> None:
    it = reader(path)
    it.feed(b"POST " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert it.complete.popleft().target == target


def test_expect_is_noticed_before_the_body() -> None:
    it = reader()
    it.feed(HEAD + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    assert it.wants_continue
    it.feed(b"hi")
    assert not it.wants_continue
    assert it.complete


GOOD_HEADERS = [
    b"Content-Type: text/html\r\n",
    b"SOAPAction: \r\n",
    b"SOAPAction:\r\n",
    b"Content-Encoding: identity\r\n",
    b"User-Agent: \xff\xfe\r\n",
    b"Connection: keep-alive\r\n",
    b"Cookie: a=b\r\nCookie: c=d\r\n",
]


@pytest.mark.parametrize("header", GOOD_HEADERS)
def test_harmless_oddities_pass(header: bytes) -> None:
    it = reader()
    it.feed(HEAD + header + b"\r\n")
    assert it.complete


BAD: list[tuple[str, bytes, int]] = [
    ("both lengths", HEAD + b"Content-Length: 5\r\n" + CHUNKED + b"0\r\n\r\n", 400),
    (
        "both lengths, other order",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400,
    ),
    ("two lengths", HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    ("two equal lengths", HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    ("length list", HEAD + b"Content-Length: 1, 1\r\n\r\na", 400),
    ("signed length", HEAD + b"Content-Length: +1\r\n\r\na", 400),
    ("negative length", HEAD + b"Content-Length: -1\r\n\r\na", 400),
    ("hex length", HEAD + b"Content-Length: 0x1\r\n\r\na", 400),
    ("empty length", HEAD + b"Content-Length:\r\n\r\n", 400),
    ("length with blank", HEAD + b"Content-Length: 1 1\r\n\r\na", 400),
    ("length overflow", HEAD + b"Content-Length: 18446744073709551617\r\n\r\na", 400),
    ("length beyond limit", HEAD + b"Content-Length: 1001\r\n\r\n", 413),
    ("huge length", HEAD + b"Content-Length: 999999999999999999\r\n\r\n", 413),
    ("folded header", HEAD + b"A: b\r\n c\r\n\r\n", 400),
    ("folded coding", HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    ("folded first header", b"POST / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    ("bare LF after request line", b"POST / HTTP/1.1\nHost: a\r\n\r\n", 400),
    ("bare LF after header", HEAD + b"A: b\nC: d\r\n\r\n", 400),
    ("bare LF ends head", HEAD + b"\n", 400),
    ("bare CR in header", HEAD + b"A: b\rC: d\r\n\r\n", 400),
    ("space before colon", HEAD + b"Content-Length : 1\r\n\r\na", 400),
    ("tab before colon", HEAD + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400),
    ("no colon", HEAD + b"Garbage\r\n\r\n", 400),
    ("empty name", HEAD + b": b\r\n\r\n", 400),
    ("NUL in value", HEAD + b"A: b\0\r\n\r\n", 400),
    ("NUL in name", HEAD + b"A\0: b\r\n\r\n", 400),
    ("two Hosts", HEAD + b"Host: b\r\n\r\n", 400),
    ("two equal Hosts", HEAD + b"host: acs.example:7547\r\n\r\n", 400),
    ("no Host", b"POST / HTTP/1.1\r\n\r\n", 400),
    ("Host with path", b"POST / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    ("Host with user", b"POST / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
    ("Host list", b"POST / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    ("TE identity", HEAD + b"Transfer-Encoding: identity\r\n\r\n", 501),
    ("TE unknown", HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    ("TE gzip, chunked", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("TE chunked twice", HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    (
        "two TEs",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    ("TE with VT", HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    ("TE empty", HEAD + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    ("TE quoted", HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 501),
    ("TE in HTTP/1.0", b"POST / HTTP/1.0\r\nHost: a\r\n" + CHUNKED + b"0\r\n\r\n", 400),
    ("chunk size 0x", HEAD + CHUNKED + b"0x1\r\na\r\n0\r\n\r\n", 400),
    ("chunk size signed", HEAD + CHUNKED + b"+1\r\na\r\n0\r\n\r\n", 400),
    ("chunk size negative", HEAD + CHUNKED + b"-1\r\na\r\n0\r\n\r\n", 400),
    ("chunk size empty", HEAD + CHUNKED + b"\r\na\r\n0\r\n\r\n", 400),
    ("chunk size overflow", HEAD + CHUNKED + b"10000000000000001\r\na\r\n0\r\n\r\n", 400),
    ("chunk size blank", HEAD + CHUNKED + b"1 \r\na\r\n0\r\n\r\n", 400),
    ("chunk bare LF", HEAD + CHUNKED + b"1\na\r\n0\r\n\r\n", 400),
    ("chunk data bare LF", HEAD + CHUNKED + b"1\r\na\n0\r\n\r\n", 400),
    ("chunk longer than said", HEAD + CHUNKED + b"1\r\nab\r\n0\r\n\r\n", 400),
    ("chunk extension bare LF", HEAD + CHUNKED + b"1;a\nb\r\na\r\n0\r\n\r\n", 400),
    ("chunk extension NUL", HEAD + CHUNKED + b"1;a=\0\r\na\r\n0\r\n\r\n", 400),
    ("endless chunk extension", HEAD + CHUNKED + b"1;" + b"a" * 1300, 413),
    ("endless chunks", HEAD + CHUNKED + b"1\r\na\r\n" * 300, 413),
    ("chunk beyond limit", HEAD + CHUNKED + b"3e9\r\n" + b"a" * 1001, 413),
    ("trailers", HEAD + CHUNKED + b"0\r\nHost: evil\r\n\r\n", 400),
    ("one long header", HEAD + b"A: " + b"a" * 1000, 431),
    ("one long whole header", HEAD + b"A: " + b"a" * 1000 + b"\r\n\r\n", 431),
    ("many headers", HEAD + b"A: b\r\n" * 10 + b"\r\n", 431),
    ("long target", b"POST /" + b"a" * 1000, 431),
    ("GET", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("PUT", b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("CONNECT", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("unknown method", b"PWN / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("lower case method", b"post / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("HTTP/2.0", b"POST / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("HTTP/0.9 written", b"POST / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    ("HTTP/1.2", b"POST / HTTP/1.2\r\nHost: a\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01", 400),
    ("another path", b"POST /acs HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("dotted path", b"POST /./ HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("absolute, another path", b"POST http://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("https form", b"POST https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("br", HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\na", 415),
    ("gzip twice", HEAD + b"Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\na", 415),
    ("two encodings", HEAD + b"Content-Encoding: a\r\nContent-Encoding: b\r\n\r\n", 400),
    ("two Authorizations", HEAD + b"Authorization: a\r\nAuthorization: b\r\n\r\n", 400),
    ("unknown Expect", HEAD + b"Expect: 200-ok\r\n\r\n", 417),
    ("upgrade", HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
    ("behind close", HEAD + b"Connection: close\r\n\r\nPOST", 400),
    ("six pipelined", (HEAD + b"\r\n") * 6, 400),
]


@pytest.mark.parametrize(("data", "status"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_refused(data: bytes, status: int) -> None:
    it = reader()
    with pytest.raises(HttpRefusedError) as refused:
        it.feed(data)
    assert refused.value.status == status
    whole = len(it.complete)
    it.feed(HEAD + b"\r\n")  # what follows is not even looked at
    assert len(it.complete) == whole


@pytest.mark.parametrize(("data", "status"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_byte_by_byte_is_refused_too(data: bytes, status: int) -> None:
    it = reader()

    def feed() -> None:
        for at in range(len(data)):
            it.feed(data[at : at + 1])
            if status != 400:
                assert not it.complete

    with pytest.raises(HttpRefusedError):
        feed()


def test_responses() -> None:
    whole = render(HttpResponse(200, b"<a/>", b"X: y\r\n"), keep_alive=True)
    assert whole == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
        b"Content-Length: 4\r\nX: y\r\n\r\n<a/>"
    )
    assert render(HttpResponse(204), keep_alive=True) == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert b"Connection: close" in render(refusal(400), keep_alive=False)
    assert b"Connection: keep-alive" in render(HttpResponse(204), keep_alive=True, old=True)
    assert b"Allow: POST" in refusal(405).headers
    assert b"Accept-Encoding: gzip, deflate" in refusal(415).headers
    assert re.search(rb"Retry-After: 7\r\n", unavailable(7.2).headers)
