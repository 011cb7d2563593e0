"""Tokens that were looked up a moment ago: a caller in a hurry asks many times a second.

Only what the database said is kept, for a second; expiry and scopes are looked at by others.
"""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred

from acs.bridge import to_asyncio
from acs.storage.rows import Token

SECONDS = 1.0  # how long another process's revocation may go unseen
_MOST = 1000


class TokenStore(Protocol):
    """What is needed of storage."""

    tokens_removed: int

    def token_by_hash(self, token_hash: str) -> Deferred[Token | None]:
        """The token of a hash, expired or not."""


class KnownTokens:
    """Looks tokens up, at most once a second each.

    A token that this process removes is forgotten at once.

    Args:
        store: where tokens are.
        seconds: a clock that never goes back.
    """

    def __init__(self, store: TokenStore, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._removed = store.tokens_removed
        self._known: dict[str, tuple[float, Token]] = {}

    async def find(self, token_hash: str) -> Token | None:
        """The token of a hash, expired or not."""
        if self._removed != self._store.tokens_removed:
            self._removed = self._store.tokens_removed
            self._known.clear()
        now = self._seconds()
        until, token = self._known.get(token_hash, (0.0, None))
        if token is not None and now < until:
            return token
        before = self._store.tokens_removed
        found = await to_asyncio(self._store.token_by_hash(token_hash))
        # A read that began before a removal was committed proves nothing afterwards.
        if found is None or before != self._store.tokens_removed:
            self._known.pop(token_hash, None)
            return found
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[token_hash] = (now + SECONDS, found)
        return found
