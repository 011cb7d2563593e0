"""HTTP authentication of routers, server side: Digest and Basic (TR-069 Amendment 6, 3.4.4).

Pure: parses, computes and compares. Who holds which credentials is looked up elsewhere.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal

import msgspec

REALM = "acsd"
Scheme = Literal["digest", "basic"]
Reason = Literal[
    "unreadable",  # no scheme of ours, or parts are missing or doubled
    "realm",
    "algorithm",
    "qop",
    "uri",  # is not the request's target
    "nonce",  # not ours, or another peer's
    "stale",  # ours, too old
    "replay",  # nc did not rise
    "unknown_user",
    "response",  # wrong password
    "not_offered",
    "identity",  # right credentials, of another router
]


class AuthError(Exception):
    """Credentials were presented and are refused; ``reason`` says why and is fit for a label."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class BasicAnswer(msgspec.Struct, frozen=True):
    """RFC 7617. Its repr is redacted."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"BasicAnswer({self.username!r}, redacted)"


class DigestAnswer(msgspec.Struct, frozen=True):
    """RFC 2617, 3.2.2, with qop=auth. ``count`` is nc as a number, ``nc`` as it came."""

    username: str
    nonce: str
    uri: str
    nc: str
    cnonce: str
    response: str
    qop: str

    @property
    def count(self) -> int:
        """The nonce count."""
        return int(self.nc, 16)


# A value ends at its quote, or unquoted at a comma; a quote that was never opened is dropped.
_PAIR = re.compile(r'([A-Za-z*-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)"?)')
_ESCAPED = re.compile(r"\\(.)")
_NC = re.compile(r"[0-9A-Fa-f]{1,8}")


def parse_parameters(text: str) -> dict[str, str]:
    """The ``name=value`` list of a challenge or an answer, leniently; names in lower case.

    Quoted or not is all the same, a stray quote behind a value is dropped (seen: Zhone).

    Raises:
        AuthError: ``unreadable``: a name comes twice.
    """
    found: dict[str, str] = {}
    for name, quoted, bare in _PAIR.findall(text):
        key = name.lower()
        if key in found:
            raise AuthError("unreadable")
        found[key] = _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted or bare
    return found


def parse_authorization(header: bytes) -> BasicAnswer | DigestAnswer:
    """Read an Authorization header.

    Raises:
        AuthError: it cannot be understood, or asks for what was not offered.
    """
    try:
        text = header.decode()
    except UnicodeDecodeError:
        text = header.decode("latin-1")
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() == "basic":
        return _basic(rest)
    if scheme.lower() == "digest":
        return _digest(parse_parameters(rest))
    raise AuthError("unreadable")


def _basic(rest: str) -> BasicAnswer:
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise AuthError("unreadable") from None
    username, colon, password = text.partition(":")
    if not colon:
        raise AuthError("unreadable")
    return BasicAnswer(username, password)


def _digest(given: dict[str, str]) -> DigestAnswer:
    if given.get("realm") != REALM:
        raise AuthError("realm")
    # FRITZ!OS 7.12 cuts the word short.
    if not "MD5".startswith(given.get("algorithm", "").upper()):
        raise AuthError("algorithm")
    if given.get("qop", "").lower() != "auth":  # without it there is no nc: replay is open
        raise AuthError("qop")
    try:
        answer = DigestAnswer(
            username=given["username"],
            nonce=given["nonce"],
            uri=given["uri"],
            nc=given["nc"],
            cnonce=given["cnonce"],
            response=given["response"],
            qop=given["qop"],
        )
    except KeyError:
        raise AuthError("unreadable") from None
    if _NC.fullmatch(answer.nc) is None:
        raise AuthError("unreadable")
    return answer


def ha1(username: str, password: str, realm: str = REALM) -> str:
    """MD5(username:realm:password) (RFC 2617, 3.2.2.2); what is stored instead of a password."""
    return _md5(f"{username}:{realm}:{password}")


def verify_basic(answer: BasicAnswer, stored: str) -> None:
    """Check against the stored HA1.

    Raises:
        AuthError: ``response``.
    """
    if not hmac.compare_digest(ha1(answer.username, answer.password), stored.lower()):
        raise AuthError("response")


def verify_digest(answer: DigestAnswer, stored: str, method: str, target: str) -> None:
    """Check the response (RFC 2617, 3.2.2.1) against the stored HA1.

    Raises:
        AuthError: ``uri`` or ``response``.
    """
    if answer.uri != target and _path(answer.uri) != _path(target):
        raise AuthError("uri")
    right = response_digest(
        stored.lower(), answer.nonce, method, answer.uri, (answer.nc, answer.cnonce, answer.qop)
    )
    if not hmac.compare_digest(right.encode(), answer.response.lower().encode()):
        raise AuthError("response")


def response_digest(
    stored: str, nonce: str, method: str, uri: str, counted: tuple[str, str, str] | None
) -> str:
    """The response value; ``counted`` is (nc, cnonce, qop), None for RFC 2069, 2.1.2."""
    ha2 = _md5(f"{method}:{uri}")
    middle = ":".join((nonce, *counted)) if counted else nonce
    return _md5(f"{stored}:{middle}:{ha2}")


def _path(uri: str) -> str:
    """Some routers sign the absolute form of the target that they send as a path."""
    if uri[:7].lower() == "http://":
        return "/" + uri[7:].partition("/")[2]
    return uri


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


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

    def check(self, nonce: str, owner: str, count: int, now: float) -> None:
        """Whether ``owner`` may use the nonce with this count.

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
        if count <= (last or 0):
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

    def forget(self, nonce: str) -> None:
        """Its owner is gone and will never come again."""
        self._counts.pop(nonce, None)

    def _seal(self, body: str, owner: str) -> str:
        text = f"{body}:{owner}".encode("utf-8", "surrogateescape")
        return hashlib.blake2s(text, key=self._key, digest_size=12).hexdigest()


def challenges(schemes: Iterable[Scheme], nonce: str, *, stale: bool = False) -> bytes:
    """The WWW-Authenticate lines of a 401, in the order of ``schemes``."""
    lines = {
        "digest": f'WWW-Authenticate: Digest realm="{REALM}", qop="auth", algorithm=MD5, '
        f'nonce="{nonce}"{", stale=true" if stale else ""}\r\n',
        "basic": f'WWW-Authenticate: Basic realm="{REALM}"\r\n',
    }
    return "".join(lines[scheme] for scheme in schemes).encode()
