"""Notices that the server's clock was set: until budgets can be trusted again, nothing reboots.

Only compares two clocks; who asks and what follows is decided elsewhere. No I/O.
"""

import math
from collections.abc import Callable

from acs.commands import Refusal

TOLERANCE = 60.0  # seconds: less is an ordinary correction
_COUNTED = 1800.0  # seconds: the longest window in which reboots and boots of many are counted
_DAY = 86_400.0
_REMEMBERED = 7 * _DAY  # the longest window of one router's budget


class ClockWatch:
    """Compares the clock that rows are written by with one that nobody sets.

    Set forward, the clock takes reboots out of the windows that budgets are counted in before
    their time. Counts of many routers are right again once their window has passed; one router's
    reboots are known with their times, so its budget is counted as if the clock had not been set.
    Set back, the clock makes what is old look fresh for as long as it was set by; a day at most
    is waited.

    Args:
        now: Unix seconds UTC.
        steady: seconds of a clock that is never set and also runs while the machine sleeps.

    Attributes:
        jumps: how often the clock was found set.
    """

    def __init__(self, now: Callable[[], float], steady: Callable[[], float]) -> None:
        self._now = now
        self._steady = steady
        self._offset = now() - steady()
        self._until = -math.inf  # on the steady clock
        self._ahead = 0.0
        self._ahead_until = -math.inf
        self.jumps = 0

    def look(self) -> float:
        """Seconds that reboots have to wait from now on; 0: the counts can be trusted.

        May be called in any thread.
        """
        steady = self._steady()
        offset = self._now() - steady
        jump = offset - self._offset
        if abs(jump) > TOLERANCE:
            wait = max(_COUNTED, min(-jump, _DAY))
            # Another thread that sees the new offset must see the rest too: that comes first.
            self._ahead = self.ahead() + max(0.0, jump)
            self._ahead_until = steady + _REMEMBERED
            self._until = max(self._until, steady + wait)
            self._offset = offset
            self.jumps += 1
        return max(0.0, self._until - steady)

    def ahead(self) -> float:
        """By how many seconds the times of older rows look older than they are."""
        return self._ahead if self._steady() < self._ahead_until else 0.0

    def refusal(self) -> Refusal | None:
        """The objection to a reboot while the counts cannot be trusted."""
        left = self.look()
        if not left:
            return None
        return Refusal(
            "clock",
            "The server's clock was set: what was rebooted lately cannot be counted for another "
            f"{left / 60:.0f} min.",
            self._now() + left,
        )
