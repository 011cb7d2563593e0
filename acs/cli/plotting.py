"""A course of readings drawn with braille dots, or with stars where the terminal knows no braille.

Pure: points in, lines out. What the readings mean, and colours, are not here.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from acs.cli.words import number

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Unicode 15, Braille Patterns
_HOUR, _DAY = 3600.0, 86_400.0
_STEPS = tuple(_HOUR * n for n in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720))
_LABEL = 14  # columns that a label of the time axis has at least
_GAP = 4.0  # usual distances between readings; over a longer one no line is drawn,
_SEEN = 40  # unless it is less than this part of the whole, which hardly shows
Point = tuple[float, float]


class Marks(NamedTuple):
    """The characters that a drawing is made of."""

    braille: bool
    axis: str
    corner: str
    tick: str
    boot: str
    usual: str


UTF8 = Marks(braille=True, axis="│", corner="└", tick="┴", boot="┊", usual="╌")
ASCII = Marks(braille=False, axis="|", corner="+", tick="+", boot=":", usual="-")


class Frame(NamedTuple):
    """What part of time and value is drawn, on how many columns and rows."""

    start: float
    end: float
    low: float
    high: float
    columns: int
    rows: int

    def place(self, at: float, value: float) -> tuple[int, int]:
        """Dot of a point, from the left and from the top."""
        across = (at - self.start) / (self.end - self.start)
        up = (value - self.low) / (self.high - self.low)
        x, y = self.columns * 2 - 1, self.rows * 4 - 1
        return round(min(max(across, 0.0), 1.0) * x), round((1 - min(max(up, 0.0), 1.0)) * y)


def draw(
    points: Sequence[Point],
    boots: Iterable[float],
    span: tuple[float, float],
    size: tuple[int, int],
    marks: Marks = UTF8,
) -> list[str]:
    """The lines of a plot: value axis, course, usual value, boots, time axis (UTC).

    Args:
        points: (Unix seconds, value), oldest first; at least one.
        boots: Unix seconds; each is a vertical line, and the course is broken there.
        span: Unix seconds of the left and right edge.
        size: columns and rows of the whole plot, axes included.
        marks: characters to draw with.
    """
    values = [value for _, value in points]
    low, high = _widened(min(values), max(values))
    labels = [number(high), number((low + high) / 2), number(low)]
    margin = max(map(len, labels))
    rows = max(3, size[1] - 2)
    frame = Frame(*span, low, high, max(10, size[0] - margin - 2), rows)
    inside = sorted(at for at in boots if span[0] <= at <= span[1])
    cells = _cells(points, inside, frame, marks)
    beside = {0: labels[0], rows // 2: labels[1], rows - 1: labels[2]}
    lines = [
        f"{beside.get(row, ''):>{margin}} {marks.axis}{''.join(cells[row]).rstrip()}"
        for row in range(rows)
    ]
    ticks, names = _time_axis(frame, marks)
    return [*lines, f"{'':{margin}} {marks.corner}{ticks}", f"{'':{margin}}  {names}".rstrip()]


def _widened(low: float, high: float) -> tuple[float, float]:
    if high > low:
        return low, high
    room = abs(low) * 0.1 or 1.0
    return low - room, high + room


def _cells(
    points: Sequence[Point], boots: Sequence[float], frame: Frame, marks: Marks
) -> list[list[str]]:
    """Rows of characters: the course over boots over the usual value."""
    cells = [[" "] * frame.columns for _ in range(frame.rows)]
    _, dot = frame.place(frame.start, median(value for _, value in points))
    for column in range(0, frame.columns, 2):
        cells[dot // 4][column] = marks.usual
    for at in boots:
        column = frame.place(at, frame.low)[0] // 2
        for line in cells:
            line[column] = marks.boot
    dots: dict[tuple[int, int], int] = {}
    for x, y in _course(points, boots, frame):
        key = (y // 4, x // 2)
        dots[key] = dots.get(key, 0) | _DOTS[y % 4][x % 2]
    for (row, column), bits in dots.items():
        cells[row][column] = chr(0x2800 + bits) if marks.braille else "*"
    return cells


def _course(
    points: Sequence[Point], boots: Sequence[float], frame: Frame
) -> Iterable[tuple[int, int]]:
    yield from (frame.place(*point) for point in points)
    gaps = [later - at for (at, _), (later, _) in pairwise(points)]
    shows = (frame.end - frame.start) / _SEEN
    longest = max(shows, _GAP * median(gaps)) if gaps else shows
    for before, after in pairwise(points):
        broken = any(before[0] < at <= after[0] for at in boots)
        if after[0] - before[0] <= longest and not broken:
            yield from _line(frame.place(*before), frame.place(*after))


def _line(first: tuple[int, int], last: tuple[int, int]) -> Iterable[tuple[int, int]]:
    (x, y), (to_x, to_y) = first, last
    steps = max(abs(to_x - x), abs(to_y - y))
    for step in range(1, steps):
        yield round(x + (to_x - x) * step / steps), round(y + (to_y - y) * step / steps)


def _time_axis(frame: Frame, marks: Marks) -> tuple[str, str]:
    length = frame.end - frame.start
    room = max(1, frame.columns // _LABEL)
    step = next((each for each in _STEPS if length / each <= room), _STEPS[-1])
    step *= math.ceil(length / step / room) if length / step > room else 1
    line = ["-" if not marks.braille else "─"] * frame.columns
    names = [" "] * (frame.columns + _LABEL)
    at = math.ceil(frame.start / step) * step
    while at <= frame.end:
        column = min(frame.place(at, frame.low)[0] // 2, frame.columns - 1)
        text = datetime.fromtimestamp(at, UTC).strftime("%b %d" if step >= _DAY else "%b %d %H:%M")
        if column + len(text) <= frame.columns:
            names[column : column + len(text)] = text
        line[column] = marks.tick
        at += step
    return "".join(line), "".join(names).rstrip()
