"""Who a STUN binding request is from, and the address that is learned of it. No sockets.

A router's STUNUsername is its router id and its STUNPassword its connection-request password,
unless all share one pair; of the latter, nothing can be learned.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

import msgspec
import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from acs.cwmp.reaching.stun import Message, username_of, verify
from acs.storage.rows import ConnectionTarget

log = structlog.get_logger("cwmp")

_KNOWN = 200_000  # routers that are remembered; some 60 MB
_UNKNOWN = 10_000  # names of nobody
_AGAIN = 60.0  # seconds: so long a password is not asked for again when it seems wrong
_UNDER_WAY = 8  # look-ups in storage at once
_LONGEST = 513  # bytes of a user name (RFC 5389, 15.3)

Standing = Literal["proven", "wrong", "unknown", "busy"]


class Proof(msgspec.Struct, frozen=True):
    """What became of checking a request.

    Attributes:
        standing: ``busy``: too many are being looked up; nothing is known yet.
        router_id: whose it is, if it is proven and not of the shared pair.
        key: that proves an answer, too.
        padded: in the manner of RFC 3489.
    """

    standing: Standing
    router_id: str = ""
    key: bytes | None = None
    padded: bool = False

    def __repr__(self) -> str:
        return f"Proof({self.standing!r}, {self.router_id!r}, redacted)"


class _Entry:
    """A router that has been looked up."""

    __slots__ = ("address", "key", "read_at")

    def __init__(self, key: bytes, address: str, read_at: float) -> None:
        self.key = key
        self.address = address
        self.read_at = read_at


class Bindings:
    """Knows the routers that keep a binding open.

    Args:
        lookup: a router's credentials and the address it had; None if there is no such router.
        learned: told the id of a router and its new address, "host:port".
        seconds: a clock that never goes back.
        shared: user name and password that all routers have; None: each has its own.
    """

    def __init__(
        self,
        lookup: Callable[[str], Deferred[ConnectionTarget | None]],
        learned: Callable[[str, str], None],
        *,
        seconds: Callable[[], float],
        shared: tuple[str, str] | None = None,
    ) -> None:
        self._lookup = lookup
        self._learned = learned
        self._seconds = seconds
        self._shared = shared
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._nobody: OrderedDict[str, float] = OrderedDict()
        self._under_way: set[str] = set()

    def is_current(self, username: str, address: str) -> bool:
        """Whether this router's binding is known to be at this address."""
        entry = self._entries.get(username)
        return entry is not None and entry.address == address

    def check(self, data: bytes, message: Message) -> Deferred[Proof]:
        """Whether the request is who it says. The Deferred fails only if storage does."""
        username = username_of(message)
        if self._shared is not None and username == self._shared[0]:
            return succeed(_prove(data, message, "", self._shared[1].encode()))
        entry = self._entries.get(username)
        now = self._seconds()
        if entry is not None:
            self._entries.move_to_end(username)
            proof = _prove(data, message, username, entry.key)
            # Credentials that were set anew are read again, but not for each wrong request.
            if proof.standing == "proven" or now - entry.read_at < _AGAIN:
                return succeed(proof)
        if not username or len(username) > _LONGEST or self._is_nobody(username, now):
            return succeed(Proof("unknown"))
        if username in self._under_way or len(self._under_way) >= _UNDER_WAY:
            return succeed(Proof("busy"))
        self._under_way.add(username)
        found = self._lookup(username).addBoth(self._looked_up, username)
        return found.addCallback(self._found, username, data, message)

    def seen(self, router_id: str, address: str) -> None:
        """A proven request of this router came from this address."""
        entry = self._entries.get(router_id)
        if entry is None or entry.address == address:
            return
        entry.address = address
        self._learned(router_id, address)

    def _is_nobody(self, username: str, now: float) -> bool:
        asked = self._nobody.get(username)
        return asked is not None and now - asked < _AGAIN

    def _looked_up(
        self, result: ConnectionTarget | Failure | None, username: str
    ) -> ConnectionTarget | Failure | None:
        self._under_way.discard(username)
        return result

    def _found(
        self, known: ConnectionTarget | None, username: str, data: bytes, message: Message
    ) -> Proof:
        now = self._seconds()
        if known is None:
            self._entries.pop(username, None)
            self._nobody[username] = now
            self._nobody.move_to_end(username)
            if len(self._nobody) > _UNKNOWN:
                self._nobody.popitem(last=False)
            return Proof("unknown")
        key = known.password.encode()
        self._entries[username] = _Entry(key, known.stun_address, now)
        self._entries.move_to_end(username)
        if len(self._entries) > _KNOWN:
            self._entries.popitem(last=False)
        return _prove(data, message, username, key)


def _prove(data: bytes, message: Message, router_id: str, key: bytes) -> Proof:
    manner = verify(data, message, key)
    if manner is None:
        return Proof("wrong")
    return Proof("proven", router_id, key, manner == "padded")
