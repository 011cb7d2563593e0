"""HTTP authentication of ours at a router's connection-request port: the client's side. Pure."""

import base64
import hashlib
import re
from collections.abc import Iterable

import msgspec

from acs.cwmp.auth import AuthError, parse_parameters, response_digest
from acs.digest import ha1


class Challenge(msgspec.Struct, frozen=True):
    """A WWW-Authenticate header that can be answered.

    Attributes:
        scheme: ``digest`` or ``basic``.
        qop: ``auth``, or empty: the router knows RFC 2069 only (seen: Zhone).
        algorithm: as the router wrote it; MD5 or MD5-sess.
        stale: only the nonce of the last answer was wrong, not its credentials.
    """

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    qop: str = ""
    algorithm: str = ""
    stale: bool = False


# Several challenges may stand in one header (RFC 7235, 4.1).
_CHALLENGE = re.compile(r"(?:^|,)\s*(?=(?:digest|basic)(?:\s|$))", re.IGNORECASE)


def choose(headers: Iterable[bytes]) -> Challenge | None:
    """The best challenge that can be answered, Digest before Basic; None if there is none."""
    texts = [text for header in headers for text in _CHALLENGE.split(header.decode("latin-1"))]
    found = [challenge for text in texts if (challenge := _read(text)) is not None]
    found.sort(key=lambda challenge: challenge.scheme != "digest")
    return found[0] if found else None


def _read(text: str) -> Challenge | None:
    scheme, *rest = text.split(None, 1)[:2] or [""]
    if scheme.lower() == "basic":
        return Challenge("basic")
    if scheme.lower() != "digest" or not rest:
        return None
    parameters = rest[0] + '"' if rest[0].count('"') % 2 else rest[0]  # the last one left open
    try:
        given = parse_parameters(parameters)
    except AuthError:
        return None
    algorithm = given.get("algorithm", "")
    offered = [qop.strip().lower() for qop in given.get("qop", "").split(",") if qop.strip()]
    # FRITZ!OS 7.12 cuts the algorithm's name short.
    known = algorithm.upper() == "MD5-SESS" or "MD5".startswith(algorithm.upper())
    if not known or "nonce" not in given or (offered and "auth" not in offered):
        return None
    return Challenge(
        "digest",
        given.get("realm", ""),
        given["nonce"],
        given.get("opaque"),
        "auth" if offered else "",
        algorithm,
        given.get("stale", "").lower() == "true",
    )


def answer(challenge: Challenge, username: str, password: str, path: str, cnonce: str) -> bytes:
    """The Authorization header's value for a GET of ``path``."""
    if challenge.scheme == "basic":
        return b"Basic " + base64.b64encode(f"{username}:{password}".encode())
    secret = ha1(username, password, challenge.realm)
    if challenge.algorithm.upper() == "MD5-SESS":
        text = f"{secret}:{challenge.nonce}:{cnonce}"
        secret = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    counted = ("00000001", cnonce, "auth") if challenge.qop else None
    response = response_digest(secret, challenge.nonce, "GET", path, counted)
    parts = {
        "username": username,
        "realm": challenge.realm,
        "nonce": challenge.nonce,
        "uri": path,
        "response": response,
    }
    if challenge.opaque is not None:
        parts["opaque"] = challenge.opaque
    if challenge.qop or challenge.algorithm.upper() == "MD5-SESS":
        parts["cnonce"] = cnonce
    text = ", ".join(f'{name}="{_escape(value)}"' for name, value in parts.items())
    if challenge.algorithm:
        text += f", algorithm={'MD5-sess' if challenge.algorithm.upper() == 'MD5-SESS' else 'MD5'}"
    if challenge.qop:
        text += ", qop=auth, nc=00000001"
    return f"Digest {text}".encode("latin-1", "replace")


def _escape(value: str) -> str:
    # A router's own words go back to it; line ends could not come through its header, but the
    # rule that nothing of a peer's makes a line of ours is kept here.
    plain = "".join(char for char in value if char.isprintable())
    return plain.replace("\\", "\\\\").replace('"', '\\"')
