"""Compares a router's uptime with our own clock: did it restart, and how much time went by.

Uptime says nothing here about health.
"""

import enum
import math
from typing import NamedTuple

_TICKS_WRAP = 42949672.96
"""sysUpTime counts hundredths of a second in 32 bits and wraps after 497.1 days (RFC 3418)."""
_SLACK = 120.0
_DRIFT = 0.05


class Epoch(enum.Enum):
    """What lies between two samples."""

    SAME = "same"
    BOOTED = "booted"
    UNKNOWN = "unknown"
    CLOCK_FAULT = "clock_fault"


class Step(NamedTuple):
    """From one sample to the next.

    Attributes:
        epoch: whether the router restarted.
        seconds: the best time base; NaN when the clocks contradict each other.
        booted_at: when the restart was (Unix seconds UTC); NaN without one.
    """

    epoch: Epoch
    seconds: float
    booted_at: float = math.nan


def step(before_at: float, before: float, now_at: float, now: float) -> Step:
    """What happened between two samples.

    The difference of uptimes is the better time base (no network delay, no step of our clock),
    and is used when it agrees with the wall clock within 120 s or 5 %.

    Args:
        before_at: when the earlier sample came, Unix seconds UTC.
        before: uptime then, seconds; NaN when unknown.
        now_at: when the later sample came.
        now: uptime then; NaN when unknown.
    """
    wall = now_at - before_at
    if not wall > 0:
        return Step(Epoch.CLOCK_FAULT, math.nan)
    if not (before >= 0 and now >= 0):
        return Step(Epoch.UNKNOWN, wall)
    slack = max(_SLACK, _DRIFT * wall)
    gone = now - before
    if abs(gone + _TICKS_WRAP - wall) <= slack:
        return Step(Epoch.SAME, gone + _TICKS_WRAP)
    if gone < 0 and now <= wall:
        return Step(Epoch.BOOTED, wall, now_at - now)
    if abs(gone - wall) <= slack:
        return Step(Epoch.SAME, gone if gone > 0 else wall)
    if now < before or now < wall - slack:
        return Step(Epoch.BOOTED, wall, now_at - now)
    return Step(Epoch.CLOCK_FAULT, math.nan)
