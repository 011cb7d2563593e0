"""A router's parameter tree as pages of its paths in order: reading, merging, cutting. Pure.

A page holds a stretch of the tree, so that a subtree is read and replaced without the rest.
Instances are in the order of their numbers: "Host.2." comes before "Host.10.".
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

PAGE = 256  # entries in a page as it is cut; it may grow to twice as many
VALUE_MAX = 4096  # characters of a value that are kept
_DIGITS = 18

Key = tuple[tuple[int, int, str], ...]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A parameter, or an object, whose path ends with ".".

    Attributes:
        path: as the router writes it.
        value: as text, None if it was never read; a longer one than ``VALUE_MAX`` is cut.
        type: local name of its XML schema type, None if it is not known.
        writable: of an object: instances can be added, or this one deleted; None: not known.
        read_at: when the value was read, Unix seconds.
    """

    path: str
    value: str | None = None
    type: str | None = None
    writable: bool | None = None
    read_at: float | None = None


class PageRef(msgspec.Struct, frozen=True, array_like=True):
    """Where a page is: its number, its first path and how many entries it has."""

    first: str
    number: int
    entries: int


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The directory of a tree.

    Attributes:
        pages: in the order of the tree.
        whole: subtrees that were read whole and when, Unix seconds: what is not among their
            entries did not exist then. "" is the whole tree.
    """

    pages: tuple[PageRef, ...] = ()
    whole: dict[str, float] = {}


encode_head = msgspec.msgpack.Encoder().encode
decode_head = msgspec.msgpack.Decoder(Head).decode
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Entry]).decode


def encode_page(entries: Sequence[Entry]) -> bytes:
    """A page as it is stored."""
    return zlib.compress(_encode(entries), 1)  # level 6: 7% smaller, and twice the time


def decode_page(body: bytes) -> list[Entry]:
    """The same, back."""
    return _decode(zlib.decompress(body))


def key_of(path: str) -> Key:
    """The path's place in the order of the tree: an object comes before what is below it."""
    return tuple(map(_segment, path.split("."))) if path else ()


def _segment(text: str) -> tuple[int, int, str]:
    if not text:
        return (-1, 0, "")
    if text.isdecimal() and text.isascii() and len(text) <= _DIGITS:
        return (0, int(text), text)
    return (1, 0, text)


def branch_of(path: str) -> Key:
    """How the keys of all at and below the path begin."""
    return key_of(path.removesuffix("."))


def is_below(path: str, above: str) -> bool:
    """Whether ``path`` is ``above`` or below it; ``above`` is an object, or a parameter."""
    return path == above or (path.startswith(above) and (not above or above.endswith(".")))


def place(head: Head, path: str) -> int:
    """Index of the page in which the path is, or would be; -1 when there is no page."""
    found = bisect_right(head.pages, key_of(path), key=_first_key) - 1
    return max(0, found) if head.pages else -1


def span(head: Head, path: str, after: str = "") -> slice:
    """The pages that may hold entries at or below ``path`` that come after ``after``."""
    branch = branch_of(path)
    depth = len(branch)
    low = max(branch, key_of(after)) if after else branch
    begin = max(0, bisect_left(head.pages, low, key=_first_key) - 1)
    end = bisect_right(head.pages, branch, key=lambda page: _first_key(page)[:depth])
    return slice(begin, max(begin, end))


def _first_key(page: PageRef) -> Key:
    return key_of(page.first)


def cut(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Entries in order, as pages of about the same size."""
    count = -(-len(entries) // PAGE)
    bounds = [index * len(entries) // count for index in range(count)] + [len(entries)]
    return [entries[low:high] for low, high in pairwise(bounds)]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in the order of the tree; of two with one path the later counts."""
    return sorted({entry.path: entry for entry in entries}.values(), key=_entry_key)


def _entry_key(entry: Entry) -> Key:
    return key_of(entry.path)


def updated(old: Entry | None, new: Entry) -> Entry:
    """An entry after something new was learned; what ``new`` does not say stays as it was."""
    if old is None:
        return new
    fresh = new.read_at is not None
    return Entry(
        new.path,
        new.value if fresh else old.value,
        new.type or old.type,
        old.writable if new.writable is None else new.writable,
        new.read_at if fresh else old.read_at,
    )
