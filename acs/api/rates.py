"""How many requests each token may make: a bucket of requests that fills again. No HTTP here."""

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

_KEPT = 10_000  # tokens that are remembered; a full bucket need not be


class Quota(NamedTuple):
    """What a caller may still ask.

    Attributes:
        limit: requests that a full bucket holds.
        window: whole seconds in which an empty one fills.
        left: requests that it holds now.
        reset: whole seconds until it is full.
    """

    limit: int
    window: int
    left: int
    reset: int


class Buckets:
    """A bucket for each caller.

    Args:
        rate: requests a second that a bucket fills by; 0: there is no limit.
        burst: requests that a full one holds.
        seconds: a clock that never goes back.
    """

    def __init__(self, rate: float, burst: int, seconds: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests, as of then

    def take(self, caller: str) -> float:
        """Take a request out of a caller's bucket; seconds to wait for one, 0 if there was one."""
        if not self._rate:
            return 0.0
        now = self._seconds()
        left, then = self._left.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        wait = max(0.0, (1.0 - left) / self._rate)
        self._left[caller] = (left if wait else left - 1.0, now)
        if len(self._left) > _KEPT:
            self._left.popitem(last=False)  # who has not asked for longest: his is the fullest
        return wait

    def quota(self, caller: str) -> Quota | None:
        """What a caller has left after his last request; None if there is no limit."""
        if not self._rate:
            return None
        left, _ = self._left.get(caller, (self._burst, 0.0))
        return Quota(
            limit=int(self._burst),
            window=math.ceil(self._burst / self._rate),
            left=math.floor(left),
            reset=math.ceil((self._burst - left) / self._rate),
        )
