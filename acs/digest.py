"""The hash that stands for a router's password in HTTP Digest authentication. Pure."""

import hashlib

REALM = "acsd"


def ha1(username: str, password: str, realm: str = REALM) -> str:
    """MD5(username:realm:password) (RFC 2617, 3.2.2.2); what is stored instead of a password."""
    text = f"{username}:{realm}:{password}".encode("utf-8", "surrogateescape")
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
