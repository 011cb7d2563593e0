"""Reads of stored trees: a stretch for browsing, and what is known of single paths."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select

from acs.storage.rows import Page
from acs.storage.schema import tree_pages, trees
from acs.storage.tree_pages import (
    Entry,
    Head,
    decode_head,
    decode_page,
    is_below,
    key_of,
    place,
    span,
)

_p = tree_pages.c


class TreeQuery(msgspec.Struct, frozen=True):
    """Which entries of a tree.

    Attributes:
        path: an object, ending with ".", or a parameter; "" is the whole tree.
        depth: levels below ``path``, None for all. An object whose inside is left out is listed.
        search: only what has this text in its path or value, in any case.
    """

    path: str = ""
    depth: int | None = None
    search: str = ""


class TreeRow(msgspec.Struct, frozen=True):
    """An entry of the tree; ``inside`` counts parameters below an object that are not listed."""

    entry: Entry
    inside: int = 0


class TreeRows(msgspec.Struct, frozen=True):
    """A stretch of a tree.

    Attributes:
        root: "Device." or "InternetGatewayDevice.", "" if it was never walked.
        software_version: that the names were heard of.
        walked_at: when, Unix seconds.
        whole_at: when all below the asked path was last read at once, None if never.
    """

    root: str
    software_version: str
    walked_at: float
    whole_at: float | None
    rows: Page[TreeRow]


class Known(msgspec.Struct, frozen=True):
    """What the stored tree says of some paths.

    Attributes:
        entries: of those paths that it has.
        whole: for each path that it has not: when its surroundings were read whole, so that it
            did not exist then. A path that may exist for all we know is in neither.
    """

    entries: dict[str, Entry] = {}
    whole: dict[str, float] = {}


def tree(
    connection: Connection, router_id: str, query: TreeQuery, limit: int, cursor: str | None
) -> TreeRows | None:
    """Entries in the order of the tree, page by page; None when nothing is known of it.

    ``cursor`` is the path that the page before ended with.
    """
    _hold_still(connection)
    row = connection.execute(select(trees).where(trees.c.router_id == router_id)).one_or_none()
    if row is None:
        return None
    head = decode_head(row.head)
    entries = _entries(connection, router_id, head, query.path, cursor or "")
    found = list(_first(_listed(entries, query, cursor or ""), limit + 1))
    after = found[limit - 1].entry.path if len(found) > limit else None
    return TreeRows(
        root=row.root,
        software_version=row.software_version,
        walked_at=row.at,
        whole_at=_whole_at(head, query.path),
        rows=Page(found[:limit], after),
    )


def known(connection: Connection, router_id: str, paths: Sequence[str]) -> Known:
    """What is known of paths."""
    _hold_still(connection)
    packed = connection.execute(
        select(trees.c.head).where(trees.c.router_id == router_id)
    ).scalar_one_or_none()
    if packed is None:
        return Known()
    head = decode_head(packed)
    numbers = {head.pages[place(head, path)].number for path in paths if head.pages}
    query = select(_p.body).where(_p.router_id == router_id, _p.number.in_(numbers))
    wanted = frozenset(paths)
    entries = {
        entry.path: entry
        for body in connection.execute(query).scalars()
        for entry in decode_page(body)
        if entry.path in wanted
    }
    missing = (path for path in paths if path not in entries)
    whole = {path: at for path in missing if (at := _whole_at(head, path)) is not None}
    return Known(entries, whole)


def _hold_still(connection: Connection) -> None:
    """Have all statements see the same tree; SQLite's readers always do."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ")


def _whole_at(head: Head, path: str) -> float | None:
    """When ``path`` was last read with all its surroundings."""
    return max((at for above, at in head.whole.items() if is_below(path, above)), default=None)


def _entries(
    connection: Connection, router_id: str, head: Head, path: str, after: str
) -> Iterator[Entry]:
    """Entries at or below a path; of those before ``after`` only some. Pages are read as needed."""
    for page in head.pages[span(head, path, after)]:
        query = select(_p.body).where(_p.router_id == router_id, _p.number == page.number)
        entries = decode_page(connection.execute(query).scalar_one())
        yield from (entry for entry in entries if is_below(entry.path, path))


def _listed(entries: Iterable[Entry], query: TreeQuery, after: str) -> Iterator[TreeRow]:
    needle = query.search.casefold()
    place_after = key_of(after)
    folded: Entry | None = None  # an object whose inside is only counted
    inside = 0
    for entry in entries:
        if after and (key_of(entry.path) <= place_after or _is_inside(entry, after, query)):
            continue
        if needle and not _has(entry, needle):
            continue
        if folded is not None and entry.path.startswith(folded.path):
            inside += not entry.path.endswith(".")
            continue
        if folded is not None:
            yield TreeRow(folded, inside)
            folded = None
        if not needle and _level(entry.path, query.path) == query.depth and entry.path[-1] == ".":
            folded, inside = entry, 0
        else:
            yield TreeRow(entry)
    if folded is not None:
        yield TreeRow(folded, inside)


def _is_inside(entry: Entry, last: str, query: TreeQuery) -> bool:
    """Whether the entry was counted with the object that the page before ended with."""
    return (
        not query.search
        and last.endswith(".")
        and _level(last, query.path) == query.depth
        and entry.path.startswith(last)
    )


def _level(path: str, above: str) -> int:
    return path[len(above) :].removesuffix(".").count(".") + (path != above)


def _has(entry: Entry, needle: str) -> bool:
    return needle in entry.path.casefold() or needle in (entry.value or "").casefold()


def _first(rows: Iterator[TreeRow], count: int) -> Iterator[TreeRow]:
    for _ in range(count):
        row = next(rows, None)
        if row is None:
            return
        yield row
