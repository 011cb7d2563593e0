"""Tables as lines of text for a width: which columns stay, fold or go to a second line.

Ids and names are never broken, so that they can be copied. Pure; colours and printing are not here.
"""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len

EMPTY = "-"
_GAP = 2  # columns between two cells
_INDENT = 4  # of a row's further lines
_LEAST = 12  # columns that a folded text has at least
_LAST = 20  # of the last one, which may be long
Row = Sequence[str]


class Piece(NamedTuple):
    """A part of a line: what is printed, and the whole cell that it belongs to."""

    text: str
    cell: str


class _Column(NamedTuple):
    """A column: its place in the rows, and how wide it is printed."""

    place: int
    width: int


Plan = list[list[_Column]]


def lines(headings: Row, rows: Sequence[Row], width: int | None) -> Iterable[list[Piece]]:
    """The lines of a table, headings first.

    Args:
        headings: of the columns.
        rows: cells, ``EMPTY`` where there is nothing.
        width: columns of the terminal; None: nothing is folded or left out.
    """
    plan = _plan(headings, rows, width)
    for row in (headings, *rows):
        for number, columns in enumerate(plan):
            yield from _line(row, columns, _INDENT if number else 0)


def _line(row: Row, columns: list[_Column], indent: int) -> Iterable[list[Piece]]:
    folded = [_fold(row[place], width) for place, width in columns]
    for texts in zip_longest(*folded, fillvalue=""):
        found = [Piece(" " * indent, "")] if indent else []
        last = max((n for n, text in enumerate(texts) if text), default=0)
        for number, ((place, width), text) in enumerate(zip(columns, texts, strict=True)):
            if number <= last:
                pad = " " * (width - cell_len(text) + _GAP) if number < last else ""
                found += [Piece(text, row[place]), Piece(pad, "")]
        yield found


def _fold(text: str, width: int) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    is_wide = cell_len(text) > len(text)  # letters of two columns
    return textwrap.wrap(text, max(1, width // 2 if is_wide else width)) or [""]


def _plan(headings: Row, rows: Sequence[Row], width: int | None) -> Plan:
    table = (headings, *rows)
    natural = [max(cell_len(row[n]) for row in table) for n in range(len(headings))]
    columns = [_Column(n, size) for n, size in enumerate(natural)]
    if width is None or _total(columns) <= width:
        return [columns]
    columns = [c for c in columns if not c.place or any(r[c.place] != EMPTY for r in rows)]
    prose = {c.place for c in columns[1:] if any(" " in row[c.place] for row in rows)}
    if len(columns) > 1:
        prose.add(columns[-1].place)
    narrow = _narrowed(columns, prose, width)
    if _total(narrow) <= width:
        return [narrow]
    return _broken(columns, prose, width)


def _total(columns: Sequence[_Column]) -> int:
    return sum(column.width + _GAP for column in columns) - _GAP


def _narrowed(columns: list[_Column], prose: set[int], width: int) -> list[_Column]:
    """The columns with their texts made narrower, the widest first, as far as needed."""
    found = {column.place: column for column in columns}
    last = max(prose, default=0)
    for column in sorted(columns, key=lambda column: -column.width):
        excess = _total(list(found.values())) - width
        if excess > 0 and column.place in prose:
            least = _LAST if column.place == last else _LEAST
            new = max(min(column.width, least), column.width - excess)
            found[column.place] = column._replace(width=new)
    return list(found.values())


def _broken(columns: list[_Column], prose: set[int], width: int) -> Plan:
    """The columns on as many lines as they need; a text takes what is left of its line."""
    plan: Plan = [[columns[0]]]
    for column in columns[1:]:
        line = plan[-1]
        room = width - (_INDENT if len(plan) > 1 else 0)
        trial = _narrowed([*line, column], prose, room)
        if _total(trial) <= room:
            plan[-1] = trial
        else:
            room = width - _INDENT
            fits = column.place not in prose or column.width <= room
            plan.append([column if fits else column._replace(width=max(room, 1))])
    return plan
