"""Who sent a request: checks its Authorization header, and makes the challenge for those without.

Which router a name belongs to comes from storage; what it may then say is the server's to decide.
"""

from collections.abc import Callable
from typing import Literal
from weakref import WeakSet

import structlog
from twisted.internet.defer import Deferred

from acs.cwmp.auth import (
    AuthError,
    BasicAnswer,
    DigestAnswer,
    Reason,
    challenges,
    parse_authorization,
)
from acs.cwmp.certified import Certified
from acs.cwmp.credentials import CredentialCache
from acs.cwmp.failures import Failures
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpRequest, HttpResponse, refusal
from acs.cwmp.nonces import Nonces
from acs.cwmp.proving import proof_of
from acs.cwmp.quirk_book import QuirkBook, claimed_manufacturer
from acs.cwmp.quirks import Quirks
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.telemetry import CwmpMetrics
from acs.storage.rows import Credential

log = structlog.get_logger("cwmp")

Leniency = Literal["digest_without_qop", "nonce_across_connections", "nonce_reuse"]
_Need = Leniency | Literal["next_connection"]  # of who closed the one of the challenge
Note = Callable[[str, str, dict[str, object]], object]
Taken = Callable[[str, str, str], object]

_NONCES = 64  # of one connection that are forgotten when it ends
# Why an answer that needs a leniency is refused without it.
_NEEDS: dict[Leniency, Reason] = {
    "digest_without_qop": "qop",
    "nonce_across_connections": "nonce",
    "nonce_reuse": "replay",
}
_STRICT: tuple[_Need, ...] = ()


