"""The audit log's entries and the chain that ties them together. Plain values; nothing is stored.

Each entry's digest covers the one before it, so that an entry that is changed, left out or put in
later is seen by whoever counts again. What a chain cannot tell is that its end was cut off: for
that its newest digest must be known from elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from hashlib import sha256
from typing import TypeVar

import msgspec

FIRST = bytes(32)  # what the first entry's digest covers in place of one before it

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Act(msgspec.Struct, kw_only=True):
    """Who is at it now.

    Attributes:
        who: a token's name, ``socket``, or a user of the machine.
        channel: ``api``, ``socket`` or ``cli``.
        what: what is asked for, such as ``POST /v1/tokens``.
        about: what it is about, such as a router's id; empty: see the details.
        at: Unix seconds.
        is_told: an entry tells of it, or will with what is being stored.
    """

    who: str
    channel: str
    what: str
    about: str = ""
    at: float
    is_told: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit log.

    Attributes:
        seq: 1, 2, 3 … without a gap.
        at: Unix seconds, whole milliseconds.
        who: see ``Act``.
        channel: see ``Act``.
        what: see ``Act``.
        about: see ``Act``.
        outcome: ``done``, ``refused`` or ``nothing`` (there was nothing to do it to).
        detail: what was done or why not, as a JSON object; never a secret.
        digest: SHA-256 over the digest of the entry before and ``canonical``.
    """

    seq: int
    at: float
    who: str
    channel: str
    what: str
    about: str
    outcome: str
    detail: str
    digest: bytes = b""


ACT: ContextVar[Act | None] = ContextVar("acs_act", default=None)
"""Who is at it now: set by the door that somebody came by, read where something is stored."""


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """What is stored inside was done by somebody."""
    token = ACT.set(act)
    try:
        yield
    finally:
        ACT.reset(token)


def in_act(call: Callable[[T], object]) -> Callable[[T], object]:
    """A call that, whenever it comes, runs for whoever is at it now; itself, if nobody is."""
    if ACT.get() is None:
        return call
    context = copy_context()
    return lambda value: context.run(call, value)


def detail(values: Mapping[str, object]) -> str:
    """Details as an entry holds them: a JSON object, its keys in order."""
    return msgspec.json.encode(dict(sorted(values.items()))).decode()


def canonical(entry: Entry) -> bytes:
    """What of an entry its digest covers: a JSON array in UTF-8 without spaces.

    ``[seq, milliseconds, who, channel, what, about, outcome, detail]``.
    """
    return _encode(
        (
            entry.seq,
            round(entry.at * 1000),
            entry.who,
            entry.channel,
            entry.what,
            entry.about,
            entry.outcome,
            entry.detail,
        )
    )


def digest(before: bytes, entry: Entry) -> bytes:
    """The digest of an entry after one with the digest ``before``."""
    return sha256(before + canonical(entry)).digest()


class Chain:
    """Counts a log again, entry by entry.

    Attributes:
        checked: entries that fit so far.
        first: the number of the first entry; None: there was none.
        head: the digest of the last entry.
        broken: what does not fit, and where; empty: all does.
    """

    def __init__(self) -> None:
        self.checked = 0
        self.first: int | None = None
        self.head = FIRST
        self.broken = ""
        self._next = 1

    def take(self, entries: Iterable[Entry]) -> bool:
        """Count on; False from the first entry on that does not fit.

        The digest of a first entry that is not number 1 is taken as it is: what came before it
        is no longer kept.
        """
        for entry in entries:
            if self.first is None:
                self.first = self._next = entry.seq
            if entry.seq != self._next:
                self.broken = f"entry {self._next} is missing"
            elif (self.checked or entry.seq == 1) and digest(self.head, entry) != entry.digest:
                self.broken = f"entry {entry.seq} was changed, or one before it"
            if self.broken:
                return False
            self.checked += 1
            self.head = entry.digest
            self._next = entry.seq + 1
        return True
