"""How often wrong credentials came, by address and user name, so that guessing is bounded.

It counts and says who is to be refused; the refusal and its record are the gate's.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

_SIZE = 10_000  # addresses remembered, and as many pairs
# An address may be that of many routers: so many times the failures of one name are its bound.
_NAMES = 10


class _Count:
    """Failures of an address, or of one name at it, in a window."""

    __slots__ = ("failures", "good", "until")

    def __init__(self, until: float) -> None:
        self.until = until
        self.failures = 0
        self.good: set[str] = set()  # names that came with the right credentials meanwhile


class Failures:
    """Counts failures in windows that begin with the first one.

    A name is refused only at the address that it failed from: nobody can lock out a router that
    speaks from somewhere else. An address is refused as a whole when many names failed there, but
    for those that came with the right credentials in that window.

    Args:
        limit: failures of one name from one address in a window, before it is refused unheard.
        window: seconds.
        seconds: a clock that never goes back.

    Attributes:
        addresses: where something failed; while it is empty, nothing need be asked.
    """

    def __init__(self, limit: int, window: float, seconds: Callable[[], float]) -> None:
        self._limit = limit
        self._window = window
        self._seconds = seconds
        self._pairs: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self.addresses: OrderedDict[str, _Count] = OrderedDict()

    def blocked(self, address: str, username: str) -> bool:
        """Whether credentials of this name from this address are refused unheard."""
        pair = self._pairs.get((address, username))
        if pair is not None and pair.failures >= self._limit and self._holds(pair):
            return True
        whole = self.addresses.get(address)
        return (
            whole is not None
            and whole.failures >= self._limit * _NAMES
            and username not in whole.good
            and self._holds(whole)
        )

    def failed(self, address: str, username: str) -> bool:
        """Wrong credentials came; whether the name is refused at that address from now on."""
        self._add(self.addresses, address)
        return self._add(self._pairs, (address, username)) == self._limit

    def succeeded(self, address: str, username: str) -> None:
        """The right credentials came."""
        whole = self.addresses.get(address)
        if whole is not None:
            self._pairs.pop((address, username), None)
            if len(whole.good) < self._limit * _NAMES:
                whole.good.add(username)

    def _holds(self, count: _Count) -> bool:
        return self._seconds() < count.until

    def _add(self, counts: OrderedDict[Any, _Count], key: object) -> int:
        found = counts.get(key)
        if found is None or not self._holds(found):
            found = counts[key] = _Count(self._seconds() + self._window)
            counts.move_to_end(key)
            if len(counts) > _SIZE:
                counts.popitem(last=False)
        found.failures += 1
        return found.failures
