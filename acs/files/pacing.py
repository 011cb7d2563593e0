"""How fast bytes may go, and how slow a peer may be. Pure: times are arguments."""


class Throttle:
    """A rate that one or several transfers share.

    Args:
        rate: bytes per second; 0: not limited.
    """

    _BURST = 0.25  # seconds' worth that may go at once after a pause

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free_at = 0.0

    def take(self, count: int, now: float) -> float:
        """Count bytes that go; seconds to wait before the next ones."""
        if not self._rate:
            return 0.0
        self._free_at = max(self._free_at, now - self._BURST) + count / self._rate
        return max(0.0, self._free_at - now)


class Patience:
    """How far a peer may fall behind: so many seconds, made good again by each byte that it moves.

    Args:
        grace: seconds.
        slowest: bytes per second that are fast enough.
    """

    def __init__(self, grace: float, slowest: float) -> None:
        self._most = self._left = grace
        self._slowest = slowest
        self._since: float | None = None

    def wait(self, now: float) -> float:
        """We wait for the peer from now on; seconds after which it is too slow."""
        if self._since is None:
            self._since = now
        return max(0.0, self._left - (now - self._since))

    def moved(self, count: int, now: float) -> None:
        """The peer took or gave so many bytes; we wait for it no more."""
        if self._since is not None:
            self._left -= now - self._since
            self._since = None
        self._left = min(self._most, self._left + count / self._slowest)
