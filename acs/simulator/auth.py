"""HTTP authentication as a router does it: answering the server, and asking callers itself.

RFC 2617 Digest with MD5 and Basic, as TR-069 Amendment 6, 3.4.5 and 3.2.2 ask. No sockets.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_PART = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^",\s]+))')


class Credentials(NamedTuple):
    """A user name and its password."""

    username: str
    password: str


def md5(text: str) -> str:
    """Hexadecimal MD5 of a text."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def parts_of(header: str) -> dict[str, str]:
    """The directives of a WWW-Authenticate or Authorization header, names in lower case."""
    return {name.lower(): quoted or bare for name, quoted, bare in _PART.findall(header)}


def _response(ha1: str, method: str, parts: dict[str, str]) -> str:
    """RFC 2617, 3.2.2.1; without ``qop`` as RFC 2069."""
    ha2 = md5(f"{method}:{parts.get('uri', '')}")
    nonce = parts.get("nonce", "")
    if "qop" in parts:
        middle = f"{nonce}:{parts.get('nc', '')}:{parts.get('cnonce', '')}:{parts['qop']}"
    else:
        middle = nonce
    return md5(f"{ha1}:{middle}:{ha2}")


class Answerer:
    """Answers a server's challenges, with counting ``nc`` while it stays with one nonce."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._challenge: dict[str, str] | None = None
        self._basic = False
        self._count = 0

    def challenged(self, headers: list[str]) -> bool:
        """Take the WWW-Authenticate headers of a 401; False when nothing can be answered."""
        for header in headers:
            if header.lower().startswith("digest"):
                parts = parts_of(header)
                fresh = self._challenge is None or self._challenge["nonce"] != parts.get("nonce")
                if "nonce" in parts and (fresh or parts.get("stale", "").lower() == "true"):
                    self._challenge, self._count, self._basic = parts, 0, False
                    return True
                return False
        if any(header.lower().startswith("basic") for header in headers) and not self._basic:
            self._basic = True
            return True
        return False

    def header(self, method: str, uri: str) -> str | None:
        """The Authorization header of the next request; None before a challenge."""
        user, password = self._credentials
        if self._challenge is not None:
            return self._digest(method, uri)
        if self._basic:
            return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return None

    def _digest(self, method: str, uri: str) -> str:
        assert self._challenge is not None
        user, password = self._credentials
        realm, nonce = self._challenge.get("realm", ""), self._challenge["nonce"]
        parts = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
        if "auth" in self._challenge.get("qop", "").split(","):
            self._count += 1
            parts |= {"qop": "auth", "nc": f"{self._count:08x}", "cnonce": secrets.token_hex(8)}
        parts["response"] = _response(md5(f"{user}:{realm}:{password}"), method, parts)
        if "opaque" in self._challenge:
            parts["opaque"] = self._challenge["opaque"]
        unquoted = ("qop", "nc")
        return "Digest " + ", ".join(
            f"{name}={value}" if name in unquoted else f'{name}="{value}"'
            for name, value in parts.items()
        )


class Asker:
    """Challenges callers of the connection-request port; each nonce serves once."""

    REALM = "router"

    def __init__(self) -> None:
        self._nonces: set[str] = set()

    def challenge(self) -> str:
        """A fresh WWW-Authenticate header."""
        nonce = secrets.token_hex(16)
        self._nonces.add(nonce)
        return f'Digest realm="{self.REALM}", qop="auth", nonce="{nonce}", algorithm=MD5'

    def admits(self, header: str, method: str, uri: str, wanted: Credentials) -> bool:
        """Whether an Authorization header proves ``wanted``; its nonce is used up."""
        parts = parts_of(header)
        if not header.lower().startswith("digest") or not wanted.username:
            return False
        if parts.get("nonce") not in self._nonces:
            return False
        self._nonces.discard(parts["nonce"])
        ha1 = md5(f"{wanted.username}:{self.REALM}:{wanted.password}")
        right = parts.get("username") == wanted.username and parts.get("uri") == uri
        response = parts.get("response", "")
        return right and hmac.compare_digest(response, _response(ha1, method, parts))
