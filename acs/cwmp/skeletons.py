"""Parameter lists that came before: all but the values is compared as a whole, not read again.

Routers of one model answer with the same names in the same words, session after session. What is
not exactly as it was is None and is read as if it were new. No XML is understood here.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_KEPT = 256  # skeletons at most
_SEEN = 4096  # keys of lists that came once
_LENGTH = 16_384  # characters of a list that is worth keeping
_NAME = 512  # characters up to the end of a list's first name

Key = tuple[str, str, str]


class Skeleton(NamedTuple):
    """A list without its values.

    Attributes:
        literals: what stands before each value, with its length.
        last: what stands behind the last one, up to the end.
        empty: places among ``names`` of those whose value was an empty tag.
        names: of the parameters.
        kinds: types of their values.
        notes: the oddities of all this.
    """

    literals: tuple[tuple[str, int], ...]
    last: str
    empty: tuple[int, ...]
    names: list[str]
    kinds: list[str]
    notes: frozenset[str]


class Skeletons:
    """The skeletons that were seen lately, by the list's tag and its first and last name."""

    def __init__(self) -> None:
        self._known: dict[Key, Skeleton] = {}
        self._seen: set[Key] = set()

    def __len__(self) -> int:
        return len(self._known)

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
        self._seen.clear()

    def find(self, content: str, start: int, tag: str) -> tuple[Skeleton, list[str]] | None:
        """The skeleton of the list that begins at ``start``, and its values as they are written."""
        key = _key(content, start, tag)
        skeleton = None if key is None else self._known.get(key)
        if skeleton is None:
            return None
        texts: list[str] = []
        found, at = texts.append, start
        starts, find = content.startswith, content.find
        for literal, length in skeleton.literals:
            if not starts(literal, at):
                return None
            at += length
            end = find("<", at)
            found(content[at:end])
            at = end
        # Without another "<" the end is -1, where no literal and no list's end can stand.
        if content[at:] != skeleton.last:
            return None
        for place in skeleton.empty:
            texts.insert(place, "")
        return skeleton, texts

    def learn(
        self,
        content: str,
        start: int,
        tag: str,
        struct: re.Pattern[str],
        found: tuple[Sequence[str], Sequence[str], frozenset[str]],
    ) -> None:
        """Keep the skeleton of a list that was read, if one like it came before.

        Args:
            content: holds the list from ``start`` to its end.
            start: see ``content``.
            tag: the list's, as a part of what it is known by.
            struct: matches one member; its third group is the value, if that is no empty tag.
            found: names, types and notes that were read in the list.
        """
        key = _key(content, start, tag)
        if key is None:
            return
        if key not in self._seen:
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            self._seen.add(key)
            return
        if len(self._known) >= _KEPT and key not in self._known:
            self._known.clear()  # what is still in use is learned again
        names, kinds, notes = found
        spans = list(_spans(content, start, struct))
        at, literals = start, []
        for span in spans:
            if span is not None:
                literals.append((content[at : span[0]], span[0] - at))
                at = span[1]
        empty = tuple(place for place, span in enumerate(spans) if span is None)
        self._known[key] = Skeleton(
            tuple(literals), content[at:], empty, list(names), list(kinds), notes
        )


def _spans(content: str, start: int, struct: re.Pattern[str]) -> Iterator[tuple[int, int] | None]:
    for match in struct.finditer(content, start):
        yield None if match[3] is None else match.span(3)


def _key(content: str, start: int, tag: str) -> Key | None:
    """What a list is known by; None for one that is not kept."""
    if not _NAME < len(content) - start <= _LENGTH:
        return None
    end = content.find("</", start, start + _NAME)
    last = content.rfind("<Name>")
    last_end = content.find("</", last, last + _NAME)
    if end < 0 or last_end < 0:
        return None
    return tag, content[start:end], content[last:last_end]
