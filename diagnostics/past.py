"""The older part of a router's window: fourteen days in buckets of six hours, and what was normal.

It changes only when a bucket closes. Raw readings stay in ``history``.
"""

import math
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from diagnostics import baselines, trends
from diagnostics.baselines import Array, Baseline, median
from diagnostics.layout import layout_of
from diagnostics.rows import BUCKET

KEPT = 56
"""Buckets kept: fourteen days."""

AGEING = frozenset(
    {
        "sys.mem_free",
        "sys.mem_util",
        "sys.slab_unreclaim",
        "sys.fd_open",
    }
)
"""Gauges whose trend within one uptime is worth knowing ([Garg98])."""

_VERSION = 1
_HEAD = struct.Struct("<BxHHHd")
_FIGURES = 3
_FRESH = 4  # newest buckets left out of what is normal, so that a fault of today stands out
_ENOUGH = 12
_DAY = 86400.0
_EVENINGS = 3
_A_DAY = 4  # buckets
_MIDDLE = 2.0  # hours into the evening
_PER_HOUR = np.float32(3600)
_HOUR = 3600.0
_NAN = np.float32(math.nan)


_NO_NUMBERS: NDArray[np.uint32] = np.zeros(0, dtype="<u4")
_NO_DATA: Array = np.zeros((0, 0, _FIGURES), dtype="<f4")


class CorruptWindow(ValueError):  # noqa: N818 - the field's term, as in CorruptData
    """A stored window cannot be read: it was damaged or written by another version."""