class Gate:
    """Authenticates requests.

    Args:
        credentials: who holds which.
        certified: whose client certificates are.
        settings: schemes, whether nonces belong to a connection or an address, leniency, bounds.
        quirks: which routers are treated leniently.
        key: random bytes for the nonces.
        seconds: a clock that never goes back.
        note: told of a router what is worth a record: its id, the kind, the detail.
        taken: told of a router that logged in with credentials that it was being given: its id,
            the user name, the HA1.
        metrics: failures by reason, quirks.
    """

    def __init__(
        self,
        credentials: CredentialCache,
        certified: Certified,
        settings: CwmpSettings,
        quirks: QuirkBook,
        *,
        key: bytes,
        seconds: Callable[[], float],
        note: Note,
        taken: Taken,
        metrics: CwmpMetrics,
    ) -> None:
        self._credentials = credentials
        self._certified = certified
        self._schemes = settings.auth
        self._by_address = settings.nonce_owner == "address"
        self._without_qop = settings.digest_without_qop
        self._quirks = quirks
        self._seconds = seconds
        self._note = note
        self._taken = taken
        self._metrics = metrics
        self._nonces = Nonces(key)
        self._failures = Failures(settings.auth_failures, settings.auth_window, seconds)
        self._used: dict[Connection, set[str]] = {}  # that proved who they are; their nonces
        self._astray: WeakSet[Connection] = WeakSet()  # answered with a scheme not offered, once

    def identify(
        self, connection: Connection, request: HttpRequest
    ) -> str | Deferred[str | None] | None:
        """The router id that the request's credentials belong to; None if it carries none.

        A certificate that names a router is worth more than what a header says.

        Raises:
            AuthError: they are refused (the Deferred fails with it, if there is one).
        """
        if connection.names:
            certified = self._certified.router_of(connection)
            if certified is not None:
                return certified
        header = request.headers.get(b"authorization")
        if header is None:
            return None
        answer = parse_authorization(header)
        if self._failures.addresses and self._failures.blocked(connection.peer, answer.username):
            raise AuthError("blocked")
        needed = _STRICT
        if isinstance(answer, BasicAnswer):
            if "basic" not in self._schemes:
                raise AuthError("not_offered")
        else:
            if "digest" not in self._schemes:
                raise AuthError("not_offered")
            needed = self._needed(answer, connection)
        found = self._credentials.get(answer.username)
        if isinstance(found, Deferred):
            return found.addCallback(self._verify, answer, needed, connection, request)
        return self._verify(found, answer, needed, connection, request)

    def challenge(
        self, connection: Connection, request: HttpRequest, *, stale: bool = False
    ) -> HttpResponse:
        """A 401 with a fresh nonce; the connection stays open for the answer.

        Unless the peer has it closed: then the nonce is good for one request on another one.
        """
        schemes, owner = self._schemes, self._owner(connection)
        claimed = self._quirks.hint(request.body)
        if claimed.auth:
            wanted = tuple(scheme for scheme in claimed.auth if scheme in schemes)
            if wanted and wanted != schemes:
                schemes = wanted
                self._count(claimed, "auth")
        if claimed.nonce_across_connections:  # of use only to a router that has the quirk
            owner = _anywhere(connection)
        elif not request.keep_alive and not self._by_address:
            owner = _next(connection)
        nonce = self._nonces.issue(owner, self._seconds())
        headers = challenges(schemes, nonce, stale=stale)
        if request.keep_alive and not request.old:  # some close unless they are told not to
            headers += b"Connection: keep-alive\r\n"
        return HttpResponse(401, headers=headers)

    def refused(self, connection: Connection, request: HttpRequest, reason: Reason) -> HttpResponse:
        """Count refused credentials; challenge again, or refuse who will not learn."""
        self._metrics.auth_failed(reason)
        log.debug("cwmp.auth_failed", peer=connection.peer, reason=reason)
        if reason == "blocked":
            return refusal(403)
        if reason == "not_offered":
            if connection in self._astray:
                return refusal(403)
            self._astray.add(connection)
        return self.challenge(connection, request, stale=reason == "stale")

    def has_proved(self, connection: Connection) -> bool:
        """Whether the right credentials have come on this connection before."""
        return connection in self._used or connection in self._certified

    def disconnected(self, connection: Connection) -> None:
        """Its nonces end with it."""
        self._certified.forget(connection)
        for nonce in self._used.pop(connection, ()):
            if not self._by_address:
                self._nonces.forget(nonce)

    # --- what an answer needs -------------------------------------------------------------------

    def _needed(self, answer: DigestAnswer, connection: Connection) -> tuple[_Need, ...]:
        """The leniencies without which the answer would be refused, beside its response."""
        owner, now = self._owner(connection), self._seconds()
        needed = _STRICT
        count: int | None = answer.count
        if not answer.qop:
            if self._without_qop == "refuse":
                raise AuthError("qop")
            needed = ("digest_without_qop",)
            # On its own connection a nonce cannot be replayed by anybody else.
            count = 1 if self._by_address else None
        try:
            self._nonces.check(answer.nonce, owner, count, now)
        except AuthError as error:
            if error.reason == "replay" and count:
                return (*needed, "nonce_reuse")
            if error.reason != "nonce" or self._by_address:
                raise
            return (*needed, self._elsewhere(answer, connection, now))
        return needed

    def _elsewhere(self, answer: DigestAnswer, connection: Connection, now: float) -> _Need:
        try:
            self._nonces.check(answer.nonce, _anywhere(connection), answer.count or 1, now)
        except AuthError as error:
            if error.reason != "nonce":
                raise
        else:
            return "nonce_across_connections"
        try:
            self._nonces.check(answer.nonce, _next(connection), 1, now)
        except AuthError as second:
            if second.reason == "replay":  # not an attack: such a peer has no way to know
                raise AuthError("stale") from None
            raise
        return "next_connection"

    def _verify(
        self,
        found: Credential | None,
        answer: BasicAnswer | DigestAnswer,
        needed: tuple[_Need, ...],
        connection: Connection,
        request: HttpRequest,
    ) -> str | Deferred[str | None]:
        proof = proof_of(answer, found, request.target)
        if proof is None or found is None:
            again = self._credentials.again(answer.username)
            if again is not None:
                return again.addCallback(self._verify, answer, needed, connection, request)
            self._failed(connection, answer.username, found)
            raise AuthError("unknown_user" if found is None else "response")
        if needed:
            self._tolerate(needed, found, connection, request)
        if connection.lost:
            raise AuthError("nonce")
        used = self._used.setdefault(connection, set())
        if isinstance(answer, DigestAnswer):
            self._use(answer, needed, used)
        if self._failures.addresses:
            self._failures.succeeded(connection.peer, answer.username)
        if proof == "next":
            self._taken(found.router_id, answer.username, found.next_ha1)
        return found.router_id

    def _use(self, answer: DigestAnswer, needed: tuple[_Need, ...], used: set[str]) -> None:
        nonce = answer.nonce
        if not needed:
            self._nonces.use(nonce, answer.count)
        elif "nonce_across_connections" in needed:
            self._nonces.use(nonce, answer.count or 1)
            return  # it stays used when this connection has gone
        elif "next_connection" in needed:
            self._nonces.use(nonce, 1)
            return
        elif "nonce_reuse" in needed or not self._by_address:
            self._nonces.keep(nonce)
        else:
            self._nonces.use(nonce, 1)
        if len(used) >= _NONCES:  # those that are let go of here, ``Nonces`` forgets in time
            used.clear()
        used.add(nonce)

    def _tolerate(
        self,
        needed: tuple[_Need, ...],
        found: Credential,
        connection: Connection,
        request: HttpRequest,
    ) -> None:
        """Let pass what this router's quirks allow.

        Raises:
            AuthError: they do not allow it.
        """
        # What a router that has never informed says of its maker cannot be compared with anything.
        maker = found.manufacturer or claimed_manufacturer(request.body)
        quirks = self._quirks.of_router(found.router_id, maker, found.firmware or None)
        for leniency in needed:
            if leniency == "next_connection":
                continue
            if getattr(quirks, leniency):
                self._count(quirks, leniency)
            elif leniency != "digest_without_qop" or self._without_qop != "allow":
                raise AuthError(_NEEDS[leniency])
            else:
                self._metrics.quirk("digest-without-qop")
            if leniency == "nonce_reuse":
                self._note(found.router_id, "nonce_reused", {"address": connection.peer})

    def _failed(self, connection: Connection, username: str, found: Credential | None) -> None:
        if self._failures.failed(connection.peer, username):
            log.warning("cwmp.credentials_blocked", peer=connection.peer, username=username[:200])
            if found is not None:
                self._note(found.router_id, "credentials_guessed", {"address": connection.peer})

    def _count(self, quirks: Quirks, effect: str) -> None:
        self._metrics.quirk(quirks.cause(effect) or effect)

    def _owner(self, connection: Connection) -> str:
        if self._by_address:
            return connection.peer
        return str(connection.number)


def _next(connection: Connection) -> str:
    """Owner of a nonce that is good for one request on another connection of the address."""
    return f">{connection.peer}"


def _anywhere(connection: Connection) -> str:
    """Owner of a nonce that is good on any connection of the peer's address."""
    return f"@{connection.peer}"
