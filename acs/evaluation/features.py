"""A case as a row of numbers, for the learned baselines: what the diagnosis sees, no more.

Counters are differenced naively but honestly: across a restart or a wrap the growth is unknown.
No threshold, no meaning.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from diagnostics.cases import Case
from diagnostics.catalogue import CATALOGUE
from diagnostics.context import Cohort

Matrix = NDArray[np.float64]

_HOUR, _DAY = 3600.0, 86_400.0
_NO_DATA = 2**32 - 1
_FEW = 3
_WORDS: dict[str, tuple[str, ...]] = {
    "ppp.state": ("Connected", "Connecting", "Disconnected"),
    "ppp.last_error": ("ERROR_NONE", "ERROR_AUTHENTICATION_FAILURE", "ERROR_ISP_TIME_OUT"),
    "dhcp.status": ("Bound", "Rebinding", "Selecting"),
    "ip.state": ("Up", "LowerLayerDown"),
    "wifi.radio_status": ("Up", "Error", "Down"),
    "eth.tdr_pair_status": ("ok", "open", "short"),
    "lte.rat": ("LTE", "UMTS", "GPRS"),
    "sys.last_boot_cause": ("PowerOn", "Watchdog", "RemoteReboot", "Unknown"),
}
_ACCESSES = ("FTTB", "GPON", "xDSL", "DOCSIS", "LTE")
_GAUGE = ("last", "day", "before", "change", "highest", "slope")
_COUNTER = ("day", "before", "last")
_CONTEXT = (
    "uptime", "boots_day", "boots_week", "watchdogs", "silence", "samples", "hour",
    "segment", "offline", "offline_share", "error", "error_share", "boots", "boots_share", "calls",
    "calls_hour", "error_evening", "boots_hour", "cohort", "relapse", "cohort_error",
    "cohort_rise", "firmware_days", "contacts", "helped", "failed",
    "unpinged",
)  # fmt: skip


@cache
def feature_names() -> tuple[str, ...]:
    """What each column is: ``metric:kind``."""
    names: list[str] = []
    for vital in CATALOGUE.values():
        if vital.metric in _WORDS:
            names += [f"{vital.metric}:{word}" for word in _WORDS[vital.metric]]
        elif not vital.is_text:
            kinds = _COUNTER if vital.kind == "counter" else _GAUGE
            names += [f"{vital.metric}:{kind}" for kind in kinds]
    names += [f"context:{name}" for name in _CONTEXT]
    return (*names, *(f"access:{each}" for each in _ACCESSES))


def features(case: Case) -> Matrix:
    """The row of one case; NaN where nothing is known."""
    rows = sorted((s for s in case.samples if s.at <= case.call_at), key=lambda s: s.at)
    at = np.array([row.at for row in rows])
    uptime = np.array([_number(row.values.get("sys.uptime")) for row in rows])
    known = {name for row in rows for name in row.values}
    numbers: list[float] = []
    for vital in CATALOGUE.values():
        name = vital.metric
        if name in _WORDS:
            last = next((r.values[name] for r in reversed(rows) if name in r.values), None)
            numbers += [math.nan if last is None else float(last == w) for w in _WORDS[name]]
        elif vital.is_text:
            continue
        elif name not in known:
            numbers += [math.nan] * len(_COUNTER if vital.kind == "counter" else _GAUGE)
        else:
            readings = np.array([_number(row.values.get(name)) for row in rows])
            make = _counter if vital.kind == "counter" else _gauge
            numbers += make(readings, at, uptime, case.call_at)
    numbers += _context(case, at, uptime)
    numbers += [float(case.router.access == each) for each in _ACCESSES]
    return np.array(numbers)


def feature_matrix(cases: Sequence[Case]) -> Matrix:
    """The rows of several cases."""
    return np.array([features(case) for case in cases]).reshape(len(cases), len(feature_names()))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _gauge(readings: Matrix, at: Matrix, uptime: Matrix, now: float) -> list[float]:
    known = ~np.isnan(readings)
    readings, at, uptime = readings[known], at[known], uptime[known]
    if not len(readings):
        return [math.nan] * len(_GAUGE)
    is_day = at > now - _DAY
    day = readings[is_day]
    before = readings[~is_day]
    recent = float(np.median(day)) if len(day) else math.nan
    usual = float(np.median(before)) if len(before) else math.nan
    spread = 1.4826 * float(np.median(np.abs(before - usual))) if len(before) else math.nan
    last = float(np.median(readings[-_FEW:]))
    change = (last - usual) / (spread + 0.02 * abs(usual) + 1e-9)
    highest = float(day.max()) if len(day) else math.nan
    return [float(readings[-1]), recent, usual, change, highest, _slope(readings, at, uptime)]


def _slope(readings: Matrix, at: Matrix, uptime: Matrix) -> float:
    """Growth a day within the current uptime epoch, by least squares."""
    if len(at) < 2 * _FEW or math.isnan(uptime[-1]):
        return math.nan
    epoch = at >= at[-1] - uptime[-1]
    x, y = at[epoch], readings[epoch]
    if len(x) < 2 * _FEW:
        return math.nan
    x = (x - x.mean()) / _DAY
    return float((x * (y - y.mean())).sum() / max(float((x * x).sum()), 1e-9))


def _counter(readings: Matrix, at: Matrix, uptime: Matrix, now: float) -> list[float]:
    known = ~np.isnan(readings) & (readings != _NO_DATA)
    readings, at, uptime = readings[known], at[known], uptime[known]
    if len(readings) < 2:  # noqa: PLR2004 - a difference needs two
        return [math.nan] * len(_COUNTER)
    growth, span = np.diff(readings), np.diff(at)
    good = (growth >= 0) & (span > 0) & ~(np.diff(uptime) < 0)
    end, growth, span = at[1:][good], growth[good], span[good]

    def rate(chosen: "NDArray[np.bool_]") -> float:
        seconds = float(span[chosen].sum())
        return _HOUR * float(growth[chosen].sum()) / seconds if seconds else math.nan

    return [rate(end > now - _DAY), rate(end <= now - _DAY), rate(end > now - 3 * _HOUR)]


def _context(case: Case, at: Matrix, uptime: Matrix) -> list[float]:
    now = case.call_at
    boots = [e.at for e in case.events if e.kind == "boot"]
    firmware = [e.at for e in case.events if e.kind == "firmware"]
    actions = [c for c in case.contacts if c.action is not None]
    last_up = float(uptime[-1]) + now - float(at[-1]) if len(at) else math.nan
    if boots:
        last_up = min(last_up, now - max(boots)) if not math.isnan(last_up) else now - max(boots)
    cohort = case.cohort
    return [
        last_up,
        sum(boot > now - _DAY for boot in boots),
        sum(boot > now - 7 * _DAY for boot in boots),
        sum(e.kind == "boot" and e.cause == "watchdog" for e in case.events),
        now - float(at[-1]) if len(at) else math.nan,
        len(at),
        ((now + case.router.utc_offset) % _DAY) / _HOUR,
        *_segment(case),
        cohort.routers if cohort else math.nan,
        _share(cohort, "relapse_7d"),
        _share(cohort, "in_error"),
        _share(cohort, "in_error") - _share(cohort, "previous_firmware_in_error"),
        (now - max(firmware)) / _DAY if firmware else math.nan,
        len(case.contacts),
        sum(c.helped is True for c in actions),
        sum(c.helped is False for c in actions),
        now - _answered(case),
    ]


def _answered(case: Case) -> float:
    """When the router last answered: a sample whose ping, if it has one, was not all lost."""
    answered = (s.at for s in case.samples if _number(s.values.get("ip.ping_loss_gw")) != 1)
    return max(answered, default=case.samples[0].at if case.samples else math.nan)


def _segment(case: Case) -> list[float]:
    states = case.segment_history
    if not states:
        return [math.nan] * 11
    now = states[-1]
    of = max(1, now.routers)
    hour = [s for s in states if s.at > now.at - _HOUR]
    return [
        now.routers,
        now.offline,
        now.offline / of,
        now.in_error,
        now.in_error / of,
        now.boots_10min,
        now.boots_10min / of,
        now.calls_15min,
        sum(s.calls_15min for s in hour) / len(hour),
        sum(s.in_error for s in hour) / len(hour) / of,
        max(s.boots_10min for s in hour),
    ]


def _share(cohort: Cohort | None, name: str) -> float:
    value = None if cohort is None else getattr(cohort, name)
    return math.nan if value is None else float(value)
