"""Paths of requests: each segment decoded exactly once, whatever it holds.

ASGI servers decode a path before it is split, so that an encoded slash would part a name in two.
The path is therefore taken as it was sent; ids and account names are decoded from it here. A
router id contains percent signs of its own (``%2D``); in a path these are encoded once more, and
an id that was put there as it is remains readable too.
"""

import re
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes

_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_ESCAPED_MARK = re.compile("%(?:2[DdEe]|5[Ff]|7[Ee])")  # "-", ".", "_", "~"


class UnreadableTargetError(ValueError):
    """The path or query is not UTF-8, or holds NUL, which no database keeps."""


def route_path(scope: "dict[str, Any]") -> str:
    """The path to route by: each segment in the one canonical percent-encoding.

    Raises:
        UnreadableTargetError: a segment is not UTF-8 or holds NUL.
    """
    sent = scope.get("raw_path")
    if sent is None:
        return quote(scope["path"])
    path = sent.split(b"?", 1)[0].decode("latin-1")
    return "/".join(map(_canonical, path.split("/")))


def _canonical(segment: str) -> str:
    text = decoded(segment)
    if _ESCAPED_MARK.search(segment) is None:
        return quote(text, safe="")
    # Letters and digits are the same however they are sent. These marks are not: a router id that
    # was not encoded once more would lose where its parts end.
    return _ESCAPE.sub(lambda escape: escape[0].upper(), quote(segment, safe="%"))


def decoded(segment: str) -> str:
    """A segment's text.

    Raises:
        UnreadableTargetError: it is not UTF-8 or holds NUL.
    """
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableTargetError("a path segment is not UTF-8") from error
    if "\0" in text:
        raise UnreadableTargetError("a path segment holds NUL")
    return text


def check_query(scope: "dict[str, Any]") -> None:
    """See that the query can be read.

    Raises:
        UnreadableTargetError: it is not UTF-8 or holds NUL.
    """
    query = unquote_to_bytes(scope.get("query_string", b""))
    if b"\0" in query:
        raise UnreadableTargetError("the query holds NUL")
    try:
        query.decode()
    except UnicodeDecodeError as error:
        raise UnreadableTargetError("the query is not UTF-8") from error
