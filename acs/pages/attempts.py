"""Failed log-ins counted by address. It only slows guessing down: a token cannot be guessed."""

from collections import deque
from collections.abc import Callable

_WINDOW = 600.0
_MOST = 10
_ADDRESSES = 2000


class Attempts:
    """Failures of the last ten minutes.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        times = self._failed.get(address)
        if times is None or len(times) < _MOST:
            return 0.0
        return max(0.0, times[0] + _WINDOW - self._clock())

    def failed(self, address: str) -> None:
        """A token of this address was wrong."""
        # The address that failed longest ago is forgotten first.
        times = self._failed.pop(address, None) or deque(maxlen=_MOST)
        times.append(self._clock())
        self._failed[address] = times
        if len(self._failed) > _ADDRESSES:
            del self._failed[next(iter(self._failed))]

    def succeeded(self, address: str) -> None:
        """A log-in: the address is trusted again."""
        self._failed.pop(address, None)
