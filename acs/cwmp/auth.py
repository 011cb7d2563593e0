"""HTTP authentication of routers, server side: Digest and Basic (TR-069 Amendment 6, 3.4.4).

Pure: parses, computes and compares. Who holds which credentials is looked up elsewhere.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from acs.digest import REALM, ha1

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
    "blocked",  # too many wrong ones of this name from this address
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
    """RFC 2617, 3.2.2, with qop=auth; or, with an empty ``qop``, RFC 2069, 2.1.2.

    ``count`` is nc as a number, ``nc`` as it came; without qop there are neither nc nor cnonce.
    """

    username: str
    nonce: str
    uri: str
    nc: str
    cnonce: str
    response: str
    qop: str

    @property
    def count(self) -> int:
        """The nonce count; 0 where there is none."""
        return int(self.nc, 16) if self.nc else 0


# A value ends at its quote, double or single, or unquoted at a comma; a quote that was never opened
# is dropped.
_PAIR = re.compile(
    r"([A-Za-z*-]+)[ \t]*=[ \t]*"
    r"""(?:"((?:[^"\\]|\\.)*)"|'([^',]*)'(?=[\s,]|$)|([^\s,"]*)"?)"""
)
_NAMES = frozenset(
    ("username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc")
)
_ESCAPED = re.compile(r"\\(.)")
_NC = re.compile(r"[0-9A-Fa-f]{1,8}")


def parse_parameters(text: str) -> dict[str, str]:
    """The ``name=value`` list of a challenge or an answer, leniently; names in lower case.

    Quoted or not is all the same, with double quotes or single; a stray quote behind a value is
    dropped (seen: Zhone).

    Raises:
        AuthError: ``unreadable``: a name comes twice.
    """
    plain = _plain_parameters(text)
    if plain is not None:
        return plain
    found: dict[str, str] = {}
    for name, quoted, single, bare in _PAIR.findall(text):
        key = name.lower()
        if key in found:
            raise AuthError("unreadable")
        found[key] = _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted or single or bare
    return found


def _plain_parameters(text: str) -> dict[str, str] | None:
    """The list if it is written as most write it, in a fraction of the time; else None."""
    if "\\" in text:
        return None
    found: dict[str, str] = {}
    for part in text.split(", "):
        name, _, value = part.partition("=")
        if name not in _NAMES or name in found:
            return None
        if value[:1] == '"':
            if value.find('"', 1) != len(value) - 1:
                return None
            found[name] = value[1:-1]
        elif value.isascii() and value.isalnum():
            found[name] = value
        else:
            return None
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
    scheme, *rest = text.split(None, 1)[:2] or [""]
    if scheme.lower() == "basic":
        return _basic("".join(rest))
    if scheme.lower() == "digest":
        return _digest(parse_parameters("".join(rest)))
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
    qop = given.get("qop", "")
    if qop.lower() not in ("auth", ""):
        raise AuthError("qop")
    try:
        answer = DigestAnswer(
            username=given["username"],
            nonce=given["nonce"],
            uri=given["uri"],
            nc=given["nc"] if qop else "",
            cnonce=given["cnonce"] if qop else "",
            response=given["response"],
            qop=qop,
        )
    except KeyError:
        raise AuthError("unreadable") from None
    if qop and _NC.fullmatch(answer.nc) is None:
        raise AuthError("unreadable")
    return answer


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
    counted = (answer.nc, answer.cnonce, answer.qop) if answer.qop else None
    right = response_digest(stored.lower(), answer.nonce, method, answer.uri, counted)
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
    scheme, found, rest = uri.partition("://")
    if found and scheme.lower() in ("http", "https"):
        return "/" + rest.partition("/")[2]
    return uri


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def challenges(schemes: Iterable[Scheme], nonce: str, *, stale: bool = False) -> bytes:
    """The WWW-Authenticate lines of a 401, in the order of ``schemes``."""
    lines = {
        "digest": f'WWW-Authenticate: Digest realm="{REALM}", qop="auth", algorithm=MD5, '
        f'nonce="{nonce}"{", stale=true" if stale else ""}\r\n',
        "basic": f'WWW-Authenticate: Basic realm="{REALM}"\r\n',
    }
    return "".join(lines[scheme] for scheme in schemes).encode()
