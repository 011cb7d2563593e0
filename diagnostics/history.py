"""The running window of one router: raw readings of about a day, and fourteen days in buckets.

It is folded sample by sample, and stored in between as two byte strings. What readings mean for
the router's health is not decided here.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from diagnostics.baselines import Array, Baseline
from diagnostics.layout import LEADING
from diagnostics.past import CorruptWindow, Past
from diagnostics.recent import Recent
from diagnostics.rows import WINDOWS, Growth
from diagnostics.sample import Sample, Value

__all__ = ["WINDOWS", "CorruptWindow", "Growth", "History"]

_MILLION = 1e6
_NEWEST = 3
_CURRENT = 6 * 3600.0  # an older reading says nothing about now


class History:
    """The window of one router; changed only by ``extend``."""

    __slots__ = (
        "_changed",
        "_columns",
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
        self._columns: list[list[float]] | None = None
        self._tail: list[list[float]] | None = None
        self._numbers: dict[str, float] | None = None
        self._words: dict[str, str] | None = None
        self._grown: dict[tuple[str, float], Growth] | None = None

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

    def is_counter(self, metric: str) -> bool:
        """Whether the router offers this metric, and it counts."""
        layout = self._recent.layout
        return layout.index.get(metric, len(layout.counters)) < len(layout.counters)

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

    def states(self, metric: str) -> list[tuple[float, str]]:
        """Times (Unix seconds UTC) and readings of a metric in words, of the recent rows."""
        layout, known = self._recent.layout, self._recent.words
        if metric not in layout.words:
            return []
        columns, base = self._listed(), self._recent.base
        codes = columns[LEADING + layout.numeric + list(layout.words).index(metric)]
        pairs = zip(columns[0], codes, strict=True)
        return [(base + at, known[int(code)]) for at, code in pairs if code == code]  # noqa: PLR0124 - NaN

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
        return max(self.readings(metric), default=None)

    def readings(self, metric: str) -> list[float]:
        """Raw readings of a gauge in the recent rows, oldest first."""
        column = self._recent.layout.index.get(metric)
        if column is None or column >= self._recent.layout.numeric:
            return []
        return [value for value in self._listed()[LEADING + column] if value == value]  # noqa: PLR0124 - NaN

    def series(self, metric: str) -> list[tuple[float, float]]:
        """Times (Unix seconds UTC) and raw readings of a gauge in the recent rows."""
        column = self._recent.layout.index.get(metric)
        if column is None or column >= self._recent.layout.numeric:
            return []
        columns, base = self._listed(), self._recent.base
        pairs = zip(columns[0], columns[LEADING + column], strict=True)
        return [(base + at, value) for at, value in pairs if value == value]  # noqa: PLR0124 - NaN

    def _listed(self) -> list[list[float]]:
        """The recent rows by column: many symptoms ask for one each."""
        if self._columns is None:
            self._columns = self._rows().T.tolist()
        return self._columns

    def baseline(self, metric: str) -> Baseline:
        """What is normal for a metric of this router."""
        return self.past.baseline(metric)

    def gaps(self) -> list[float]:
        """Seconds between successive recent rows; frequent samples were merged."""
        times = self._listed()[0]
        return [later - at for at, later in itertools.pairwise(times)]

    def grown(self, metric: str, seconds: float) -> Growth:
        """By how much a counter grew over the newest ``seconds``, one of ``WINDOWS``.

        Both 0 where nothing is known.
        """
        if self._grown is None:
            self._grown = {}
        known = self._grown.get((metric, seconds))
        if known is None:
            known = self._grown[metric, seconds] = self._summed(metric, seconds)
        return known

    def _summed(self, metric: str, seconds: float) -> Growth:
        layout = self._recent.layout
        column = layout.index.get(metric)
        if column is None or column >= len(layout.counters):
            return 0.0, 0.0
        columns = self._listed()
        times = columns[0]
        if not times:
            return 0.0, 0.0
        first = bisect_right(times, times[-1] - seconds)
        growth, spans = columns[LEADING + column][first:], columns[LEADING - 1][first:]
        total = sum(growth)
        if total == total:  # noqa: PLR0124 - no NaN: no gap
            return total, sum(spans)
        pairs = [(g, span) for g, span in zip(growth, spans, strict=True) if g == g]  # noqa: PLR0124
        return sum(g for g, _ in pairs), sum(span for _, span in pairs)

    def growth(self, metric: str, seconds: float) -> Growth | None:
        """The growth of a counter over the newest ``seconds``; None when no pair is known.

        Up to a day it is that of the smallest of ``WINDOWS`` that holds them; beyond, it is taken
        from the buckets, whose newest may be six hours old.
        """
        if metric not in self._recent.layout.index:
            return None
        window = min((w for w in WINDOWS if w >= seconds), default=WINDOWS[0])
        total, known = self.grown(metric, window)
        if seconds > WINDOWS[0] and self.last_at is not None:
            older, longer = self.past.growth(metric, self.last_at - seconds)
            if longer > known:
                total, known = older, longer
        return (total, known) if known > 0 else None

    def newest_growth(self, metric: str) -> Growth | None:
        """The growth of a counter from the sample before to the newest; None unknown."""
        layout = self._recent.layout
        column = layout.index.get(metric)
        if column is None or column >= len(layout.counters) or not len(self._rows()):
            return None
        columns = self._listed()
        grown, known = columns[LEADING + column][-1], columns[LEADING - 1][-1]
        return None if math.isnan(grown) else (grown, known)

    def per_million(
        self, errors: str, packets: str, seconds: float, minimum: float
    ) -> float | None:
        """Errors per million packets over the newest ``seconds``, one of ``WINDOWS``.

        None below ``minimum`` packets: a ratio of little is noise. Where the growth of one of
        both is not known throughout, only samples that know both count.
        """
        index = self._recent.layout.index
        if errors not in index or packets not in index:
            return None
        bad, known = self.grown(errors, seconds)
        total, longer = self.grown(packets, seconds)
        if known != longer:
            bad, total = self._both(errors, packets, seconds)
        return bad / total * _MILLION if total >= minimum else None

    def _both(self, errors: str, packets: str, seconds: float) -> tuple[float, float]:
        index, columns = self._recent.layout.index, self._listed()
        first = bisect_right(columns[0], columns[0][-1] - seconds)
        bads = columns[LEADING + index[errors]][first:]
        alls = columns[LEADING + index[packets]][first:]
        known = [pair for pair in zip(bads, alls, strict=True) if sum(pair) == sum(pair)]  # NaN
        return sum(bad for bad, _ in known), sum(count for _, count in known)

    def _rows(self) -> Array:
        if self._table is None:
            self._table = self._recent.matrix()
        return self._table


def _tidy(number: float) -> float | int:
    """Undo the rounding of 32-bit storage: seven figures are all that it holds."""
    if number.is_integer():
        return int(number)
    return float(f"{number:.7g}")
