"""What the other routers of the segment do, against what is usual for that segment.

Pure numbers from the states that the caller knows; what they mean for a router is not decided here.
"""

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from diagnostics.context import SegmentState
from diagnostics.thresholds import Network

_QUARTER = 900.0
_HOUR, _DAY = 3600.0, 86400.0
_LEAST_USUAL = 0.1  # of a count, so that the first router of a small segment is no proof

_OFFLINE = operator.attrgetter("offline")
_IN_ERROR = operator.attrgetter("in_error")
_CALLS = operator.attrgetter("calls_15min")
_BOOTS = operator.attrgetter("boots_10min")

USUAL, HINT, SOME, MANY, MOST = range(5)
"""Levels of a count, see ``Count``."""


class Count(NamedTuple):
    """How many neighbours do something now.

    Attributes:
        now: how many; where the last hour as a whole stands out more, its mean.
        usual: how many do on an ordinary day.
        level: from as usual to beyond any doubt.
    """

    now: float
    usual: float
    level: int


class Neighbourhood:
    """The segment of one router at one moment.

    Attributes:
        newest: the newest state.
    """

    __slots__ = ("_known", "_lately", "_limits", "_older", "_states", "newest")

    def __init__(self, states: Sequence[SegmentState], limits: Network) -> None:
        self.newest = newest = states[-1]
        since = newest.at - limits.lately
        self._lately = [state for state in states if state.at > since]
        self._older = states[: len(states) - len(self._lately)]
        self._limits = limits
        self._states = states
        self._known: dict[str, Count] = {}

    def offline(self) -> Count:
        """Routers that cannot be reached."""
        return self._kept("offline", self._offline)

    def in_error(self) -> Count:
        """Routers with trouble of their own."""
        return self._kept("in_error", self._in_error)

    def calls(self) -> Count:
        """Calls within 15 minutes: now, or per quarter of an hour over the last hour."""
        return self._kept("calls", self._calls)

    def boots(self) -> Count:
        """The most routers that restarted within 10 minutes, in the last hours."""
        return self._kept("boots", self._boots)

    def _kept(self, name: str, count: Callable[[], Count]) -> Count:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = count()
        return known

    def _offline(self) -> Count:
        return self._count(_OFFLINE, self._limits.offline_rate)

    def _in_error(self) -> Count:
        return self._count(_IN_ERROR, self._limits.error_rate)

    def _calls(self) -> Count:
        limits = self._limits
        common = limits.call_rate * self.newest.routers + limits.calls_floor
        now = self.newest.calls_15min
        lately = self._lately
        total = sum(map(_CALLS, lately))
        if now <= common and total <= common * len(lately):
            return Count(now, common, USUAL)
        usual = self._usual(_CALLS, common)
        windows = min(len(lately), (lately[-1].at - lately[0].at + _QUARTER) / _QUARTER)
        mean = total / len(lately)  # windows of states closer than a quarter of an hour overlap
        here, longer = deviate(now, usual), deviate(mean * windows, usual * windows)
        level = self._level(max(here, longer), max(now, mean * windows))
        return Count(now if here >= longer else mean, usual, level)

    def _boots(self) -> Count:
        limits, states = self._limits, self._states
        most = max(map(_BOOTS, states))
        if most >= limits.offline_least:
            since = self.newest.at - limits.restarts_age
            most = max((s.boots_10min for s in states if s.at > since), default=0)
        usual = max(limits.boot_rate * self.newest.routers, _LEAST_USUAL)
        if most < limits.offline_least or deviate(most, usual) < limits.count_sure:
            return Count(most, usual, USUAL)
        large = limits.large_share * self.newest.routers
        return Count(most, usual, MANY if most >= large else SOME)

    def outage_at(self) -> float | None:
        """When lately many were offline that are back now, Unix seconds UTC; None if never."""
        over = self._over(_OFFLINE, self._limits.offline_rate, self._limits.restarts_age)
        return None if over is None else over.at

    def came_back(self) -> bool:
        """Whether many were offline or in trouble in the last day and are not now."""
        limits = self._limits
        return (
            self._over(_OFFLINE, limits.offline_rate, _DAY) is not None
            or self._over(_IN_ERROR, limits.error_rate, _DAY) is not None
        )

    def _over(
        self, of: Callable[[SegmentState], int], rate: float, age: float
    ) -> SegmentState | None:
        """The worst state of late, if no chance explains it and it is over."""
        limits, states, now = self._limits, self._states, of(self.newest)
        if max(map(of, states)) < limits.offline_least:
            return None
        since = self.newest.at - age
        worst = max((state for state in states if state.at > since), key=of)
        usual = max(rate * self.newest.routers, _LEAST_USUAL)
        if of(worst) < limits.offline_least or 2 * now >= of(worst):
            return None
        is_calm = deviate(now, usual) < limits.count_sure
        return worst if is_calm and deviate(of(worst), usual) >= limits.count_vast else None

    def _count(self, of: Callable[[SegmentState], int], rate: float) -> Count:
        now, lately = of(self.newest), self._lately
        common = rate * self.newest.routers
        total = sum(map(of, lately))
        if now <= common and total <= common * len(lately):
            return Count(now, common, USUAL)
        usual = self._usual(of, common)
        # The last hour stands for a trouble that lasts, never for one that is over.
        mean = min(total / len(lately), 2.0 * now)
        here, longer = deviate(now, usual), deviate(mean, usual)
        level = self._level(max(here, longer), max(now, mean))
        return Count(now if here >= longer else mean, usual, level)

    def _usual(self, of: Callable[[SegmentState], int], common: float) -> float:
        """What is usual here: the fleet's, moved by the calmer half of the older states.

        An incident may be in the other half. Successive states are nearly the same routers, so a
        state counts for its span of time, not for itself.
        """
        older = self._older
        if not older:
            return max(common, _LEAST_USUAL)
        counts = sorted(map(of, older))
        calm = counts[: (len(counts) + 1) // 2]
        hours = (self.newest.at - older[0].at) / _HOUR
        weight = hours / self._limits.usual_hours
        usual = (sum(calm) / len(calm) * weight + common) / (weight + 1)
        # What is bad all day is not usual: congestion lasts for hours.
        return max(min(usual, self._limits.usual_most * common), _LEAST_USUAL)

    def _level(self, z: float, count: float) -> int:
        limits = self._limits
        if z < limits.count_doubtful:
            return USUAL
        if count < limits.offline_least or z < limits.count_likely:
            return HINT
        if z < limits.count_sure:
            return SOME
        return MANY if z < limits.count_vast else MOST


def deviate(count: float, usual: float) -> float:
    """By how many standard deviations a count is above what is usual; 0 below.

    The signed root of the Poisson deviance: unlike (x - u) / sqrt(u) right for small counts too.
    """
    if count <= usual:
        return 0.0
    return math.sqrt(2 * (count * math.log(count / usual) - count + usual))


def neighbourhood(
    states: Sequence[SegmentState], limits: Network, now: float
) -> Neighbourhood | None:
    """The segment as of ``now``; None when nothing is known that is news."""
    if not states:
        return None
    if any(later.at < state.at for state, later in itertools.pairwise(states)):
        states = sorted(states, key=lambda state: state.at)
    if states[-1].at > now:
        states = [state for state in states if state.at <= now]
    if not states or now - states[-1].at > limits.state_age:
        return None
    return Neighbourhood(states, limits)
