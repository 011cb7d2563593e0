"""Curves as coordinates of a small SVG. Pure; the markup itself is in the template."""

from collections.abc import Sequence

import msgspec

from acs.pages.series import Point, Series

WIDTH, HEIGHT, FOOT, HEAD = 320.0, 84.0, 6.0, 6.0
_MOST_POINTS = 320


class Plot(msgspec.Struct, frozen=True):
    """What the template draws.

    Attributes:
        lines: each piece of the curve as ``x,y x,y …``.
        dots: pieces of a single point, as x and y.
        boots: x of each boot.
        days: x of each midnight (UTC).
        low, high: values at the bottom and at the top.
        last: the newest value.
    """

    series: Series
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    boots: tuple[float, ...]
    days: tuple[float, ...]
    low: float
    high: float
    last: float


def plot(series: Series, began: float, ended: float, boots: Sequence[float]) -> Plot:
    """Lay a series out between two times (Unix seconds, ``began`` before ``ended``)."""
    values = [point.value for piece in series.pieces for point in piece]
    low, high = min(values), max(values)
    if series.per_hour:
        low = min(0.0, low)
    span = (high - low) or 1.0

    def x(at: float) -> float:
        return round((at - began) / (ended - began) * WIDTH, 1)

    def y(value: float) -> float:
        return round(HEAD + (1 - (value - low) / span) * (HEIGHT - HEAD - FOOT), 1)

    every = max(1, len(values) // _MOST_POINTS + 1)
    thin = [_thinned(piece, every) for piece in series.pieces]
    day = 86_400.0
    midnight = began - began % day + day
    count = int((ended - midnight) // day) + 1
    return Plot(
        series=series,
        lines=tuple(
            " ".join(f"{x(p.at)},{y(p.value)}" for p in piece) for piece in thin if len(piece) > 1
        ),
        dots=tuple((x(p[0].at), y(p[0].value)) for p in thin if len(p) == 1),
        boots=tuple(x(at) for at in boots if began <= at <= ended),
        days=tuple(x(midnight + day * number) for number in range(count)),
        low=low,
        high=high,
        last=values[-1],
    )


def _thinned(piece: Sequence[Point], every: int) -> list[Point]:
    """The highest and the lowest of each few points: no peak is lost."""
    if every == 1:
        return list(piece)
    kept: list[Point] = []
    for start in range(0, len(piece), every * 2):
        part = piece[start : start + every * 2]
        ends = {min(part, key=lambda p: p.value), max(part, key=lambda p: p.value)}
        kept += sorted(ends, key=lambda p: p.at)
    return kept
