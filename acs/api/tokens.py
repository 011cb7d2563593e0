"""Tokens of the API: made, hashed and compared with what they allow. No storage, no HTTP.

A token is shown once, when it is made; its SHA-256 is what is kept. A random token of 256 bits
needs no slow hash: there is nothing to guess.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Literal, get_args

Scope = Literal["read", "contacts", "act", "admin", "metrics", "secrets", "self-service"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

SELF_SERVICE: Scope = "self-service"
PREFIX = "acs_"
_FORM = re.compile(r"acs_[A-Za-z0-9_-]{43}")

# What a token of each scope may do beside what its name says.
_INCLUDES: dict[str, frozenset[str]] = {
    "metrics": frozenset({"metrics"}),
    "read": frozenset({"read", "metrics"}),
    "contacts": frozenset({"contacts"}),
    "act": frozenset({"act", "contacts", "read", "metrics"}),
    "admin": frozenset({"admin", "act", "contacts", "read", "metrics"}),
    # What a household keeps to itself, and what a household may ask, are nobody's by rank.
    "secrets": frozenset({"secrets"}),
    "self-service": frozenset({"self-service"}),
}


def new_token() -> str:
    """A fresh secret: ``acs_`` and 43 characters (256 random bits)."""
    return PREFIX + secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text has a token's form."""
    return _FORM.fullmatch(text) is not None


def hash_token(token: str) -> str:
    """What is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def binding_error(scopes: Iterable[str], account: str | None) -> str | None:
    """Why these scopes cannot be those of a token bound to this subscriber, or to none."""
    of_one = SELF_SERVICE in scopes
    if of_one and account is None:
        return "a token of scope self-service needs the account of its subscriber"
    if account is not None and set(scopes) != {SELF_SERVICE}:
        return "a subscriber's token has the scope self-service and no other"
    return None


def allows(scopes: Iterable[str], needed: Scope) -> bool:
    """Whether scopes suffice: ``admin`` includes ``act``, which includes ``read``, and so on.

    A scope that is not known allows nothing.
    """
    return any(needed in _INCLUDES.get(scope, ()) for scope in scopes)
