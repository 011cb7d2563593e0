"""Who sent a request: checks its Authorization header, and makes the challenge for those without.

Which router a name belongs to comes from storage; what it may then say is the server's to decide.
"""

from collections.abc import Callable

import structlog
from twisted.internet.defer import Deferred

from acs.cwmp.auth import (
    AuthError,
    BasicAnswer,
    DigestAnswer,
    Nonces,
    Reason,
    challenges,
    ha1,
    parse_authorization,
    verify_basic,
    verify_digest,
)
from acs.cwmp.credentials import CredentialCache
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpRequest, HttpResponse
from acs.cwmp.settings import CwmpSettings
from acs.cwmp.telemetry import CwmpMetrics
from acs.storage.rows import Credential

log = structlog.get_logger("cwmp")

# An unknown name costs the same work as a wrong password.
_NOBODY = ha1("", "")


class Gate:
    """Authenticates requests.

    Args:
        credentials: who holds which.
        settings: schemes, whether nonces belong to a connection or an address.
        key: random bytes for the nonces.
        seconds: a clock that never goes back.
        metrics: failures by reason.
    """

    def __init__(
        self,
        credentials: CredentialCache,
        settings: CwmpSettings,
        *,
        key: bytes,
        seconds: Callable[[], float],
        metrics: CwmpMetrics,
    ) -> None:
        self._credentials = credentials
        self._schemes = settings.auth
        self._by_address = settings.nonce_owner == "address"
        self._seconds = seconds
        self._metrics = metrics
        self._nonces = Nonces(key)
        self._used: dict[Connection, list[str]] = {}

    def identify(
        self, connection: Connection, request: HttpRequest
    ) -> str | Deferred[str | None] | None:
        """The router id that the request's credentials belong to; None if it carries none.

        Raises:
            AuthError: they are refused (the Deferred fails with it, if there is one).
        """
        header = request.headers.get(b"authorization")
        if header is None:
            return None
        answer = parse_authorization(header)
        if isinstance(answer, BasicAnswer):
            if "basic" not in self._schemes:
                raise AuthError("not_offered")
        else:
            if "digest" not in self._schemes:
                raise AuthError("not_offered")
            self._nonces.check(answer.nonce, self._owner(connection), answer.count, self._seconds())
        found = self._credentials.get(answer.username)
        if isinstance(found, Deferred):
            return found.addCallback(self._verify, answer, connection, request)
        return self._verify(found, answer, connection, request)

    def challenge(self, connection: Connection, *, stale: bool = False) -> HttpResponse:
        """A 401 with a fresh nonce; the connection stays open for the answer."""
        nonce = self._nonces.issue(self._owner(connection), self._seconds())
        return HttpResponse(401, headers=challenges(self._schemes, nonce, stale=stale))

    def refused(self, connection: Connection, reason: Reason) -> HttpResponse:
        """Count refused credentials, and challenge again."""
        self._metrics.auth_failed(reason)
        log.debug("cwmp.auth_failed", peer=connection.peer, reason=reason)
        return self.challenge(connection, stale=reason == "stale")

    def disconnected(self, connection: Connection) -> None:
        """Its nonces end with it."""
        for nonce in self._used.pop(connection, ()):
            if not self._by_address:
                self._nonces.forget(nonce)

    def _verify(
        self,
        found: Credential | None,
        answer: BasicAnswer | DigestAnswer,
        connection: Connection,
        request: HttpRequest,
    ) -> str:
        stored = _NOBODY if found is None else found.ha1
        try:
            if isinstance(answer, BasicAnswer):
                verify_basic(answer, stored)
            else:
                verify_digest(answer, stored, "POST", request.target.decode("latin-1"))
        except AuthError as error:
            if found is None and error.reason == "response":
                raise AuthError("unknown_user") from None
            raise
        if found is None:
            raise AuthError("unknown_user")
        if isinstance(answer, DigestAnswer):
            if connection.lost:
                raise AuthError("nonce")
            self._nonces.use(answer.nonce, answer.count)
            used = self._used.setdefault(connection, [])
            if answer.nonce not in used:
                used.append(answer.nonce)
        return found.router_id

    def _owner(self, connection: Connection) -> str:
        if self._by_address:
            return connection.peer
        return str(connection.number)
