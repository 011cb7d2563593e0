"""Notices that the server's clock was set: until budgets can be trusted again, nothing reboots.

Only compares two clocks; who asks and what follows is decided elsewhere. No I/O.
"""

from collections.abc import Callable

from acs.commands import Refusal

TOLERANCE = 60.0  # seconds: less is an ordinary correction
_LONGEST = 86_400.0  # seconds: what a router's budget of a day needs


class ClockWatch:
    """Compares the clock that rows are written by with one that nobody sets.

    Set forward, the clock takes reboots out of the windows that budgets are counted in before
    their time; set back, it makes old readings look fresh. Both heal after as long as it was set
    by, and a day at most.

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
        self._until: float | None = None  # on the steady clock
        self.jumps = 0

    def look(self) -> float:
        """Seconds that reboots have to wait from now on; 0: the clock can be trusted.

        May be called in any thread.
        """
        steady = self._steady()
        offset = self._now() - steady
        jump = abs(offset - self._offset)
        if jump > TOLERANCE:
            # In this order: another thread that sees the new offset must see the new end too.
            self._until = max(self._until or 0.0, steady + min(jump, _LONGEST))
            self._offset = offset
            self.jumps += 1
        return max(0.0, self._until - steady) if self._until is not None else 0.0

    def refusal(self) -> Refusal | None:
        """The objection to a reboot while the clock cannot be trusted."""
        left = self.look()
        if not left:
            return None
        return Refusal(
            "clock",
            "The server's clock was set: what was rebooted lately cannot be counted for another "
            f"{left / 60:.0f} min.",
            self._now() + left,
        )
