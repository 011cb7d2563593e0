"""Memory: leaks, exhaustion, growing kernel memory, processes killed for want of it."""

import math

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
    """Metric, percentage in use, and what one unit of the metric is in per cent (signed)."""
    free, total = see.numbers.get("sys.mem_free"), see.numbers.get("sys.mem_total")
    if free is not None and total is not None and 0 <= free <= total and total > 0:
        return "sys.mem_free", _PERCENT * (1 - free / total), -_PERCENT / total
    used = see.numbers.get("sys.mem_util")
    return None if used is None else ("sys.mem_util", used, 1.0)


def _growth(see: Observations, metric: str, unit: float) -> tuple[float, bool] | None:
    """Growth in per cent of memory a day, 0 without a trend, and whether it is beyond doubt."""
    booted_at = see.history.booted_at
    if booted_at is None or not abs(booted_at - see.history.past.epoch_at) <= HOUR:
        return None  # never across a restart
    normal = see.history.baseline(metric)
    if math.isnan(normal.trend):
        return None
    limits = see.limits.memory
    z = math.copysign(normal.trend, normal.trend * unit)
    if z <= limits.trend or not normal.slope * unit > 0:
        return 0.0, False
    if _filled_fast(see, metric, unit):
        return 0.0, False
    return normal.slope * unit, z >= limits.sure


def _filled_fast(see: Observations, metric: str, unit: float) -> bool:
    """Whether most of the growth came early in this uptime, as that of a page cache does."""
    begun = see.history.past.epoch_at
    values = [value * unit for at, value in see.history.past.series(metric) if at >= begun]
    if len(values) < _FEWEST:
        return False
    half = (values[0] + values[1] + values[-1] + values[-2]) / 4
    below = sum(value < half for value in values)
    return below < see.limits.memory.half_way * len(values)


def _recent_growth(see: Observations, metric: str, unit: float) -> float | None:
    """The same from the raw readings of the last day, for routers that leak within hours."""
    begun = see.now - (see.uptime if see.uptime is not None else DAY)
    pairs = [(at, value) for at, value in see.history.series(metric) if at >= begun]
    if not pairs or pairs[-1][0] - pairs[0][0] < _LEAST_SPAN:
        return None
    at, values = np.array(pairs).T
    trend = theil_sen(at, values)
    if not math.copysign(trend.z, trend.z * unit) > see.limits.memory.trend:
        return 0.0
    return max(0.0, trend.slope * DAY * unit)


def _memory(see: Observations) -> Finding | None:
    used = _used(see)
    if used is None:
        return None
    metric, percent, unit = used
    limits = see.limits.memory
    found = _growth(see, metric, unit)
    growth, is_sure = found or (None, False)
    if percent >= limits.high and not growth:
        growth = _recent_growth(see, metric, unit) or growth
    if growth and (level := _growing(see, percent, growth, is_sure=is_sure)):
        says = "Memory in use is {:.0f} % and grows by {:.1f} points a day without a restart."
        return Finding(level, metric, says, (percent, growth))
    if percent < limits.high:
        return Finding(_NORMAL, metric, "Memory in use is {:.0f} %, which is normal.", (percent,))
    z = see.z(metric, limits.floor / abs(unit))
    if z is not None and abs(z) < limits.steady and growth is not None:
        return Finding(_STEADY, metric, "Memory in use is {:.0f} %, as it always is.", (percent,))
    # a jump to a critical level without a trend is a leak by steps; unknown history is not
    level = _RISING if percent >= limits.critical and growth is not None else _HIGH
    return Finding(level, metric, "Memory in use is {:.0f} %.", (percent,))


def _growing(see: Observations, percent: float, growth: float, *, is_sure: bool) -> int:
    limits = see.limits.memory
    days = (_PERCENT - percent) / growth
    is_soon = days * DAY <= limits.hours_left * HOUR
    if is_soon or (percent >= limits.critical and days <= limits.days_left):
        return _LEAKING
    if is_sure and days <= limits.days_left:
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
    found = _growth(see, metric, 1.0)
    if found is None:
        return None
    growth, limits = found[0], see.limits.memory
    share = _PERCENT * growth / total
    level = above(share, limits.slab_share, 5 * limits.slab_share)
    says = "Kernel memory that cannot be freed is {:.0f} MiB and grows by {:.1f} MiB a day."
    return Finding(level, metric, says, (value / _MIB, growth / _MIB))


def _oom(see: Observations) -> Finding | None:
    metric = "sys.oom_kills"
    kills = see.in_a_day(metric)
    if kills is None:
        return None
    level = above(kills, 1, see.limits.memory.oom_kills)
    says = "{:.0f} processes were killed in 24 hours because memory ran out."
    return Finding(level, metric, says, (kills,))


SYMPTOMS = (
    Symptom("memory", ("sys.mem_free", "sys.mem_util"), _memory),
    Symptom("slab", ("sys.slab_unreclaim",), _slab),
    Symptom("oom", ("sys.oom_kills",), _oom),
)
