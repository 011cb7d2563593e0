"""The newest part of a router's window: raw readings of about a day, and the fold that adds one.

Costs a few microseconds per vital, because it runs at each sample. Buckets are in ``past``.
"""

import math
import struct
from collections.abc import Mapping

import msgspec
import numpy as np

from diagnostics import rows
from diagnostics.baselines import Array
from diagnostics.counters import NO_DATA
from diagnostics.layout import EMPTY, LEADING, Layout, layout_of, widened
from diagnostics.past import CorruptWindow
from diagnostics.sample import Value
from diagnostics.uptime import Epoch, Step, step

_VERSION = 1
_HEAD = struct.Struct("<BxHHHH5d")
_BOOTS = 32
_SAME_BOOT = 60.0
_MEMORY = 14 * 86400.0
_REBASE = 1e6  # 32-bit floats hold a tenth of a second up to here
_BACK = 3600.0  # further back than this our own clock was set back; less is a late sample
_LATEST = 4e12
_OLDEST = 4294967294.0  # seconds; the next number says "no data"
_WORDS, _WORD = 64, 64
_NAN = math.nan


class Recent:
    """The newest readings of one router.

    Attributes:
        layout: columns of the rows.
        base: what the rows' times are relative to, Unix seconds UTC.
        last_at: when the newest sample came; NaN before the first.
        uptime: newest uptime read, seconds; NaN unknown.
        booted_at: beginning of the current uptime epoch; NaN unknown.
        boots: restarts that the uptime showed in the last 14 days.
        readings: newest reading of each counter.
        words: the words that readings of states are indexes of.
        rows: per sample its time, the seconds it covers and the readings; of counters the growth.
    """

    __slots__ = (
        "_seen",
        "_uptime_at",
        "base",
        "booted_at",
        "boots",
        "last_at",
        "layout",
        "readings",
        "rows",
        "uptime",
        "words",
    )

    def __init__(self) -> None:
        self.layout: Layout = EMPTY
        self.base = 0.0
        self.last_at = self.uptime = self._uptime_at = self.booted_at = _NAN
        self.boots: list[float] = []
        self.readings: list[float] = []
        self._seen: list[float] = []  # when each of the readings was taken
        self.words: list[str] = []
        self.rows = b""

    @classmethod
    def decode(cls, data: bytes) -> "Recent":
        """What ``encode`` wrote; empty for no bytes.

        Raises:
            CorruptWindow: it is damaged.
        """
        recent = cls()
        if data:
            try:
                recent._decode(data)
            except (struct.error, KeyError, msgspec.MsgspecError) as error:
                raise CorruptWindow(f"a stored window cannot be read: {error!r}") from error
        return recent

    def _decode(self, data: bytes) -> None:
        head = _HEAD.unpack_from(data)
        version, columns, count, boots, words = head[:5]
        if version != _VERSION:
            raise CorruptWindow(f"version {version} of a stored window is unknown")
        self.base, self.last_at, self.uptime, self._uptime_at, self.booted_at = head[5:]
        at = _HEAD.size
        self.layout = layout = layout_of(data[at : at + 2 * columns])
        at += 2 * columns
        self.readings = list(layout.readings.unpack_from(data, at))
        at += layout.readings.size
        self._seen = list(layout.readings.unpack_from(data, at))
        at += layout.readings.size
        if boots:
            self.boots = list(struct.unpack_from(f"<{boots}d", data, at))
            at += 8 * boots
        if words:
            self.words = msgspec.msgpack.decode(data[at : at + words], type=list[str])
            at += words
        self.rows = data[at:]
        if len(self.rows) != count * layout.row.size:
            raise CorruptWindow("a stored window is cut short")

    def encode(self) -> bytes:
        """All of it as bytes; none before the first sample."""
        if self.last_at != self.last_at:
            return b""
        layout = self.layout
        words = msgspec.msgpack.encode(self.words) if self.words else b""
        count, boots = len(self.rows) // layout.row.size, len(self.boots)
        times = (self.base, self.last_at, self.uptime, self._uptime_at, self.booted_at)
        return b"".join(
            (
                _HEAD.pack(_VERSION, len(layout.names), count, boots, len(words), *times),
                layout.ids,
                layout.readings.pack(*self.readings),
                layout.readings.pack(*self._seen),
                struct.pack(f"<{boots}d", *self.boots),
                words,
                self.rows,
            )
        )

    def matrix(self) -> Array:
        """The rows as numbers, oldest first."""
        return rows.matrix(self.layout, self.rows)

    def accepts(self, at: float) -> bool:
        """Whether a sample of this moment can be added: not late, not doubled, a real time."""
        return 0 <= at <= _LATEST and not self.last_at - _BACK <= at <= self.last_at

    def closing(self, at: float) -> int | None:
        """The number of the bucket that a sample of this moment closes."""
        number = self.last_at // rows.BUCKET
        return int(number) if at // rows.BUCKET > number else None

    def since(self, number: int) -> Array:
        """The rows of bucket ``number`` and after."""
        numbers = self.matrix()
        return numbers[numbers[:, 0] >= number * rows.BUCKET - self.base]

    def append(self, at: float, values: Mapping[str, Value]) -> None:
        """Add the readings of one sample."""
        if at < self.last_at:
            self._set_back(at)
        if not values.keys() <= self.layout.known:
            self._widen(values)
        if self.last_at != self.last_at:
            self.base = at
        uptime = _number(values.get("sys.uptime"))
        uptime = uptime if 0 <= uptime <= _OLDEST else _NAN
        move = self._move(at, uptime)
        row = [at - self.base, move.seconds if move.seconds > 0 else 0.0]
        self._add_counters(row, at, values, move)
        get = values.get
        for name, low, high in self.layout.gauges:
            value = get(name)
            # bool is a number here, text is not; the comparison is false for NaN
            is_number = isinstance(value, int | float)
            row.append(value if is_number and low <= value <= high else _NAN)  # type: ignore[operator,arg-type]
        for name in self.layout.words:
            value = get(name)
            row.append(_NAN if value is None else self._code(value))
        self._store(row)
        self._note(at, move, uptime)

    def _move(self, at: float, uptime: float) -> Step:
        if uptime != uptime:  # noqa: PLR0124 - NaN
            return Step(Epoch.UNKNOWN, at - self.last_at)
        move = step(self._uptime_at, self.uptime, at, uptime)
        if self._uptime_at == self.last_at or move.epoch is Epoch.CLOCK_FAULT:
            return move
        return move._replace(seconds=at - self.last_at)

    def _note(self, at: float, move: Step, uptime: float) -> None:
        is_first = self.booted_at != self.booted_at
        self.last_at = at
        if uptime != uptime:  # noqa: PLR0124 - NaN
            return
        self.uptime, self._uptime_at = uptime, at
        if is_first or move.epoch is Epoch.BOOTED:
            self.booted_at = at - uptime
            if not self.boots or self.booted_at - self.boots[-1] > _SAME_BOOT:
                self.boots.append(self.booted_at)
        if self.boots and (self.boots[0] < at - _MEMORY or len(self.boots) > _BOOTS):
            self.boots = [boot for boot in self.boots if boot >= at - _MEMORY][-_BOOTS:]

    def _add_counters(
        self, row: list[float], at: float, values: Mapping[str, Value], move: Step
    ) -> None:
        readings, seen, last = self.readings, self._seen, self.last_at
        booted = None if move.epoch is Epoch.UNKNOWN else move.epoch is Epoch.BOOTED
        late: list[tuple[int, float]] = []
        for column, (name, rule) in enumerate(self.layout.counters):
            now = _number(values.get(name))
            if not now >= 0 or now == NO_DATA:
                row.append(_NAN)
                continue
            since = seen[column]
            if since == last:
                _, grown = rule.resolve(readings[column], now, move.seconds, booted=booted)
            else:
                restarted = self._restarted(since, move)
                _, grown = rule.resolve(readings[column], now, at - since, booted=restarted)
                if grown == grown:  # noqa: PLR0124 - NaN
                    late.append((column, since - self.base))
            readings[column], seen[column] = now, at
            row.append(grown)
        if late and self.rows:
            self.rows = rows.covered(self.layout, self.rows, late)

    def _restarted(self, since: float, move: Step) -> bool | None:
        if move.epoch is Epoch.BOOTED:
            return True
        return None if move.epoch is Epoch.UNKNOWN else self.booted_at > since

    def _code(self, value: Value) -> float:
        word = value if isinstance(value, str) else str(value).lower()
        word = word[:_WORD]
        try:
            return self.words.index(word)
        except ValueError:
            if not word or (len(self.words) >= _WORDS and not self._forget_words()):
                return _NAN
        self.words.append(word)
        return len(self.words) - 1

    def _forget_words(self) -> bool:
        """Drop words that no row has; whether there is room now."""
        numbers = self.matrix().copy()
        states = numbers[:, LEADING + self.layout.numeric :]
        used = np.unique(states[np.isfinite(states)]).astype(int).tolist()
        for code, old in enumerate(used):
            states[states == old] = code
        self.words = [self.words[old] for old in used]
        self.rows = numbers.tobytes()
        return len(self.words) < _WORDS

    def _store(self, row: list[float]) -> None:
        self.rows = rows.added(self.layout, self.rows, row, self.base)
        if row[0] > _REBASE:
            self.rows, shift = rows.rebased(self.layout, self.rows)
            self.base += shift

    def _set_back(self, at: float) -> None:
        """Our own clock was set back: forget what it called the future."""
        numbers = self.matrix()
        self.rows = numbers[numbers[:, 0] < at - self.base].tobytes()
        self.boots = [boot for boot in self.boots if boot < at]
        self._seen = [_NAN] * len(self._seen)
        self.uptime = self._uptime_at = self.booted_at = _NAN
        self.last_at = _NAN if not self.rows else at

    def until(self, at: float) -> "Recent":
        """The readings before ``at``; what was counted since is left out."""
        numbers = self.matrix()
        older = Recent()
        older.layout, older.base, older.words = self.layout, self.base, self.words
        older.boots = [boot for boot in self.boots if boot < at]
        older.readings = older._seen = [_NAN] * len(self.readings)
        kept = numbers[numbers[:, 0] < at - self.base]
        if len(kept):
            older.rows = kept.tobytes()
            older.last_at = self.base + float(kept[-1, 0])
        return older

    def _widen(self, values: Mapping[str, Value]) -> None:
        old, new = self.layout, widened(self.layout, values)
        if new is old:
            return
        readings = {name: i for i, (name, _) in enumerate(old.counters)}
        kept = [readings.get(name) for name, _ in new.counters]
        self.readings = [_NAN if i is None else self.readings[i] for i in kept]
        self._seen = [_NAN if i is None else self._seen[i] for i in kept]
        self.layout, self.rows = new, rows.rearranged(old, new, self.rows)


def _number(value: object) -> float:
    """A reading as a number; NaN for anything else, and for what no float can hold."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return _NAN
    return _NAN
