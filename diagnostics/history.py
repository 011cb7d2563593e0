"""The running window of one router: raw readings of about a day, and fourteen days in buckets.

It is folded sample by sample, and stored in between as two byte strings. What readings mean for
the router's health is not decided here.
"""

import itertools
import math
from collections.abc import Iterable, Mapping

import numpy as np

from diagnostics.baselines import Array, Baseline
from diagnostics.layout import LEADING
from diagnostics.past import CorruptWindow, Past
from diagnostics.recent import Recent
from diagnostics.rows import WINDOWS, Growth, grown
from diagnostics.sample import Sample, Value

__all__ = ["WINDOWS", "CorruptWindow", "Growth", "History"]

_MILLION = 1e6
_NEWEST = 3
_CURRENT = 6 * 3600.0  # an older reading says nothing about now


class History:
    """The window of one router; changed only by ``extend``."""

    __slots__ = (
        "_changed",
        "_grown",
        "_numbers",
        "_past",
        "_past_bytes",
        "_recent",
        "_table",
        "_tail",
        "_words",
    )

    def __init__(self, recent: Recent, past: bytes) -> None:
        self._recent = recent
        self._past_bytes = past
        self._past: Past | None = None
        self._changed = False
        self._forget()

    def _forget(self) -> None:
        self._table: Array | None = None
        self._tail: list[list[float]] | None = None
        self._numbers: dict[str, float] | None = None
        self._words: dict[str, str] | None = None
        self._grown: dict[float, dict[str, Growth]] | None = None

    @classmethod
    def empty(cls) -> "History":
        """The window of a router that was never heard of."""
        return cls(Recent(), b"")

    @classmethod
    def from_samples(cls, samples: Iterable[Sample]) -> "History":
        """The window after these samples, in their order."""
        history = cls.empty()
        for sample in samples:
            history.extend(sample)
        return history

    @classmethod
    def decode(cls, recent: bytes, past: bytes) -> "History":
        """The window that ``encode_recent`` and ``encode_past`` wrote; empty for no bytes.

        Raises:
            CorruptWindow: ``recent`` is damaged. A damaged ``past`` shows when it is needed.
        """
        return cls(Recent.decode(recent), past)

    def extend(self, sample: Sample) -> bool:
        """Add a sample; whether ``encode_past`` changed too.

        A sample that is not newer than the newest is ignored, unless it is more than an hour
        older: then our own clock was set back, and what it called the future is forgotten.
        """
        recent, at = self._recent, sample.at
        if not recent.accepts(at):
            return False
        number = recent.closing(at)
        if number is not None:
            numeric = recent.layout.numeric
            rows = recent.since(number)[:, LEADING - 1 : LEADING + numeric]
            ids = recent.layout.ids[: 2 * numeric]
            self.past.close(number, ids, len(recent.layout.counters), rows, recent.booted_at)
            self._changed = True
        recent.append(at, sample.values)
        self._forget()
        return number is not None

    def encode_recent(self) -> bytes:
        """The part that changes with each sample."""
        return self._recent.encode()

    def encode_past(self) -> bytes:
        """The part that changes when a bucket of six hours closes."""
        if self._changed:
            self._past_bytes = self.past.encode()
            self._changed = False
        return self._past_bytes

    def until(self, at: float) -> "History":
        """The window as it was before ``at``: the snapshot that a restart wiped.

        Raw readings of counters are left out; their growth is there. It must not be extended.
        """
        older = History(self._recent.until(at), self._past_bytes)
        older._past = self.past
        older._recent.booted_at = self.past.epoch_at
        return older

    @property
    def past(self) -> Past:
        """The fourteen days in buckets.

        Raises:
            CorruptWindow: the stored bytes are damaged.
        """
        if self._past is None:
            self._past = Past.decode(self._past_bytes)
        return self._past

    @property
    def last_at(self) -> float | None:
        """When the newest sample came, Unix seconds UTC; None before the first."""
        at = self._recent.last_at
        return None if math.isnan(at) else at

    @property
    def uptime(self) -> float | None:
        """The newest uptime read, seconds."""
        uptime = self._recent.uptime
        return None if math.isnan(uptime) else uptime

    @property
    def booted_at(self) -> float | None:
        """When the current uptime epoch began, Unix seconds UTC."""
        booted_at = self._recent.booted_at
        return None if math.isnan(booted_at) else booted_at

    @property
    def boots(self) -> tuple[float, ...]:
        """Restarts that the uptime showed in the last 14 days, Unix seconds UTC, ascending."""
        return tuple(self._recent.boots)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that the router was seen to offer."""
        return self._recent.layout.names

    def latest(self) -> Mapping[str, Value]:
        """The newest reading of each metric among the last three samples of six hours."""
        found: dict[str, Value] = {name: _tidy(value) for name, value in self.numbers().items()}
        return found | self.words()

    def numbers(self) -> dict[str, float]:
        """The newest reading of each metric that is a number, counters as read."""
        if self._numbers is None:
            recent, layout = self._recent, self._recent.layout
            readings = zip(layout.counters, recent.readings, strict=True)
            found = {name: value for (name, _), value in readings if value == value}  # noqa: PLR0124
            column = LEADING + len(layout.counters)
            self._newest_of(0)
            newest = self._tail[-1][column:] if self._tail else [math.nan] * len(layout.gauges)
            # Nearly always the newest row has them all.
            for (name, _, _), value in zip(layout.gauges, newest, strict=False):
                if value == value:  # noqa: PLR0124 - NaN
                    found[name] = value
                else:
                    older = self._newest_of(column)
                    if older is not None:
                        found[name] = older
                column += 1
            if "sys.uptime" in found and not math.isnan(recent.uptime):
                found["sys.uptime"] = recent.uptime  # not rounded to 32 bits
            self._numbers = found
        return self._numbers

    def words(self) -> dict[str, str]:
        """The newest reading of each metric whose readings are words."""
        if self._words is None:
            self._words = {}
            column = LEADING + self._recent.layout.numeric
            for name in self._recent.layout.words:
                code = self._newest_of(column)
                if code is not None:
                    self._words[name] = self._recent.words[int(code)]
                column += 1
        return self._words

    def _newest_of(self, column: int) -> float | None:
        if self._tail is None:
            tail: list[list[float]] = self._rows()[-_NEWEST:].tolist()
            oldest = tail[-1][0] - _CURRENT if tail else 0.0
            self._tail = [row for row in tail if row[0] >= oldest]
        for row in reversed(self._tail):
            value = row[column]
            if value == value:  # noqa: PLR0124 - NaN
                return value
        return None

    def newest(self, metric: str) -> list[float]:
        """Readings of a gauge in the last three samples of six hours, oldest first."""
        column = self._recent.layout.index.get(metric)
        if column is None or column >= self._recent.layout.numeric:
            return []
        self._newest_of(0)
        column += LEADING
        return [row[column] for row in self._tail or () if row[column] == row[column]]

    def highest(self, metric: str) -> float | None:
        """The highest raw reading of a gauge in the recent rows."""
        column = self._recent.layout.index.get(metric)
        if column is None or column >= self._recent.layout.numeric or not len(self._rows()):
            return None
        high = float(np.fmax.reduce(self._rows()[:, LEADING + column]))
        return None if math.isnan(high) else high

    def series(self, metric: str) -> list[tuple[float, float]]:
        """Times (Unix seconds UTC) and raw readings of a gauge in the recent rows."""
        column = self._recent.layout.index.get(metric)
        if column is None or column >= self._recent.layout.numeric:
            return []
        pairs = self._rows()[:, (0, LEADING + column)].tolist()
        base = self._recent.base
        return [(base + at, value) for at, value in pairs if value == value]  # noqa: PLR0124

    def baseline(self, metric: str) -> Baseline:
        """What is normal for a metric of this router."""
        return self.past.baseline(metric)

    def gaps(self) -> list[float]:
        """Seconds between successive recent rows; frequent samples were merged."""
        times: list[float] = self._rows()[:, 0].tolist()
        return [later - at for at, later in itertools.pairwise(times)]

    def growths(self, seconds: float) -> dict[str, Growth]:
        """The growth of each counter over the newest ``seconds``, one of ``WINDOWS``."""
        if self._grown is None:
            self._grown = grown(self._recent.layout, self._rows())
        return self._grown[seconds]

    def growth(self, metric: str, seconds: float) -> Growth | None:
        """The growth of a counter over the newest ``seconds``; None when no pair is known.

        Up to a day it is that of the smallest of ``WINDOWS`` that holds them; beyond, it is taken
        from the buckets, whose newest may be six hours old.
        """
        window = min((w for w in WINDOWS if w >= seconds), default=WINDOWS[0])
        total, known = self.growths(window).get(metric, (0.0, 0.0))
        if seconds > WINDOWS[0] and self.last_at is not None:
            older, longer = self.past.growth(metric, self.last_at - seconds)
            if longer > known:
                total, known = older, longer
        return (total, known) if known > 0 else None

    def per_million(
        self, errors: str, packets: str, seconds: float, minimum: float
    ) -> float | None:
        """Errors per million packets over the newest ``seconds``, one of ``WINDOWS``.

        None below ``minimum`` packets: a ratio of little is noise. Where the growth of one of
        both is not known throughout, only samples that know both count.
        """
        growths = self.growths(seconds)
        if errors not in growths or packets not in growths:
            return None
        bad, known = growths[errors]
        total, longer = growths[packets]
        if known != longer:
            bad, total = self._both(errors, packets, seconds)
        return bad / total * _MILLION if total >= minimum else None

    def _both(self, errors: str, packets: str, seconds: float) -> tuple[float, float]:
        index, rows = self._recent.layout.index, self._rows()
        rows = rows[rows[:, 0] > rows[-1, 0] - seconds]
        pairs = rows[:, (LEADING + index[errors], LEADING + index[packets])]
        bad, total = pairs[~np.isnan(pairs).any(axis=1)].sum(axis=0, dtype=np.float64).tolist()
        return bad, total

    def _rows(self) -> Array:
        if self._table is None:
            self._table = self._recent.matrix()
        return self._table


def _tidy(number: float) -> float | int:
    """Undo the rounding of 32-bit storage: seven figures are all that it holds."""
    if number.is_integer():
        return int(number)
    return float(f"{number:.7g}")
