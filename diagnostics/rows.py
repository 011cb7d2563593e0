"""Rows of a router's window as packed bytes: adding, merging, trimming, laying out anew.

A row is its time relative to a base, the seconds it covers, and the readings; of counters the
growth. Private to the window.
"""

import math
import struct
from collections.abc import Sequence

import numpy as np

from diagnostics.baselines import Array
from diagnostics.layout import LEADING, Layout

BUCKET = 21600.0
"""Seconds per bucket; they begin at multiples of it, UTC."""

WINDOWS = (86400.0, 10800.0)
"""Seconds over which the growth of counters is kept at hand, longest first."""

Growth = tuple[float, float]
"""By how much a counter grew, and over how many seconds that is known."""

_FIRST = struct.Struct("<f")
_SPAN = 90000.0  # 25 h: a day and the reading before it
_STEP = 2400.0  # rows closer than this are merged, so that frequent samples stay small
_MOST = 48
_FEWEST = 4


def matrix(layout: Layout, rows: bytes) -> Array:
    """The rows as numbers, oldest first; not writable."""
    return np.frombuffer(rows, "<f4").reshape(-1, LEADING + len(layout.names))


def added(layout: Layout, rows: bytes, row: Sequence[float], base: float) -> bytes:
    """The rows with ``row`` added: rows of over a day ago go, close ones are merged into one."""
    size = layout.row.size
    if len(rows) > size and _is_close(rows, size, row[0], base):
        row = _merged(layout, layout.row.unpack_from(rows, len(rows) - size), row)
        rows = rows[:-size]
    start = max(0, len(rows) // size - _MOST + 1) * size
    while (
        len(rows) - start > _FEWEST * size and _FIRST.unpack_from(rows, start)[0] < row[0] - _SPAN
    ):
        start += size
    return rows[start:] + layout.row.pack(*row)


def _is_close(rows: bytes, size: int, now: float, base: float) -> bool:
    (last,) = _FIRST.unpack_from(rows, len(rows) - size)
    (before,) = _FIRST.unpack_from(rows, len(rows) - 2 * size)
    # never across a bucket's end: the closed bucket has counted the older row
    return bool(last - before < _STEP and (last + base) // BUCKET == (now + base) // BUCKET)


def _merged(layout: Layout, old: Sequence[float], new: Sequence[float]) -> list[float]:
    grown = LEADING + len(layout.counters)
    merged = [new[0], old[1] + new[1]]
    for column in range(LEADING, len(new)):
        was, now = old[column], new[column]
        if math.isnan(now):
            merged.append(was)
        elif column < grown and not math.isnan(was):
            merged.append(was + now)
        else:
            merged.append(now)
    return merged


def rebased(layout: Layout, rows: bytes) -> tuple[bytes, float]:
    """The rows with times relative to the oldest, and by how many seconds they were shifted."""
    numbers = matrix(layout, rows).copy()
    shift = float(numbers[0, 0])
    numbers[:, 0] -= np.float32(shift)
    return numbers.tobytes(), shift


def rearranged(old: Layout, new: Layout, rows: bytes) -> bytes:
    """The rows of layout ``old`` in layout ``new``, which has all its columns."""
    numbers = matrix(old, rows)
    wide = np.full((len(numbers), LEADING + len(new.names)), np.nan, dtype="<f4")
    wide[:, :LEADING] = numbers[:, :LEADING]
    for name, column in old.index.items():
        wide[:, LEADING + new.index[name]] = numbers[:, LEADING + column]
    return wide.tobytes()


def covered(layout: Layout, rows: bytes, late: Sequence[tuple[int, float]]) -> bytes:
    """The rows with gaps closed: counter columns that were left out after a time, now known.

    The growth since then stands in the newest row, so the rows in between grew by nothing.
    """
    numbers = matrix(layout, rows).copy()
    for column, since in late:
        gap = (numbers[:, 0] > since) & np.isnan(numbers[:, LEADING + column])
        numbers[gap, LEADING + column] = 0
    return numbers.tobytes()
