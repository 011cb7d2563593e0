"""What a browser holds after a log-in: a sealed cookie, and proof that a form came from our page.

The token itself is never in it; what is stored of the token is, so that a token that is revoked
ends its sessions. Nothing is remembered here.
"""

import hmac
from hashlib import sha256

import msgspec

from acs.storage.secrets import Box, UnsealError

_PLACE = "acs.pages session"
_LABEL = b"acs.pages"
_encode = msgspec.json.Encoder().encode


class Session(msgspec.Struct, frozen=True):
    """A log-in.

    Attributes:
        token_hash: what storage knows of the token.
        expires_at: Unix seconds.
        number: random; forms are tied to it.
    """

    token_hash: str
    expires_at: float
    number: str

    def __repr__(self) -> str:
        return "Session(redacted)"


_decode = msgspec.json.Decoder(Session).decode


class Sealer:
    """Seals sessions, and signs forms.

    Args:
        key: the daemon's key, 32 bytes; another is made of it. Daemons that share a key share
            their log-ins.
    """

    def __init__(self, key: bytes) -> None:
        own = hmac.digest(key, _LABEL, sha256)
        self._box = Box(own)
        self._signing = hmac.digest(own, b"forms", sha256)

    def seal(self, session: Session) -> str:
        """The cookie's value."""
        return self._box.seal(_encode(session), _PLACE).hex()

    def open(self, cookie: str, now: float) -> Session | None:
        """The session of a cookie; None when it is not ours, was altered or has expired."""
        try:
            session = _decode(self._box.open(bytes.fromhex(cookie), _PLACE))
        except (ValueError, UnsealError, msgspec.DecodeError):
            return None
        return session if now < session.expires_at else None

    def form_token(self, number: str) -> str:
        """What a form must bring with it when it is sent."""
        return hmac.new(self._signing, number.encode(), sha256).hexdigest()

    def is_form_token(self, number: str, given: str) -> bool:
        """Whether a form came from a page that we made for this browser."""
        # ASCII on both sides: other text cannot be compared in constant time.
        return hmac.compare_digest(
            self.form_token(number), given.encode("ascii", "replace").decode()
        )
