"""Memory: leaks, exhaustion, growing kernel memory, processes killed for want of it."""

import math
from typing import NamedTuple

import numpy as np

from diagnostics.observations import DAY, HOUR, Finding, Observations
from diagnostics.symptoms.base import Symptom, above
from diagnostics.trends import theil_sen

_NORMAL, _STEADY, _HIGH, _RISING, _GROWING, _LEAKING = range(6)
_MIB = 1024.0
_PERCENT = 100.0
_LEAST_SPAN = 8 * HOUR
_FEWEST = 6


def _used(see: Observations) -> tuple[str, float, float] | None:
    """Metric, percentage in use, and what one unit of the metric is in per cent (signed).

    What a router calls free leaves out its page cache as a rule, which fills any memory in time;
    the part that cannot be reclaimed tells more where it is offered.
    """
    used = see.numbers.get("sys.mem_util")
    if used is not None:
        return "sys.mem_util", used, 1.0
    free, total = see.numbers.get("sys.mem_free"), see.numbers.get("sys.mem_total")
    if free is not None and total is not None and 0 <= free <= total and total > 0:
        return "sys.mem_free", _PERCENT * (1 - free / total), -_PERCENT / total
    return None


class _Growth(NamedTuple):
    """How memory in use grows.

    Attributes:
        a_day: per cent of memory a day; 0 without a trend.
        is_sure: it is beyond doubt, and no slower than before.
        risen: per cent since the restart.
    """

    a_day: float
    is_sure: bool = False
    risen: float = 0.0


_STILL = _Growth(0.0)


def _growth(see: Observations, metric: str, unit: float, close: float) -> _Growth | None:
    """The growth within this uptime, in ``unit``; None while too little of it is known.

    Less than ``close`` below its highest it has stopped.
    """
    booted_at = see.history.booted_at
    if booted_at is None or not abs(booted_at - see.history.past.epoch_at) <= HOUR:
        return None  # never across a restart
    normal = see.history.baseline(metric)
    if math.isnan(normal.trend):
        return None
    limits = see.limits.memory
    z = math.copysign(normal.trend, normal.trend * unit)
    if z <= limits.trend or not normal.slope * unit > 0:
        return _STILL
    begun = see.history.past.epoch_at
    pairs = [(at, value * unit) for at, value in see.history.past.series(metric) if at >= begun]
    values = [value for _, value in pairs]
    risen = max(0.0, values[-1] - values[0])
    if not _slows(values, limits.early, close):
        return _Growth(normal.slope * unit, z >= limits.sure, risen)
    older, newer = pairs[len(pairs) // 2], pairs[-1]
    return _Growth(max(0.0, (newer[1] - older[1]) / (newer[0] - older[0]) * DAY), risen=risen)


def _slows(values: list[float], share: float, close: float) -> bool:
    """Whether more of a growth came early than a leak's would: a cache fills like that.

    Args:
        values: at even steps.
        share: of the growth that may come in the first half of the time.
        close: so near to the highest value it has stopped; what comes after that does not count.
    """
    ceiling = max(values) - close
    rising = values[: next(i for i, value in enumerate(values, 1) if value >= ceiling)]
    if len(rising) < _FEWEST:
        return True  # full soon after the restart
    middle = len(rising) // 2
    early = (rising[middle] + rising[-1 - middle]) / 2 - rising[0]
    return early > share * (rising[-1] - rising[0])


def _recent_growth(see: Observations, metric: str, unit: float) -> _Growth | None:
    """The same from the raw readings of the last day, for routers that leak within hours."""
    begun = see.now - (see.uptime if see.uptime is not None else DAY)
    pairs = [(at, value) for at, value in see.history.series(metric) if at >= begun]
    if not pairs or pairs[-1][0] - pairs[0][0] < _LEAST_SPAN:
        return None
    at, values = np.array(pairs).T
    trend = theil_sen(at, values)
    if not math.copysign(trend.z, trend.z * unit) > see.limits.memory.trend:
        return _STILL
    return _Growth(max(0.0, trend.slope * DAY * unit))


def _memory(see: Observations) -> Finding | None:
    used = _used(see)
    if used is None:
        return None
    metric, percent, unit = used
    limits = see.limits.memory
    growth = _growth(see, metric, unit, limits.floor)
    if percent >= limits.high and not (growth and growth.a_day):
        lately = _recent_growth(see, metric, unit)
        # of a longer uptime the last day alone tells no slow leak: its noise is as large
        most = math.inf if growth is None else limits.hours_left / 24
        if lately and _days_left(percent, lately.a_day) < most:
            growth = lately
    if growth and growth.a_day and (level := _growing(see, percent, growth)):
        says = "Memory in use is {:.0f} % and grows by {:.1f} points a day without a restart."
        return Finding(level, metric, says, (percent, growth.a_day))
    if percent < limits.high:
        return Finding(_NORMAL, metric, "Memory in use is {:.0f} %, which is normal.", (percent,))
    z = see.z(metric, limits.floor / abs(unit))
    if z is not None and abs(z) < limits.steady and growth is not None:
        return Finding(_STEADY, metric, "Memory in use is {:.0f} %, as it always is.", (percent,))
    # a jump to a critical level without a trend is a leak by steps; unknown history is not
    level = _RISING if percent >= limits.critical and growth is not None else _HIGH
    return Finding(level, metric, "Memory in use is {:.0f} %.", (percent,))


def _days_left(percent: float, a_day: float) -> float:
    return (_PERCENT - percent) / a_day if a_day > 0 else math.inf


def _growing(see: Observations, percent: float, growth: _Growth) -> int:
    limits = see.limits.memory
    days = _days_left(percent, growth.a_day)
    is_soon = days <= limits.hours_left / 24
    if is_soon or (percent >= limits.critical and days <= limits.days_left):
        return _LEAKING
    if growth.is_sure and (days <= limits.days_left or growth.risen >= limits.risen):
        return _GROWING
    if days > limits.months_left:
        return _NORMAL
    if percent >= limits.high or days <= limits.days_left:
        return _RISING
    return _NORMAL


def _slab(see: Observations) -> Finding | None:
    metric = "sys.slab_unreclaim"
    value, total = see.numbers.get(metric), see.numbers.get("sys.mem_total")
    if value is None or not total:
        return None
    limits = see.limits.memory
    found = _growth(see, metric, 1.0, limits.slab_share * total / _PERCENT)
    if found is None:
        return None
    growth = found.a_day
    share = _PERCENT * growth / total
    level = above(share, limits.slab_share, 5 * limits.slab_share)
    says = "Kernel memory that cannot be freed is {:.0f} MiB and grows by {:.1f} MiB a day."
    return Finding(level, metric, says, (value / _MIB, growth / _MIB))


def _oom(see: Observations) -> Finding | None:
    metric = "sys.oom_kills"
    kills = see.in_a_day(metric)
    if kills is None:
        return None
    if kills < 1:
        return Finding(0, metric, "No process was killed for want of memory in 24 hours.")
    level = above(kills, 1, see.limits.memory.oom_kills)
    says = "For want of memory {:.0f} processes were killed in 24 hours."
    return Finding(level, metric, says, (kills,))


SYMPTOMS = (
    Symptom("memory", ("sys.mem_free", "sys.mem_util"), _memory),
    Symptom("slab", ("sys.slab_unreclaim",), _slab),
    Symptom("oom", ("sys.oom_kills",), _oom),
)
