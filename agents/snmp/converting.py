"""What was read becomes vitals: scales, words, rows combined. Pure; nothing is asked here."""

import math
import re
from collections.abc import Callable, Mapping, Sequence

from agents.snmp.ber import Oid, dotted
from agents.snmp.pdus import COUNTER32, Raw, Varbind
from agents.snmp.profiles import Read
from diagnostics.sample import Value

_TICKS = 2**32 / 100  # seconds after which sysUpTime begins again
_SLACK = 30.0  # seconds that a device's clock may be off from ours over one interval


def said(raw: Raw) -> str:
    """A raw value for people."""
    if isinstance(raw, bytes):
        text = raw.rstrip(b"\0").decode("utf-8", "replace")
        return text if text.isprintable() else raw.hex()
    return dotted(raw) if isinstance(raw, tuple) else str(raw)


Companion = Callable[[str], Raw]
"""What another variable of the same row holds, or a scalar; None without it."""


def one_value(read: Read, raw: Raw, companion: Companion) -> Value | None:
    """The vital of one raw value; None if it is none."""
    if read.words:
        return read.words.get(said(raw))
    if read.text:
        return _text(read, said(raw))
    number = _number(raw)
    if number is None or number in read.absent:
        return None
    others = [_number(companion(oid)) for oid in (read.from_, *read.plus, read.times) if oid]
    known = [other for other in others if other is not None]
    if len(known) != len(others):
        return None
    if read.from_:
        number = known.pop(0) - number
    if read.times:
        return _scaled(read, (number + sum(known[:-1])) * known[-1])
    return _scaled(read, number + sum(known))


def _scaled(read: Read, number: float) -> float:
    if read.scale == 1 and read.offset == 0:
        return number  # stays a whole number: counters of 64 bits need it
    return number * read.scale + read.offset


def _number(raw: Raw) -> float | None:
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else None
    if isinstance(raw, bytes):  # some agents write figures as text
        try:
            return float(raw.rstrip(b"\0").decode("ascii"))
        except ValueError:
            return None
    return None


def _text(read: Read, text: str) -> str | None:
    if not read.pattern:
        return text
    match = re.search(read.pattern, text)
    return None if match is None else match.group(match.lastindex or 0)


Columns = Mapping[str, Mapping[Oid, Varbind]]
"""What was walked: by identifier, then by index."""


def rows_of(read: Read, columns: Columns, scalar: Companion) -> list[tuple[Value, int]]:
    """The values of a table's rows that count, each with the tag of its type."""
    found: list[tuple[Value, int]] = []
    for index, cell in columns.get(read.oid, {}).items():
        if not _counts(read, index, columns):
            continue

        def companion(oid: str, index: Oid = index) -> Raw:
            other = columns.get(oid, {}).get(index)
            return scalar(oid) if other is None else other.value

        value = one_value(read, cell.value, companion)
        if value is not None:
            found.append((value, cell.tag))
    return found


def _counts(read: Read, index: Oid, columns: Columns) -> bool:
    if read.index and not re.search(read.index, dotted(index)):
        return False
    if read.where is None:
        return True
    cell = columns.get(read.where.oid, {}).get(index)
    if cell is None:
        return False
    wanted = read.where.equals
    return cell.value == wanted if isinstance(wanted, int) else said(cell.value) == wanted


def _p10(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(len(values) / 10) - 1]


_COMBINERS: Mapping[str, Callable[[Sequence[float]], float | None]] = {
    "only": lambda values: values[0] if len(values) == 1 else None,
    "first": lambda values: values[0],
    "sum": sum,
    "min": min,
    "max": max,
    "mean": lambda values: sum(values) / len(values),
    "extreme": lambda values: max(values, key=abs),
    "p10": _p10,
    "any": lambda values: float(any(value > 0 for value in values)),
}


def combined(read: Read, rows: Sequence[tuple[Value, int]]) -> Value | None:
    """The rows as one value; None without rows, or when there should be one and are several.

    A sum of counters of 32 bits wraps as they do, so that its differences stay right.
    """
    numbers = [value for value, _ in rows if not isinstance(value, str)]
    if len(numbers) == len(rows) and numbers:
        value = _COMBINERS[read.combine](numbers)
        if read.combine == "sum" and value is not None and {tag for _, tag in rows} == {COUNTER32}:
            return value % 2**32
        return value
    if rows and (read.combine == "first" or len(rows) == 1):
        return rows[0][0]
    return None


def added_up(raw: int, before: tuple[int, int] | None) -> tuple[int, int]:
    """A counter that begins again every quarter of an hour, as one that goes on.

    Args:
        raw: as read.
        before: the last raw value and the sum then.

    Returns:
        The raw value and the sum now: a lower bound, for what was counted between the last
        reading of a quarter and its end is lost.
    """
    if before is None:
        return raw, raw
    last, total = before
    return raw, total + (raw - last if raw >= last else raw)


def unwrapped(ticks_seconds: float, before: tuple[float, float] | None, at: float) -> float:
    """Seconds of an uptime of 32 bits of hundredths, which begins again after 497 days.

    Args:
        ticks_seconds: as read.
        before: the uptime as it was last given out, and when.
        at: now, on the same clock.
    """
    if before is None:
        return ticks_seconds
    should = before[0] + at - before[1]
    turns = round((should - ticks_seconds) / _TICKS)
    whole = ticks_seconds + turns * _TICKS
    return whole if turns > 0 and abs(whole - should) <= _SLACK else ticks_seconds
