"""A household's habits over the week: when somebody is at home, and how much is asked of the line.

No faults here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WORKDAY = np.array(
    [12, 7, 4, 3, 3, 4, 9, 18, 22, 20, 20, 22, 24, 24, 25, 28, 36, 48, 64, 82, 97, 100, 84, 45]
)
_WEEKEND = np.array(
    [20, 11, 6, 4, 3, 4, 6, 12, 26, 40, 50, 54, 56, 56, 55, 56, 60, 66, 76, 88, 98, 100, 88, 55]
)
_WEEK = np.concatenate((np.tile(_WORKDAY, 5), np.tile(_WEEKEND, 2))) / 100
_CALLS = np.array(
    [0.2, 0.1, 0, 0, 0, 0.1, 0.4, 1.2, 2.6, 3.8, 4.2, 4, 3.8, 3.6, 3.4, 3.4, 3.8, 4.6, 5.6, 6.4,
     6.6, 5.4, 2.8, 0.9]
)  # fmt: skip
BUSIEST = 20.8
"""Local hour of the busiest moment."""

_DAY, _HOUR, _WEEK_HOURS = 86_400.0, 3600.0, 168
_MONDAY = 4 * _DAY  # the epoch was a Thursday


class Household(NamedTuple):
    """One household.

    Attributes:
        peak: packets a second received at its busiest.
        always: Wi-Fi clients that never leave.
        comers: Wi-Fi clients that come home with people.
        wired: hosts on cables.
        packet: bytes of a received packet, mean.
        upward: bytes sent for a byte received.
        wireless: share of the traffic that goes over Wi-Fi.
    """

    peak: float
    always: int
    comers: int
    wired: int
    packet: float
    upward: float
    wireless: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Household":
        """A household by chance."""
        return cls(
            peak=float(rng.lognormal(6.4, 0.8)),
            always=int(rng.poisson(1.8)),
            comers=1 + int(rng.poisson(3.2)),
            wired=int(rng.poisson(1.0)),
            packet=float(rng.uniform(650, 1200)),
            upward=float(rng.uniform(0.05, 0.2)),
            wireless=float(rng.beta(6, 2)),
        )


def busyness(local: Array) -> Array:
    """How busy an average household is at local times (seconds), 0 to 1."""
    hours = ((local - _MONDAY) / _HOUR) % _WEEK_HOURS
    shape: Array = np.interp(hours, np.arange(_WEEK_HOURS + 1), np.append(_WEEK, _WEEK[0]))
    return shape


def call_hour(rng: np.random.Generator, *, evening: bool) -> float:
    """A local hour of the day at which a subscriber calls."""
    weights = _CALLS.copy()
    if evening:
        away = np.abs(np.arange(24) + 0.5 - BUSIEST)
        weights *= 0.01 + np.exp(-0.5 * (away / 1.6) ** 2)
    hour = rng.choice(24, p=weights / weights.sum())
    return float(hour + rng.random())
