"""HTTP authentication of ours at a router's connection-request port: the client's side. Pure."""

import base64
import hashlib
from collections.abc import Iterable

import msgspec

from acs.cwmp.auth import AuthError, ha1, parse_parameters, response_digest


class Challenge(msgspec.Struct, frozen=True):
    """A WWW-Authenticate header that can be answered.

    Attributes:
        scheme: ``digest`` or ``basic``.
        qop: ``auth``, or empty: the router knows RFC 2069 only (seen: Zhone).
        algorithm: as the router wrote it; MD5 or MD5-sess.
    """

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    qop: str = ""
    algorithm: str = ""


def choose(headers: Iterable[bytes]) -> Challenge | None:
    """The best challenge that can be answered, Digest before Basic; None if there is none."""
    found = [challenge for header in headers if (challenge := _read(header)) is not None]
    found.sort(key=lambda challenge: challenge.scheme != "digest")
    return found[0] if found else None


def _read(header: bytes) -> Challenge | None:
    scheme, _, rest = header.decode("latin-1").strip().partition(" ")
    if scheme.lower() == "basic":
        return Challenge("basic")
    if scheme.lower() != "digest":
        return None
    try:
        given = parse_parameters(rest)
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
