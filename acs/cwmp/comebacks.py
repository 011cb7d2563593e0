"""When routers that are sent away are to come back: one after the other, as fast as can be served.

After a power cut a city's routers come within seconds. A random wait of fixed bounds would bring
them back within those bounds, all of them again too many. Whether one is sent away is not decided
here. TR-069 does not bind a router to Retry-After; who backs off by its own table is spread by it.
"""

from collections.abc import Callable

_SOONEST = (5.0, 10.0)  # seconds; TR-069 Amendment 6, 3.2.1.1: the first retry's own bounds
_LONGEST = 900.0  # seconds; later, a router's own table brings it back anyway
_SLOWEST = 100.0  # sessions a second that are believed before any was counted
_MORE = 1.1  # times the pace: were it less, the pace seen would fall with what is told
_GLANCE = 0.25  # seconds that are counted together at least
_LOOK = 2.0  # the same for small changes: commits make shorter times uneven
_WEIGHT = 0.03  # of less than is believed: a busy server begins less for a while
_LEAP = 2.0  # times what is believed: it was not known yet, or is a new day


class Comebacks:
    """Gives each router that is sent away the next free moment.

    Args:
        seconds: a clock that never goes back.
        uniform: a random number between two bounds.

    Attributes:
        begun: sessions begun so far; whoever begins one adds to it.
    """

    __slots__ = ("_begun_then", "_looked_at", "_next", "_pace", "_seconds", "_uniform", "begun")

    def __init__(
        self, seconds: Callable[[], float], uniform: Callable[[float, float], float]
    ) -> None:
        self.begun = 0
        self._seconds = seconds
        self._uniform = uniform
        self._pace = _SLOWEST
        self._looked_at = seconds()
        self._begun_then = 0
        self._next = 0.0

    def wait(self) -> float:
        """Seconds after which a router that is sent away now is to come back."""
        now = self._seconds()
        self._look(now)
        soonest = self._uniform(*_SOONEST)
        behind = max(self._next - now, 0.0) + 1 / (_MORE * self._pace)
        if behind > _LONGEST:
            return self._uniform(_SOONEST[0], _LONGEST)
        self._next = now + behind
        return soonest + behind

    def _look(self, now: float) -> None:
        """Learn from what was begun since; that nothing was is no pace but an outage."""
        passed = now - self._looked_at
        if passed < _GLANCE:
            return
        seen = (self.begun - self._begun_then) / passed
        if seen > _LEAP * self._pace:  # between those told to come slowly there is room for more
            self._next = now + (self._next - now) * self._pace / seen
            self._pace = seen
        elif passed < _LOOK:
            return
        elif seen:
            self._pace = max(seen, self._pace + _WEIGHT * (seen - self._pace), _SLOWEST)
        self._looked_at, self._begun_then = now, self.begun
