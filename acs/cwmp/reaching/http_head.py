"""The head of a router's HTTP answer, read leniently. Pure.

The CWMP port's parser is strict because what follows a message there is the next one. Here one
status and some challenges are all that is wanted, from small servers of every make: HTTP/1.0, bare
line feeds, folded headers, blanks before the colon, an end right after the status line.
"""

import re
from typing import NamedTuple

HEAD_BYTES = 8_192
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)")
_LINE = re.compile(rb"\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_END = re.compile(rb"\r?\n\r?\n")
_FINAL = 200
_PREFIX = b"HTTP/"


class BadHeadError(Exception):
    """The peer does not speak HTTP, or says too much."""


class Head(NamedTuple):
    """A final status, and the values of the WWW-Authenticate headers."""

    status: int
    challenges: tuple[bytes, ...] = ()


def read_head(heard: bytes, *, ended: bool) -> Head | None:
    """The head of the answer, None if it has not come whole yet.

    Args:
        heard: all that came, of which ``HEAD_BYTES`` at most are looked at.
        ended: nothing more will come: what there is must do.

    Raises:
        BadHeadError: it is not the head of an HTTP answer, or too long for one.
    """
    rest = heard[:HEAD_BYTES].lstrip(b"\r\n")
    while True:
        if not (rest.startswith(_PREFIX) or _PREFIX.startswith(rest)):
            raise BadHeadError("not HTTP")
        end = _END.search(rest)
        if end is None:
            return _cut_short(heard, rest, ended=ended)
        head = _read(rest[: end.start()])
        if head.status >= _FINAL:
            return head
        rest = rest[end.end() :]  # an interim answer: the real one follows


def _cut_short(heard: bytes, rest: bytes, *, ended: bool) -> Head | None:
    if len(heard) >= HEAD_BYTES:
        raise BadHeadError("too long")
    if not ended:
        return None
    head = _read(rest)
    if head.status < _FINAL:
        raise BadHeadError("no final answer")
    return head


def _read(text: bytes) -> Head:
    first, *lines = _LINE.split(_FOLD.sub(b" ", text))
    status = _STATUS.match(first)
    if status is None:
        raise BadHeadError("no status")
    challenges = []
    for line in lines:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"www-authenticate":
            challenges.append(value.strip())
    return Head(int(status[1]), tuple(challenges))
