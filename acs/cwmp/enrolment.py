"""Letting a router in: its credentials are made or taken, and stored as a hash."""

import secrets

import msgspec
from twisted.internet.defer import Deferred

from acs.cwmp.credentials import CredentialCache
from acs.digest import ha1
from acs.facts import Enrolled
from acs.storage.store import Store

_ENTROPY = 18  # bytes: 24 characters, 144 bits


class Credentials(msgspec.Struct, frozen=True):
    """What a router was let in with; ``password`` is None when it was given, not made."""

    username: str
    password: str | None

    def __repr__(self) -> str:
        return f"Credentials(username={self.username!r}, password=redacted)"


def enrol(
    store: Store,
    cache: CredentialCache,
    router_id: str,
    given: tuple[str | None, str | None],
    now: float,
) -> Deferred[Credentials]:
    """Enrol a router under a user name and password, either of which may be left to us.

    The user name is by default the router's id, which TR-069 Amendment 6, 3.4.4 prescribes.
    """
    username = given[0] or router_id
    password = given[1] or secrets.token_urlsafe(_ENTROPY)
    fact = Enrolled(router_id=router_id, at=now, username=username, ha1=ha1(username, password))

    def enrolled(_results: object) -> Credentials:
        cache.forget(username)
        cache.forget_router(router_id)
        return Credentials(username, None if given[1] else password)

    return store.commit((fact,)).addCallback(enrolled)