class Past:
    """Buckets of one router, and the baselines calculated from them.

    Of each column a bucket has three figures. Counter: growth, seconds that it covers, fastest
    growth per hour. Gauge: median, lowest, highest.

    Attributes:
        ids: catalogue ids of the columns as 16-bit numbers, counters first.
        epoch_at: when the uptime epoch began that was current at the last closing; NaN unknown.
    """

    __slots__ = ("_data", "_index", "_lines", "_numbers", "_table", "counters", "epoch_at", "ids")

    def __init__(self) -> None:
        self.ids = b""
        self.counters = 0
        self.epoch_at = math.nan
        self._numbers: NDArray[np.uint32] = _NO_NUMBERS
        self._data: Array = _NO_DATA
        self._table: Array | None = None
        self._lines: list[list[float]] | None = None
        self._index: Mapping[str, int] | None = None

    @classmethod
    def decode(cls, data: bytes) -> "Past":
        """The past that ``encode`` wrote; empty for no bytes.

        Raises:
            CorruptWindow: it is damaged.
        """
        past = cls()
        if not data:
            return past
        try:
            version, columns, past.counters, buckets, past.epoch_at = _HEAD.unpack_from(data)
            if version != _VERSION:
                raise CorruptWindow(f"version {version} of a stored past is unknown")
            at = _HEAD.size
            past.ids = data[at : at + 2 * columns]
            at += 2 * columns
            past._numbers = np.frombuffer(data, "<u4", buckets, at)
            at += 4 * buckets
            size = buckets * columns * _FIGURES
            past._data = np.frombuffer(data, "<f4", size, at).reshape(buckets, columns, _FIGURES)
            at += 4 * size
            table = np.frombuffer(data, "<f4", columns * baselines.WIDTH, at)
            past._table = table.reshape(columns, baselines.WIDTH)
        except (struct.error, ValueError) as error:
            raise CorruptWindow(f"a stored past cannot be read: {error}") from error
        return past

    def encode(self) -> bytes:
        """The past as bytes; calculates the baselines if a bucket has closed since."""
        if not len(self._numbers):
            return b""
        columns = len(self.ids) // 2
        head = _HEAD.pack(_VERSION, columns, self.counters, len(self._numbers), self.epoch_at)
        parts = (self._numbers.tobytes(), self._data.tobytes(), self._baselines().tobytes())
        return head + self.ids + b"".join(parts)

    def close(self, number: int, ids: bytes, counters: int, rows: Array, epoch_at: float) -> None:
        """Close bucket ``number``: keep the figures of its rows.

        Args:
            number: the bucket's beginning divided by ``BUCKET``.
            ids: of the columns of ``rows``; all that the past has, or more.
            counters: how many of them are counters; they come first.
            rows: seconds covered, then the readings of each sample.
            epoch_at: when the current uptime epoch began.
        """
        if ids != self.ids:
            self._widen(ids, counters)
        kept = (self._numbers < number) & (self._numbers > number - KEPT)
        figures = _figures(rows, counters)
        self._numbers = np.append(self._numbers[kept], np.uint32(number)).astype("<u4")
        self._data = np.concatenate((self._data[kept], figures[np.newaxis]))
        self.epoch_at = epoch_at
        self._table = self._lines = None

    def _widen(self, ids: bytes, counters: int) -> None:
        old = np.frombuffer(self.ids, "<u2").tolist()
        new = np.frombuffer(ids, "<u2").tolist()
        data = np.full((len(self._numbers), len(new), _FIGURES), _NAN, dtype="<f4")
        for column, vital in enumerate(old):
            data[:, new.index(vital)] = self._data[:, column]
        self.ids, self.counters, self._data = ids, counters, data
        self._index = None

    def _baselines(self) -> Array:
        if self._table is None:
            self._table = self._calculated()
        return self._table

    def _calculated(self) -> Array:
        data, cut = self._data, self.counters
        normal = data[:, :, 0].copy()
        with np.errstate(divide="ignore", invalid="ignore"):
            normal[:, :cut] = data[:, :cut, 0] / data[:, :cut, 1] * _PER_HOUR
        table = np.full((data.shape[1], baselines.WIDTH), _NAN, dtype="<f4")
        if data.shape[1]:
            older = normal[:-_FRESH] if len(normal) >= _ENOUGH else normal
            table[:, :5] = baselines.summarise(np.ascontiguousarray(older.T))
            table[:, 5] = np.fmin.reduce(data[:, :, 1])
            table[:cut, 5] = np.fmin.reduce(normal[:, :cut])
            table[:, 6] = np.fmax.reduce(data[:, :, 2])
            self._add_trends(table)
        return table

    def _add_trends(self, table: Array) -> None:
        begun = self._numbers.astype(np.float64) * BUCKET
        current = begun >= (self.epoch_at if self.epoch_at == self.epoch_at else 0)
        for name, column in self._columns().items():
            if name not in AGEING:
                continue
            y = self._data[:, column, 0].astype(np.float64)
            here = current & np.isfinite(y)
            table[column, 7:] = trends.theil_sen(begun[here] / 86400.0, y[here])

    def _columns(self) -> Mapping[str, int]:
        if self._index is None:
            self._index = layout_of(self.ids).index
        return self._index

    def baseline(self, metric: str) -> Baseline:
        """What is normal for ``metric``; ``baselines.NONE`` when nothing is known."""
        column = self._columns().get(metric)
        if column is None or not len(self._numbers):
            return baselines.NONE
        if self._lines is None:
            self._lines = self._baselines().tolist()
        return Baseline._make(self._lines[column])

    def growth(self, metric: str, since: float) -> tuple[float, float]:
        """Growth of a counter in the buckets that began at ``since`` or later, and its seconds."""
        column = self._columns().get(metric)
        if column is None or column >= self.counters:
            return 0.0, 0.0
        first = int(np.searchsorted(self._numbers, since / BUCKET))
        figures = self._data[first:, column]
        seen = figures[figures[:, 1] > 0]
        return float(seen[:, 0].sum()), float(seen[:, 1].sum())

    def usual_at(self, metric: str, at: float) -> float | None:
        """Median in the buckets of the same six hours of the day as ``at``.

        Of a counter the growth per hour. None with fewer than three.
        """
        column = self._columns().get(metric)
        if column is None:
            return None
        part = int(at // BUCKET) % _A_DAY
        # Lists: arrays of a dozen cost more than they save.
        figures = [
            value / seconds * _HOUR if column < self.counters else value
            for number, (value, seconds, _) in zip(
                self._numbers.tolist(), self._data[:, column].tolist(), strict=True
            )
            if number % _A_DAY == part and value == value  # noqa: PLR0124 - NaN
        ]
        return median(figures) if len(figures) >= _EVENINGS else None

    def share_without(self, metric: str) -> float:
        """Share of the buckets in which a gauge fell to 0; 0 where nothing is known."""
        column = self._columns().get(metric)
        if column is None or column < self.counters:
            return 0.0
        lows = self._data[:, column, 1]
        lows = lows[np.isfinite(lows)]
        return float(np.count_nonzero(lows <= 0)) / len(lows) if len(lows) else 0.0

    def evenings(
        self, metric: str, begins: float, utc_offset: int
    ) -> tuple[float, float, float] | None:
        """Medians of a gauge's highest in the evenings and at other times, and the latter's MAD.

        None with fewer than three evenings; ``begins`` is a local hour.
        """
        column = self._columns().get(metric)
        if column is None or column < self.counters:
            return None
        # the bucket that has the evening's middle
        middle = (begins + _MIDDLE) * _HOUR
        busy: list[float] = []
        rest: list[float] = []
        highs = self._data[:, column, 2].tolist()
        for number, high in zip(self._numbers.tolist(), highs, strict=True):
            if high == high:  # noqa: PLR0124 - NaN
                begun = (number * BUCKET + utc_offset) % _DAY
                (busy if begun <= middle < begun + BUCKET else rest).append(high)
        if len(busy) < _EVENINGS or len(rest) < _EVENINGS:
            return None
        usual = median(rest)
        return median(busy), usual, median([abs(high - usual) for high in rest])

    def series(self, metric: str) -> list[tuple[float, float]]:
        """Beginning and first figure of each bucket that has one, oldest first."""
        column = self._columns().get(metric)
        if column is None:
            return []
        figures = self._data[:, column, 0].tolist()
        begun = (self._numbers * BUCKET).tolist()
        return [(at, value) for at, value in zip(begun, figures, strict=True) if value == value]  # noqa: PLR0124


def _figures(rows: Array, counters: int) -> Array:
    readings = rows[:, 1:]
    grown, gauges = readings[:, :counters], readings[:, counters:]
    figures = np.full((readings.shape[1], _FIGURES), _NAN, dtype="<f4")
    if counters:
        seen = grown == grown  # noqa: PLR0124 - false for NaN alone
        seconds = rows[:, 0]
        figures[:counters, 0] = np.where(seen, grown, 0).sum(axis=0)
        figures[:counters, 1] = seconds @ seen
        with np.errstate(divide="ignore", invalid="ignore"):
            figures[:counters, 2] = np.fmax.reduce(grown / seconds[:, np.newaxis]) * _PER_HOUR
        figures[:counters][figures[:counters, 1] <= 0] = _NAN
    if gauges.shape[1]:
        figures[counters:, 0] = baselines.medians(np.ascontiguousarray(gauges.T))
        figures[counters:, 1] = np.fmin.reduce(gauges)
        figures[counters:, 2] = np.fmax.reduce(gauges)
    return figures
