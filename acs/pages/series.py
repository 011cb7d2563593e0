"""Readings of two weeks as curves: what to show, gauges as they are, counters as growth per hour.

Pure. How a curve is drawn belongs to ``plots``; what a reading means, to the diagnosis.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from diagnostics.catalogue import CATALOGUE
from diagnostics.sample import Sample

MOST = 6  # plots on one card
_HOUR = 3600.0
_ALWAYS = ("sys.mem_free", "sys.cpu_util", "eth.fcs_err", "dsl.crc_ds", "pon.rx_power")
_FEWEST = 2
_BREAK = 6 * _HOUR  # silence longer than this breaks a curve
_BOOT_SLACK = 120.0


class Point(msgspec.Struct, frozen=True):
    """A value at a time (Unix seconds)."""

    at: float
    value: float


class Series(msgspec.Struct, frozen=True):
    """One curve.

    Attributes:
        metric: its name in the catalogue.
        unit: of the values.
        per_hour: a counter's growth, rather than a reading.
        pieces: the curve, broken where nothing was read.
    """

    metric: str
    unit: str
    per_hour: bool
    pieces: tuple[tuple[Point, ...], ...]


def boots(samples: Sequence[Sample], known: Iterable[float]) -> tuple[float, ...]:
    """When the router started (Unix seconds), from its uptime and from what it told."""
    found: list[float] = []
    for at in sorted(known):
        if not found or at - found[-1] > _BOOT_SLACK:
            found.append(at)
    for sample in samples:
        uptime = sample.values.get("sys.uptime")
        if isinstance(uptime, int | float) and uptime >= 0:
            at = sample.at - float(uptime)
            if all(abs(at - each) > _BOOT_SLACK for each in found):
                found.append(at)
    return tuple(sorted(found))


def choose(wanted: Iterable[str], samples: Sequence[Sample]) -> tuple[Series, ...]:
    """Curves of the metrics that the evidence names, then of those that are always of interest."""
    chosen: list[Series] = []
    for metric in dict.fromkeys((*wanted, *_ALWAYS)):
        made = series(metric, samples)
        if made is not None and len(chosen) < MOST:
            chosen.append(made)
    return tuple(chosen)


def series(metric: str, samples: Sequence[Sample]) -> Series | None:
    """The curve of one metric; None when it is no number or was hardly ever read."""
    vital = CATALOGUE.get(metric)
    if vital is None or vital.is_text or vital.kind == "state":
        return None
    assert vital.valid is not None
    low, high = vital.valid
    read = [
        Point(sample.at, float(value))
        for sample in samples
        if isinstance(value := sample.values.get(metric), int | float)
        and not isinstance(value, bool)
        and low <= value <= high
    ]
    per_hour = vital.kind == "counter"
    points = _growth(read) if per_hour else read
    if len(points) < _FEWEST:
        return None
    return Series(metric, vital.unit, per_hour, _pieces(points))


def _growth(read: Sequence[Point]) -> list[Point]:
    """Growth per hour between readings; a counter that fell began anew, from 0."""
    return [
        Point(b.at, (b.value - a.value if b.value >= a.value else b.value) * _HOUR / (b.at - a.at))
        for a, b in pairwise(read)
        if b.at > a.at
    ]


def _pieces(points: Sequence[Point]) -> tuple[tuple[Point, ...], ...]:
    pieces: list[list[Point]] = [[points[0]]]
    for before, point in pairwise(points):
        if point.at - before.at > _BREAK:
            pieces.append([])
        pieces[-1].append(point)
    return tuple(map(tuple, pieces))
