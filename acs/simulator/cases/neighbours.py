"""The segment and the cohort of a router: what its neighbours and its model's others go through.

An affected neighbour is counted, never modelled by itself.
"""

from typing import Any

import numpy as np

from acs.simulator.cases.household import BUSIEST
from acs.simulator.cases.parameters import Parameters

_MINUTE = 60.0
_DAY_MINUTES = 1440


class Neighbourhood:
    """One segment around the call.

    Attributes:
        routers: in the segment, this one not counted.
        offline: share of the affected that is offline from the onset on.
        failing: share of the neighbours that is in trouble from the onset on.
        begin: onset, Unix seconds UTC; None when nothing goes on.
        end: when it is over; None when it goes on.
        burst_at: when many restart at once.
        burst: share that then restarts.
        callers: calls in 15 min at the height.
        evening: the trouble follows the evening instead of staying.
    """

    def __init__(self, routers: int, off_rate: float, error_rate: float, boot_rate: float) -> None:
        self.routers = routers
        self._off, self._error, self._boot = off_rate, error_rate, boot_rate
        self.offline = self.failing = self.burst = self.callers = 0.0
        self.begin: float | None = None
        self.end: float | None = None
        self.burst_at: float | None = None
        self.evening = False

    @classmethod
    def draw(cls, rng: np.random.Generator, p: Parameters) -> "Neighbourhood":
        """A quiet segment by chance."""
        return cls(
            routers=int(np.clip(rng.lognormal(3.6, 0.6), 6, 256)),
            off_rate=p("hood.offline", 0.012) * float(rng.lognormal(0, 0.5)),
            error_rate=p("hood.error", 0.03) * float(rng.lognormal(0, 0.5)),
            boot_rate=p("hood.boots", 0.1) / _DAY_MINUTES * 10,
        )

    def quiet(self) -> "Neighbourhood":
        """Another segment where nothing goes on."""
        return Neighbourhood(self.routers, self._off, self._error, self._boot)

    def history(
        self, rng: np.random.Generator, times: list[float], hours: list[float]
    ) -> list[dict[str, Any]]:
        """The states of the segment at ``times``; ``hours`` are the local hours of them."""
        states = []
        steady_off = rng.binomial(self.routers, min(0.5, self._off))
        gone = rng.binomial(self.routers, min(1.0, self.offline))
        troubled = rng.binomial(self.routers, min(1.0, self.failing))
        for at, hour in zip(times, hours, strict=True):
            share = self._share(at, hour)
            offline = steady_off + (rng.random() < 0.2) + (gone if share else 0)  # noqa: PLR2004 - flicker
            error = rng.binomial(self.routers, min(0.5, self._error)) + round(troubled * share)
            since = 0.0 if self.begin is None else max(0.0, at - self.begin) / (15 * _MINUTE)
            heat = self.callers * min(1.0, since) * share
            states.append(
                {
                    "at": round(at),
                    "routers": self.routers,
                    "offline": int(min(self.routers, offline)),
                    "in_error": int(min(self.routers, error)),
                    "boots_10min": int(self._boots(rng, at)),
                    "calls_15min": int(rng.poisson(0.004 * self.routers + heat)),
                }
            )
        return states

    def _share(self, at: float, hour: float) -> float:
        if self.begin is None or at < self.begin or (self.end is not None and at >= self.end):
            return 0.0
        if self.evening:
            away = abs((hour - BUSIEST + 12) % 24 - 12)
            return float(np.exp(-0.5 * (away / 2.2) ** 2))
        return 1.0

    def _boots(self, rng: np.random.Generator, at: float) -> int:
        usual = rng.poisson(self._boot * self.routers)
        if self.burst_at is None or not 0 <= at - self.burst_at < 10 * _MINUTE:
            return int(usual)
        return min(self.routers, int(usual) + int(rng.binomial(self.routers, self.burst)))


def cohort(
    rng: np.random.Generator, p: Parameters, *, ill: float, relapsing: float, before: float
) -> dict[str, Any]:
    """The routers of the same model and firmware.

    Args:
        rng: randomness of the case.
        p: the figures of the world.
        ill: share in error on top of the usual.
        relapsing: share that a reboot helps for less than 7 days, on top of the usual.
        before: share in error of the firmware before, on top of the usual.
    """
    usual = p("cohort.error", 0.03) * float(rng.lognormal(0, 0.35))
    routers = int(np.clip(rng.lognormal(6.5, 1.0), 30, 50_000))

    def seen(share: float) -> float:
        return round(float(rng.binomial(routers, min(0.9, share)) / routers), 4)

    return {
        "routers": routers,
        "relapse_7d": seen(p("cohort.relapse", 0.02) + relapsing),
        "in_error": seen(usual + ill),
        "previous_firmware_in_error": seen(usual * float(rng.lognormal(0, 0.15)) + before),
    }
