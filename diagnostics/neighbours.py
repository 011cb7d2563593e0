"""What the other routers of the segment do, against what is usual for that segment.

Pure numbers from the states that the caller knows; what they mean for a router is not decided here.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from diagnostics.context import SegmentState
from diagnostics.thresholds import Network

_QUARTER = 900.0
_SEVERAL = 3
_PRIOR = 2.0  # states that the fleet's rate counts as beside the segment's own
_LEAST_VARIANCE = 0.7  # of a count: below, a single router more would look remarkable
_NONE, HINT, SOME, MANY = range(4)


class Count(NamedTuple):
    """How many neighbours do something now.

    Attributes:
        now: how many; of calls the mean of the last hour where that is more.
        usual: how many do on an ordinary day.
        level: 0 as usual, 1 doubtful, 2 some, 3 many.
    """

    now: float
    usual: float
    level: int


class Neighbourhood:
    """The segment of one router at one moment.

    Attributes:
        newest: the newest state.
    """

    __slots__ = ("_lately", "_limits", "_older", "newest")

    def __init__(self, states: Sequence[SegmentState], limits: Network) -> None:
        self.newest = newest = states[-1]
        since = newest.at - limits.lately
        self._lately = [state for state in states if state.at > since]
        self._older = [state for state in states if state.at <= since]
        self._limits = limits

    def offline(self) -> Count:
        """Routers that cannot be reached."""
        return self._count(lambda state: state.offline, self._limits.offline_rate, 0.0)

    def in_error(self) -> Count:
        """Routers with trouble of their own."""
        return self._count(lambda state: state.in_error, self._limits.error_rate, 0.0)

    def calls(self) -> Count:
        """Calls within 15 minutes: now, or per quarter of an hour over the last hour."""
        limits = self._limits
        count = self._count(lambda s: s.calls_15min, limits.call_rate, limits.calls_floor)
        lately = self._lately
        span = lately[-1].at - lately[0].at + _QUARTER
        windows = min(len(lately), span / _QUARTER)  # fuller ones overlap
        mean = sum(state.calls_15min for state in lately) / len(lately)
        longer = self._level(mean * windows, count.usual * windows)
        return count if count.level >= longer else Count(mean, count.usual, longer)

    def boots(self) -> Count:
        """The most routers that restarted within 10 minutes, in the last hours."""
        since = self.newest.at - self._limits.restarts_age
        most = max(
            (
                s.boots_10min
                for states in (self._older, self._lately)
                for s in states
                if s.at > since
            ),
            default=0,
        )
        least = self._limits.offline_least
        large = self._limits.large_share * self.newest.routers
        level = _NONE if most < least else MANY if most >= large else SOME
        return Count(most, 0.0, level)

    def came_back(self) -> bool:
        """Whether many were offline in the last day and are not now."""
        least = self._limits.offline_least
        if self.newest.offline >= least:
            return False
        return any(s.offline >= least for states in (self._older, self._lately) for s in states)

    def _count(self, of: Callable[[SegmentState], int], rate: float, floor: float) -> Count:
        now = of(self.newest)
        common = rate * self.newest.routers + floor
        if now <= 1 and all(of(state) <= common + 1 for state in self._lately):
            return Count(now, common, _NONE)
        usual = self._usual(of, common)
        level = self._level(now, usual)
        if level < SOME and self._level(now, common) >= SOME:
            # It is so all the time: remarkable only where it is far from what is normal elsewhere.
            level = SOME if now >= self._limits.large_share * self.newest.routers else HINT
        elif not level:
            level = self._lasting(of, usual)
        return Count(now, usual, level)

    def _lasting(self, of: Callable[[SegmentState], int], usual: float) -> int:
        """Whether the last hour as a whole was worse, or was for a while: either says little."""
        counts = sorted(of(state) for state in self._lately)
        mean = sum(counts) / len(counts)
        z = (mean - usual) / math.sqrt(max(usual, _LEAST_VARIANCE))
        if z >= self._limits.count_lasting and len(counts) >= _SEVERAL:
            return HINT
        return HINT if len(counts) > 1 and self._level(counts[-2], usual) >= SOME else _NONE

    def _usual(self, of: Callable[[SegmentState], int], common: float) -> float:
        """Mean of the calmer half of the older states: an incident may be in the other half."""
        counts = sorted(of(state) for state in self._older)
        calm = counts[: (len(counts) + 1) // 2]
        return (sum(calm) + _PRIOR * common) / (len(calm) + _PRIOR)

    def _level(self, count: float, usual: float) -> int:
        limits = self._limits
        z = (count - usual) / math.sqrt(max(usual, _LEAST_VARIANCE))
        if z < limits.count_doubtful:
            return _NONE
        if count < limits.offline_least or z < limits.count_sure:
            return HINT
        is_large = count >= limits.large_share * self.newest.routers
        return MANY if is_large or z >= limits.count_many else SOME


def neighbourhood(
    states: Sequence[SegmentState], limits: Network, now: float
) -> Neighbourhood | None:
    """The segment as of ``now``; None when nothing is known that is news."""
    if not states:
        return None
    if any(later.at < state.at for state, later in zip(states, states[1:], strict=False)):
        states = sorted(states, key=lambda state: state.at)
    known = [state for state in states if state.at <= now]
    if not known or now - known[-1].at > limits.state_age:
        return None
    return Neighbourhood(known, limits)
