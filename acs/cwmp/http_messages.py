"""HTTP requests and responses of the routers' port as plain values, and how a response is written.

No sockets, no limits, no parsing: reading is ``http_reader``, the connection is ``http``.
"""

import msgspec


class HttpRequest(msgspec.Struct):
    """One whole request.

    Attributes:
        target: the request target as it came; Digest authentication signs it.
        headers: by lower-case name; of repeated ones the values are joined.
        body: without chunk framing.
        keep_alive: the peer lets the connection stay open (RFC 9112, 9.3).
        old: the peer speaks HTTP/1.0.
    """

    target: bytes
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool
    old: bool = False


class HttpResponse(msgspec.Struct, frozen=True):
    """One response.

    Attributes:
        headers: further header lines, each ended by CR LF; built from our own values only.
        close: end the connection after it.
    """

    status: int
    body: bytes = b""
    headers: bytes = b""
    close: bool = False


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_REASONS = {
    200: b"OK",
    204: b"No Content",
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    415: b"Unsupported Media Type",
    417: b"Expectation Failed",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    501: b"Not Implemented",
    503: b"Service Unavailable",
    505: b"HTTP Version Not Supported",
}
# What a refusal of this status has to say beside its status line (RFC 9110, 15.5.6 and 12.5.3).
_REFUSAL_HEADERS = {405: b"Allow: POST\r\n", 415: b"Accept-Encoding: gzip, deflate\r\n"}
_HEADS = {status: b"HTTP/1.1 %d %b\r\n" % (status, reason) for status, reason in _REASONS.items()}
_NO_CONTENT = 204


def refusal(status: int) -> HttpResponse:
    """The response to a request that is not served; it ends the connection."""
    return HttpResponse(status, headers=_REFUSAL_HEADERS.get(status, b""), close=True)


def unavailable(retry_after: float, *, close: bool = True) -> HttpResponse:
    """503: come again after ``retry_after`` seconds (RFC 9110, 10.2.3)."""
    return HttpResponse(
        503, headers=b"Retry-After: %d\r\n" % max(1, round(retry_after)), close=close
    )


def render(response: HttpResponse, *, keep_alive: bool, old: bool = False) -> bytes:
    """The bytes of a response; ``old``: for a peer that speaks HTTP/1.0."""
    if not keep_alive:
        connection = b"Connection: close\r\n"
    elif old:
        connection = b"Connection: keep-alive\r\n"
    else:
        connection = b""
    head = _HEADS[response.status]
    if response.status == _NO_CONTENT:  # has no body and no length (RFC 9110, 8.6)
        return b"%b%b%b\r\n" % (head, response.headers, connection)
    kind = b"Content-Type: text/xml; charset=utf-8\r\n" if response.body else b""
    return b"%b%bContent-Length: %d\r\n%b%b\r\n%b" % (
        head,
        kind,
        len(response.body),
        response.headers,
        connection,
        response.body,
    )
