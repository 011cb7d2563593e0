"""Nonces of Digest authentication: made, checked, and their counts remembered (RFC 2617, 3.2.1).

Pure but for that memory. Whose answer a nonce came with is not known here.
"""

import hashlib
import hmac
from collections import OrderedDict

from acs.cwmp.auth import AuthError


class Nonces:
    """Nonces that one peer may use, for the first time soon after it got them, nc strictly rising.

    A nonce carries its time and a keyed hash of its owner, so none is remembered before it was
    used with the right password.

    Args:
        key: random bytes, new at each start.
        first_use: seconds from issue to first use.
        lifetime: seconds from issue to last use.
        kept: used nonces remembered at most; when the oldest is dropped, all that were issued
            before it and are not remembered are stale.
    """

    def __init__(
        self,
        key: bytes,
        *,
        first_use: float = 30.0,
        lifetime: float = 3600.0,
        kept: int = 65_536,
    ) -> None:
        self._key = key
        self._first_use = first_use
        self._lifetime = lifetime
        self._kept = kept
        self._issued = 0
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._floor = -1

    def issue(self, owner: str, now: float) -> str:
        """A new nonce for ``owner``; ``now`` in seconds of any clock that never goes back."""
        self._issued += 1
        body = f"{int(now * 1000):012x}{self._issued:08x}"
        return body + self._seal(body, owner)

    def check(self, nonce: str, owner: str, count: int | None, now: float) -> None:
        """Whether ``owner`` may use the nonce with this count; None: counts do not matter.

        Raises:
            AuthError: ``nonce``, ``stale`` or ``replay``.
        """
        body, seal = nonce[:20], nonce[20:]
        if not hmac.compare_digest(self._seal(body, owner).encode(), seal.encode()):
            raise AuthError("nonce")
        issued = int(body[:12], 16)
        last = self._counts.get(nonce)
        age = now - issued / 1000
        if age > self._lifetime or (
            last is None and (age > self._first_use or issued <= self._floor)
        ):
            raise AuthError("stale")
        if count is not None and count <= (last or 0):
            raise AuthError("replay")

    def use(self, nonce: str, count: int) -> None:
        """Remember a count that was checked and came with the right response.

        Raises:
            AuthError: ``replay``: another request has used it since it was checked.
        """
        if count <= self._counts.get(nonce, 0):
            raise AuthError("replay")
        self._counts[nonce] = count
        self._counts.move_to_end(nonce)
        if len(self._counts) > self._kept:
            dropped, _ = self._counts.popitem(last=False)
            self._floor = max(self._floor, int(dropped[:12], 16))

    def keep(self, nonce: str) -> None:
        """Remember that a nonce whose count does not matter was used with the right response."""
        self.use(nonce, self._counts.get(nonce, 0) + 1)

    def forget(self, nonce: str) -> None:
        """Its owner is gone and will never come again."""
        self._counts.pop(nonce, None)

    def _seal(self, body: str, owner: str) -> str:
        text = f"{body}:{owner}".encode("utf-8", "surrogateescape")
        return hashlib.blake2s(text, key=self._key, digest_size=12).hexdigest()
