"""Bytes of one connection in, one request's head and then its body out, within limits.

httptools checks the grammar strictly but has no limits; those are here. No sockets, no clock, and
no body is kept: its pieces are taken out as they come.
"""

import re

import httptools
import msgspec

HEAD_BYTES = 16_384
HEADERS = 64
_METHODS = (b"GET", b"HEAD", b"PUT", b"POST")
_WITH_BODY = ("PUT", "POST")
# Headers whose repetition makes a request ambiguous.
_SINGLE = (b"host", b"content-length", b"transfer-encoding", b"range", b"content-encoding")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_LONGEST_LENGTH = 15  # digits; int() of a huge text is slow
# Framing may cost as much as the body again, and this; more is an attack, not an upload.
_FRAMING = 65_536


class HttpRefusedError(Exception):
    """The peer's request is not served; ``status`` says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class Head(msgspec.Struct, frozen=True):
    """A request without its body.

    Attributes:
        path: as it was sent, without the query, which some routers add.
        headers: by lower-case name.
        length: of the body, if it was said; 0 for GET and HEAD; None: it comes in chunks.
        wants_continue: the peer waits for "100 Continue" before its body.
    """

    method: str
    path: str
    headers: dict[bytes, bytes]
    length: int | None
    wants_continue: bool

    def text(self, name: bytes) -> str | None:
        """A header's value."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1").strip()


class RequestReader:
    """Reads one request; whatever follows it on the connection is dropped.

    Attributes:
        head: once it is whole.
        body: pieces that came and were not taken out yet.
        complete: the request is whole.
    """

    def __init__(self) -> None:
        self.head: Head | None = None
        self.body: list[bytes] = []
        self.complete = False
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._head_bytes = 0
        self._fed = 0
        self._body_bytes = 0
        self._refusal: HttpRefusedError | None = None
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Take bytes as they came.

        Raises:
            HttpRefusedError: the request is not served; nothing more is read of it.
        """
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.complete:  # a second request; the first one is served, then all is closed
                self.close()
                return
            raise self._refused(400, str(error)) from None
        self._fed += len(data)
        if self.head is None and self._fed > HEAD_BYTES:
            raise self._refused(431, "headers too long")
        if self._fed > HEAD_BYTES + 2 * self._body_bytes + _FRAMING:
            raise self._refused(400, "more framing than body")

    @property
    def started(self) -> bool:
        """Whether any byte came."""
        return self._fed > 0

    def take(self) -> bytes:
        """The pieces of the body that came since the last call."""
        data = self.body[0] if len(self.body) == 1 else b"".join(self.body)
        self.body.clear()
        return data

    def close(self) -> None:
        """Read nothing more, and let go of the parser, which refers back to this reader."""
        self._parser = None

    def _refused(self, status: int, reason: str) -> HttpRefusedError:
        # The first refusal is the cause; what the parser says of our raising is not.
        error = self._refusal or HttpRefusedError(status, reason)
        self.close()
        return error

    def _refuse(self, status: int, reason: str) -> HttpRefusedError:
        self._refusal = self._refusal or HttpRefusedError(status, reason)
        return self._refusal

    # --- called by the parser -----------------------------------------------------------------

    def on_url(self, url: bytes) -> None:
        """Parser: a piece of the request target."""
        self._count_head(len(url))
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Parser: one header, or one trailer."""
        if self.head is not None:
            raise self._refuse(400, "trailers")
        self._count_head(len(name) + len(value) + 4)
        key = name.lower()
        if len(self._headers) >= HEADERS:
            raise self._refuse(431, "too many headers")
        if key in self._headers and key in _SINGLE:
            raise self._refuse(400, "repeated header")
        self._headers[key] = value.strip(b" \t")

    def on_headers_complete(self) -> None:
        """Parser: the head is whole; everything that can be refused now is."""
        if self.complete:
            raise self._refuse(400, "a second request")
        parser = self._parser
        assert parser is not None
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise self._refuse(505, "HTTP version")
        if parser.should_upgrade():
            raise self._refuse(400, "upgrade")
        method = parser.get_method()
        if method not in _METHODS:
            raise self._refuse(405, "method")
        self._check_host(version)
        self.head = Head(
            method.decode(),
            self._path(),
            self._headers,
            self._length(method.decode(), version),
            self._wants_continue(version),
        )

    def on_body(self, data: bytes) -> None:
        """Parser: a piece of the body."""
        if not self.complete:
            self._body_bytes += len(data)
            self.body.append(data)

    def on_message_complete(self) -> None:
        """Parser: the request is whole."""
        self.complete = True

    # --- rules of the head --------------------------------------------------------------------

    def _count_head(self, count: int) -> None:
        self._head_bytes += count
        if self._head_bytes > HEAD_BYTES:
            raise self._refuse(431, "headers too long")

    def _check_host(self, version: str) -> None:
        host = self._headers.get(b"host")
        if host is None:
            if version == "1.1":  # RFC 9112, 3.2: 400 for HTTP/1.1 without Host
                raise self._refuse(400, "no Host")
        elif _HOST.fullmatch(host) is None:
            raise self._refuse(400, "bad Host")

    def _path(self) -> str:
        target = self._target.partition(b"?")[0]
        if target[:7].lower() == b"http://":  # absolute form, RFC 9112, 3.2.2
            target = b"/" + target[7:].partition(b"/")[2]
        return target.decode("latin-1")

    def _length(self, method: str, version: str) -> int | None:
        length = self._headers.get(b"content-length")
        coding = self._headers.get(b"transfer-encoding")
        if coding is not None:
            if length is not None or version == "1.0":  # RFC 9112, 6.1 and 6.3
                raise self._refuse(400, "Transfer-Encoding beside Content-Length or in HTTP/1.0")
            if coding.lower() != b"chunked":
                raise self._refuse(501, "Transfer-Encoding")
            if method not in _WITH_BODY:
                raise self._refuse(400, "a body with GET or HEAD")
            return None
        if length is None:
            if method in _WITH_BODY:
                raise self._refuse(411, "no length")
            return 0
        if not length.isdigit():
            raise self._refuse(400, "Content-Length")
        if len(length) > _LONGEST_LENGTH:
            raise self._refuse(413, "body too long")
        if method not in _WITH_BODY and int(length):
            raise self._refuse(400, "a body with GET or HEAD")
        return int(length)

    def _wants_continue(self, version: str) -> bool:
        expect = self._headers.get(b"expect")
        if expect is None:
            return False
        if expect.lower() != b"100-continue":
            raise self._refuse(417, "Expect")
        return version == "1.1"
