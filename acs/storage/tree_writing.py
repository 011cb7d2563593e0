"""Changes of a stored tree: the pages that a change touches are read and written, no others.

What a fact means for a tree is decided elsewhere.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from acs.storage.schema import tree_pages, trees
from acs.storage.tree_pages import (
    PAGE,
    Entry,
    Head,
    PageRef,
    cut,
    decode_head,
    decode_page,
    encode_head,
    encode_page,
    in_order,
    is_below,
    place,
    span,
    updated,
)

_p = tree_pages.c


class TreeDraft:
    """A router's tree while one change is made to it.

    Args:
        connection: of the writing transaction.
        router_id: whose tree it is.
    """

    def __init__(self, connection: Connection, router_id: str) -> None:
        self._connection = connection
        self._router_id = router_id
        row = connection.execute(
            select(trees.c.software_version, trees.c.head).where(trees.c.router_id == router_id)
        ).one_or_none()
        self._is_new = row is None
        self.software_version = "" if row is None else row.software_version
        self.head = Head() if row is None else decode_head(row.head)

    def learn(self, entries: Iterable[Entry]) -> None:
        """Add entries or what they say to those that are there."""
        by_page: dict[int, list[Entry]] = {}
        for entry in entries:
            by_page.setdefault(place(self.head, entry.path), []).append(entry)
        for index in sorted(by_page, reverse=True):  # from the end: the indexes before it stay
            self._rewrite(slice(max(index, 0), index + 1), partial(_merged, by_page[index]))

    def replace(self, path: str, entries: Sequence[Entry]) -> None:
        """Have exactly these at and below ``path``; what they do not say of old ones stays."""

        def exchanged(old: list[Entry]) -> Iterable[Entry]:
            known = {entry.path: entry for entry in old}
            yield from (entry for entry in old if not is_below(entry.path, path))
            yield from (updated(known.get(entry.path), entry) for entry in entries)

        self._rewrite(span(self.head, path), exchanged)

    def mark(self, path: str, at: float) -> None:
        """Note that all below ``path`` was read whole."""
        whole = {p: t for p, t in self.head.whole.items() if not is_below(p, path)}
        # a subtree that is newer than its parent says nothing that the parent's reading does not
        self.head = Head(self.head.pages, {**whole, path: at})

    def forget_marks(self) -> None:
        """Nothing is known to be whole any more."""
        self.head = Head(self.head.pages)

    def save(self, at: float, root: str | None = None, software_version: str | None = None) -> None:
        """Write the head."""
        known = {"root": root, "software_version": software_version}
        values: dict[str, object] = {k: v for k, v in known.items() if v is not None}
        values["head"] = encode_head(self.head)
        if self._is_new:
            row = {"router_id": self._router_id, "at": at, **values}
            self._connection.execute(insert(trees).values(row))
        else:
            if root is not None:
                values["at"] = at
            here = trees.c.router_id == self._router_id
            self._connection.execute(update(trees).where(here).values(values))

    def _rewrite(self, here: slice, change: Callable[[list[Entry]], Iterable[Entry]]) -> None:
        pages = self.head.pages
        old = pages[here]
        entries = in_order(change(self._read(old)))
        parts = [entries] if 0 < len(entries) <= 2 * PAGE and len(old) == 1 else cut(entries)
        numbers = [page.number for page in old]
        free = max((page.number for page in pages), default=0) + 1
        numbers += range(free, free + max(0, len(parts) - len(numbers)))
        new = [
            PageRef(part[0].path, number, len(part))
            for part, number in zip(parts, numbers, strict=False)
        ]
        for page, part in zip(new, parts, strict=True):
            self._write(page.number, encode_page(part), is_new=page.number >= free)
        for number in numbers[len(parts) :]:
            self._connection.execute(delete(tree_pages).where(*self._at(number)))
        kept = (*pages[: here.start], *new, *pages[here.start + len(old) :])
        self.head = Head(kept, self.head.whole)

    def _read(self, pages: Sequence[PageRef]) -> list[Entry]:
        query = select(_p.number, _p.body).where(
            _p.router_id == self._router_id, _p.number.in_([page.number for page in pages])
        )
        bodies = {row.number: row.body for row in self._connection.execute(query)} if pages else {}
        return [entry for page in pages for entry in decode_page(bodies[page.number])]

    def _write(self, number: int, body: bytes, *, is_new: bool) -> None:
        if is_new:
            row = {"router_id": self._router_id, "number": number, "body": body}
            self._connection.execute(insert(tree_pages).values(row))
        else:
            self._connection.execute(update(tree_pages).where(*self._at(number)).values(body=body))

    def _at(self, number: int) -> tuple[ColumnElement[bool], ...]:
        return (_p.router_id == self._router_id, _p.number == number)


def _merged(new: list[Entry], old: list[Entry]) -> Iterable[Entry]:
    known = {entry.path: entry for entry in old}
    for entry in new:
        known[entry.path] = updated(known.get(entry.path), entry)
    return known.values()
