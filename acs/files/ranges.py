"""Byte ranges of a request (RFC 9110, 14): which bytes are meant. Pure."""

import re

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*", re.IGNORECASE)


class UnsatisfiableError(Exception):
    """The range lies beyond the file's end."""


def wanted_range(
    header: str | None, if_range: str | None, etag: str, size: int
) -> tuple[int, int] | None:
    """First byte and number of bytes of the one range that is asked for; None: all.

    Several ranges, other units and what cannot be read are answered with all, which RFC 9110,
    14.2 allows; so is a range of another version of the file (``If-Range``, 13.1.5).

    Raises:
        UnsatisfiableError: no byte of it exists.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        count = min(int(found[2]), size)
        first = size - count
    else:
        first = int(found[1])
        last = min(int(found[2]), size - 1) if found[2] else size - 1
        if found[2] and int(found[2]) < first:
            return None  # 14.1.1: not a range at all
        count = last - first + 1
    if count <= 0 or first >= size:
        raise UnsatisfiableError(f"bytes */{size}")
    return first, count
