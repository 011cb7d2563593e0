"""Bytes of one connection in, whole HTTP requests out, within limits. No sockets, no clock.

httptools checks the grammar strictly but has no limits; those, and every rule that keeps two
readers of one stream of bytes from disagreeing about where a request ends, are here.
"""

import re
from collections import deque
from collections.abc import Callable
from enum import IntEnum

import httptools
import msgspec

from acs.cwmp.http_messages import HttpRequest

# Whole requests that may wait while one is served; nobody but an attacker sends more.
_PIPELINED = 4
# Framing (chunk sizes and extensions) may add this much to a body of the greatest size.
_FRAMING_SHARE = 0.1
# Headers whose repetition makes a request ambiguous.
_SINGLE = frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"authorization", b"content-encoding")
)
# Of bodies; who undoes them is whoever reads the request.
_ENCODINGS = frozenset((b"", b"identity", b"gzip", b"x-gzip", b"deflate"))
_HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?[ \t]*")


class HttpLimits(msgspec.Struct, frozen=True):
    """What one request may take.

    Attributes:
        header_bytes: request line and headers together.
        headers: their number.
        body_bytes: without chunk framing.
    """

    header_bytes: int = 16_384
    headers: int = 50
    body_bytes: int = 1_048_576


class HttpRefusedError(Exception):
    """The peer's request is not served; ``status`` says why. The connection must be closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class Phase(IntEnum):
    """Where in a request the stream is."""

    IDLE = 0
    HEAD = 1
    BODY = 2


_IDLE, _HEAD, _BODY = Phase  # an attribute of an enumeration costs a call each time


class RequestReader:
    """Reads one connection's requests.

    Attributes:
        complete: whole requests, oldest first; the owner takes them out.
        phase: of the request that is not whole yet.
        wants_continue: the peer waits for "100 Continue" before its body; the owner resets it.
        on_header: the parser's; takes a header's name and value.
    """

    __slots__ = (
        "_body",
        "_body_bytes",
        "_fed",
        "_head_bytes",
        "_headers",
        "_keep_alive",
        "_limits",
        "_old",
        "_pairs",
        "_parser",
        "_path",
        "_refusal",
        "_target",
        "complete",
        "on_header",
        "phase",
        "wants_continue",
    )

    def __init__(self, limits: HttpLimits, path: bytes) -> None:
        self.complete: deque[HttpRequest] = deque()
        self.phase = Phase.IDLE
        self.wants_continue = False
        self._limits = limits
        self._path = path
        self._refusal: HttpRefusedError | None = None
        self._fed = 0
        self._start()
        # One header, or one trailer. How many come between two looks at their number and size is
        # bounded by what one read of the socket brings.
        pairs: list[tuple[bytes, bytes]] = []
        self._pairs = pairs
        self.on_header: Callable[[bytes, bytes], None] = lambda name, value: pairs.append(
            (name, value)
        )
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Take bytes as they came.

        Raises:
            HttpRefusedError: this and all that follows on the connection is not served. Requests
                that were whole before it stay in ``complete``.
        """
        if self._parser is None:
            return
        before = len(self.complete)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise self._refused(400, str(error)) from None
        if self.phase is _IDLE:
            return
        # Bytes of a request that began behind another one in the same data are not counted: it is
        # one read of the socket at most.
        self._fed = self._fed + len(data) if len(self.complete) == before else 0
        if self.phase is _HEAD:
            if self._fed > self._limits.header_bytes:
                raise self._refused(431, "headers too long")
        elif self._fed > self._limits.body_bytes * (1 + _FRAMING_SHARE) + self._head_bytes:
            raise self._refused(413, "body and its framing too long")

    def close(self) -> None:
        """Take nothing more, and let go of the parser, which refers back to this reader."""
        self._parser = None

    def _start(self) -> None:
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._head_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._keep_alive = False
        self._old = False

    def _refused(self, status: int, reason: str) -> HttpRefusedError:
        # The first refusal is the cause; what the parser says of our raising is not.
        error = self._refusal or HttpRefusedError(status, reason)
        self._refusal = error
        self.close()
        return error

    def _refuse(self, status: int, reason: str) -> HttpRefusedError:
        if self._refusal is None:
            self._refusal = HttpRefusedError(status, reason)
        return self._refusal

    # --- called by the parser -----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Parser: the first byte of a request."""
        if len(self.complete) > _PIPELINED:
            raise self._refuse(400, "too many pipelined requests")
        self.phase = _HEAD

    def on_url(self, url: bytes) -> None:
        """Parser: a piece of the request target."""
        self._head_bytes += len(url)
        if self._head_bytes > self._limits.header_bytes:
            raise self._refuse(431, "target too long")
        self._target += url

    def on_headers_complete(self) -> None:
        """Parser: the head is whole; everything that can be refused now is."""
        parser = self._parser
        assert parser is not None
        self._take_headers()
        version = parser.get_http_version()
        if version != "1.1":
            if version != "1.0":
                raise self._refuse(505, "HTTP version")
            self._old = True
        if parser.get_method() != b"POST":
            raise self._refuse(405, "method")
        if parser.should_upgrade():
            raise self._refuse(400, "upgrade")
        self._keep_alive = parser.should_keep_alive()
        self._check_target()
        self._check_framing()
        self.phase = _BODY
        self._fed = 0

    def on_body(self, data: bytes) -> None:
        """Parser: a piece of the body."""
        self._body_bytes += len(data)
        if self._body_bytes > self._limits.body_bytes:
            raise self._refuse(413, "body too long")
        self._body.append(data)

    def on_message_complete(self) -> None:
        """Parser: the request is whole."""
        if self._pairs:
            raise self._refuse(400, "trailers")
        body = self._body
        self.complete.append(
            HttpRequest(
                self._target,
                self._headers,
                body[0] if len(body) == 1 else b"".join(body),
                self._keep_alive,
                self._old,
            )
        )
        self.phase = _IDLE
        self.wants_continue = False
        self._start()

    # --- rules of the head --------------------------------------------------------------------

    def _take_headers(self) -> None:
        pairs, headers = self._pairs, self._headers
        if len(pairs) > self._limits.headers:
            raise self._refuse(431, "too many headers")
        head_bytes = self._head_bytes + 4 * len(pairs)
        for name, value in pairs:
            head_bytes += len(name) + len(value)
            key = name.lower()
            if key not in headers:
                headers[key] = value
            elif key in _SINGLE:
                raise self._refuse(400, "repeated header")
            else:
                headers[key] += (b"; " if key == b"cookie" else b", ") + value
        self._head_bytes = head_bytes
        if head_bytes > self._limits.header_bytes:
            raise self._refuse(431, "headers too long")
        pairs.clear()

    def _check_target(self) -> None:
        host = self._headers.get(b"host")
        if host is None:
            if not self._old:  # RFC 9112, 3.2: 400 for HTTP/1.1 without Host
                raise self._refuse(400, "no Host")
        elif _HOST.fullmatch(host) is None:
            raise self._refuse(400, "bad Host")
        target = self._target
        if target != self._path:
            path = target.partition(b"?")[0]
            if path[:7].lower() == b"http://":  # absolute form, RFC 9112, 3.2.2
                path = b"/" + path[7:].partition(b"/")[2]
            if path != self._path:
                raise self._refuse(404, "path")

    def _check_framing(self) -> None:
        headers = self._headers
        length = headers.get(b"content-length")
        coding = headers.get(b"transfer-encoding")
        if coding is not None:
            if length is not None or self._old:  # RFC 9112, 6.1 and 6.3
                raise self._refuse(400, "Transfer-Encoding beside Content-Length or in HTTP/1.0")
            if coding.strip(b" \t").lower() != b"chunked":
                raise self._refuse(501, "Transfer-Encoding")
        elif length is not None:
            digits = length.rstrip(b" \t")
            if not digits.isdigit():
                raise self._refuse(400, "Content-Length")
            if len(digits) > 15 or int(digits) > self._limits.body_bytes:  # noqa: PLR2004 - far above any limit; int() of a huge text is slow
                raise self._refuse(413, "body too long")
        encoding = headers.get(b"content-encoding")
        if encoding is not None and encoding.strip().lower() not in _ENCODINGS:
            raise self._refuse(415, "Content-Encoding")
        expect = headers.get(b"expect")
        if expect is not None:
            if expect.strip().lower() != b"100-continue":
                raise self._refuse(417, "Expect")
            self.wants_continue = not self._old
