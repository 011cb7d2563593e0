"""Compressed bodies made plain, within bounds (RFC 9110, 8.4.1). Pure; no HTTP, no XML."""

import zlib

# Nobody's XML compresses better; a body that seems to is made to cost memory and time.
_RATIO = 200
_FREE = 65_536  # bytes to which the ratio does not apply
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_CODINGS = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}


class InflateError(Exception):
    """A body cannot be made plain; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def inflate(body: bytes, encoding: bytes, limit: int) -> bytes:
    """The plain body of a Content-Encoding: gzip, or deflate with zlib's frame or without.

    Args:
        body: as it came.
        encoding: the header's value.
        limit: bytes of the plain body at most.

    Raises:
        InflateError: 415 for another coding, 400 for a broken stream, 413 beyond a bound.
    """
    coding = encoding.strip().lower()
    if coding in (b"", b"identity") or not body:
        return body
    form = _CODINGS.get(coding)
    if form is None:
        raise InflateError(415, "unknown coding")
    bound = min(limit, max(_FREE, len(body) * _RATIO))
    try:
        return _inflated(body, form, bound)
    except zlib.error as error:
        if form != _ZLIB:
            raise InflateError(400, str(error)) from None
    try:  # Many send deflate without the frame that RFC 9110, 8.4.1.2 asks for.
        return _inflated(body, _RAW, bound)
    except zlib.error as error:
        raise InflateError(400, str(error)) from None


def _inflated(body: bytes, form: int, bound: int) -> bytes:
    stream = zlib.decompressobj(form)
    plain = stream.decompress(body, bound + 1)
    if len(plain) > bound:
        raise InflateError(413, "too long when it is plain")
    if not stream.eof:
        raise InflateError(400, "the stream is cut short")
    if stream.unused_data:
        raise InflateError(400, "there is something behind the stream")
    return plain
