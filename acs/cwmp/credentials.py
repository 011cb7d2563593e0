"""Routers' credentials as storage holds them, remembered for a short time. No checking here."""

from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from twisted.internet.defer import Deferred

from acs.storage.rows import Credential

Lookup: TypeAlias = Callable[[str], Deferred[Credential | None]]

_UNKNOWN_TTL = 10.0
_CHANGING_TTL = 30.0  # of a router that is being given others
_DOUBT_AFTER = 10.0
_UNKNOWN_SIZE = 1_000


class CredentialCache:
    """Remembers the credentials last used.

    Args:
        lookup: asks storage.
        seconds: a clock that never goes back.
        size: user names remembered at most.
        ttl: seconds before storage is asked again; an unknown name is asked again after 10 s.
    """

    def __init__(
        self,
        lookup: Lookup,
        *,
        seconds: Callable[[], float],
        size: int = 65_536,
        ttl: float = 600.0,
    ) -> None:
        self._lookup = lookup
        self._seconds = seconds
        self._size = size
        self._ttl = ttl
        # until when, since when, what:
        self._known: OrderedDict[str, tuple[float, float, Credential]] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()  # apart: strangers drop no routers
        self._epoch = 0

    def get(self, username: str) -> Credential | Deferred[Credential | None] | None:
        """The credentials of a user name, at once if they are remembered."""
        entry = self._known.get(username)
        if entry is not None:
            if self._seconds() < entry[0]:
                self._known.move_to_end(username)
                return entry[2]
            del self._known[username]
        elif self._seconds() < self._unknown.get(username, 0.0):
            return None
        return self._lookup(username).addCallback(self._keep, username, self._epoch)

    def again(self, username: str) -> Deferred[Credential | None] | None:
        """Ask storage anew for what a wrong password was compared with; None: it is fresh.

        Another node may have changed it meanwhile.
        """
        entry = self._known.get(username)
        if entry is None or self._seconds() - entry[1] < _DOUBT_AFTER:
            return None
        del self._known[username]
        return self._lookup(username).addCallback(self._keep, username, self._epoch)

    def forget(self, username: str) -> None:
        """The credentials changed: ask storage the next time."""
        self._known.pop(username, None)
        self._unknown.pop(username, None)
        self._epoch += 1

    def forget_router(self, router_id: str) -> None:
        """A router got other credentials: those it had, under whatever name, are void at once."""
        self.forget_routers({router_id})

    def forget_routers(self, ids: AbstractSet[str]) -> None:
        """The same for several."""
        names = [name for name, entry in self._known.items() if entry[2].router_id in ids]
        for name in names:
            del self._known[name]
        self._epoch += 1

    def _keep(self, found: Credential | None, username: str, epoch: int) -> Credential | None:
        # What was read before a change was announced is used, but not kept.
        if epoch != self._epoch:
            return found
        if found is None:
            self._unknown[username] = self._seconds() + _UNKNOWN_TTL
            if len(self._unknown) > _UNKNOWN_SIZE:
                self._unknown.popitem(last=False)
            return None
        now = self._seconds()
        lifetime = min(self._ttl, _CHANGING_TTL) if found.next_ha1 else self._ttl
        self._known[username] = (now + lifetime, now, found)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return found
