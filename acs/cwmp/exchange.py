"""One request of a router and its answer: who sent it, what it says, in which session.

What is then said in the session is ``turning``'s. Plain callbacks: this runs for each request.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from acs.cwmp.admission import asks_for_challenge, claim, mismatch, objection_to
from acs.cwmp.auth import AuthError
from acs.cwmp.codec import MalformedMessage, decode
from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpRequest, HttpResponse, refusal, unavailable
from acs.cwmp.inflating import InflateError, inflate
from acs.cwmp.live_session import Session, SessionBusyError, cookie_of
from acs.cwmp.messages import Empty, Envelope, Inform
from acs.cwmp.oddities import after_end, policy_with, shaped
from acs.cwmp.quirks import NONE
from acs.cwmp.recalling import recall
from acs.cwmp.session import begin
from acs.cwmp.surroundings import Surroundings
from acs.cwmp.turning import Turning
from acs.storage.errors import FactRefusedError

log = structlog.get_logger("cwmp")

_EMPTY = Envelope(Empty())
_NO_SESSION = HttpResponse(204, close=True)


class Exchange:
    """Answers one request. ``answer`` is called once."""

    __slots__ = (
        "_around",
        "_body",
        "_connection",
        "_envelope",
        "_held",
        "_is_done",
        "_is_new",
        "_request",
        "_router_id",
        "_started",
    )

    def __init__(self, around: Surroundings, connection: Connection, request: HttpRequest) -> None:
        self._around = around
        self._connection = connection
        self._request = request
        self._body = request.body  # without its Content-Encoding, once that was needed
        self._router_id: str | None = None  # that the request's credentials are of
        self._envelope = _EMPTY
        self._held: Session | None = None  # acquired, to be released
        self._is_new = False
        self._started = around.seconds()
        self._is_done = False

    def answer(self) -> None:
        """The connection is given the response, now or later, whatever happens."""
        around = self._around
        around.under_way += 1
        try:
            if around.suspending:  # a session that is being saved must not go on here
                self._finish(unavailable(around.comebacks.wait()))
            elif around.under_way > around.settings.admission and self._begins:
                around.metrics.turned_away("busy")
                self._finish(unavailable(around.comebacks.wait()))
            else:
                self._authenticate()
        except Exception as error:  # noqa: BLE001 - whatever it is, the router is told and we live
            self._break(error)

    @property
    def _begins(self) -> bool:
        """Whether it is a router's first word: without a cookie, on a new connection."""
        cookie = self._request.headers.get(b"cookie")
        return self._connection.served == 1 and cookie_of(cookie) is None

    def _then(self, result: "Deferred[Any]", step: Callable[[Any], None]) -> None:
        result.addCallbacks(step, self._failed).addErrback(self._broken)

    # --- who is it, and what does it say ----------------------------------------------------------

    def _authenticate(self) -> None:
        if self._around.settings.enrolment == "open":
            self._identified(None)
            return
        try:
            router_id = self._around.gate.identify(self._connection, self._request)
        except AuthError as error:
            self._refuse_credentials(error)
            return
        if isinstance(router_id, Deferred):
            router_id.addCallbacks(self._identified, self._unidentified).addErrback(self._broken)
        else:
            self._identified(router_id)

    def _unidentified(self, failure: Failure) -> None:
        if isinstance(failure.value, AuthError):
            self._refuse_credentials(failure.value)
        else:
            self._failed(failure)

    def _refuse_credentials(self, error: AuthError) -> None:
        if error.reason == "unknown_user":
            claim(self._around, self._connection, self._request)
        self._finish(self._around.gate.refused(self._connection, self._request, error.reason))

    def _identified(self, router_id: str | None) -> None:
        self._router_id = router_id
        around, headers = self._around, self._request.headers
        body = self._body
        is_empty = not body or body.isspace()
        cookie = cookie_of(headers.get(b"cookie"))
        session = around.registry.find(self._connection, cookie)
        is_new = session is None and cookie is None
        if is_new and (self._asks_for_challenge if is_empty else self._is_anonymous):
            self._challenge()  # before an unknown peer's message costs us anything
            return
        if not is_empty and not self._read(session):
            return
        if session is not None or self._is_inform:
            self._found(session)
            return
        recalled = recall(around, self._connection, cookie, router_id)
        if isinstance(recalled, Deferred):
            self._then(recalled, self._found)
        else:
            self._found(recalled)

    def _read(self, session: Session | None) -> bool:
        """Read the message; whether it could be."""
        around = self._around
        encoding = self._request.headers.get(b"content-encoding")
        try:
            if encoding is not None:
                self._body = inflate(self._body, encoding, around.settings.body_limit)
            self._envelope = decode(self._body, around.message_limits)
        except InflateError as error:
            self._malformed("content-encoding", session, error.status)
            return False
        except MalformedMessage as error:
            self._malformed(error.code, session)
            return False
        for quirk in self._envelope.quirks:
            around.metrics.quirk(quirk)
        return True

    def _found(self, session: Session | None) -> None:
        if session is not None:
            objection = objection_to(
                self._around, self._connection, self._request, session, self._router_id
            )
            if objection is not None:
                self._finish(objection)
                return
        if self._is_inform:
            self._inform(session)
        elif session is not None:
            self._join(session)
        elif isinstance(self._envelope.message, Empty):
            self._finish(after_end(self._around, self._connection))
        else:
            self._malformed("no-session", None)

    @property
    def _is_open(self) -> bool:
        return self._around.settings.enrolment == "open"

    @property
    def _is_anonymous(self) -> bool:
        return self._router_id is None and not self._is_open

    @property
    def _asks_for_challenge(self) -> bool:
        around, request = self._around, self._request
        return self._router_id is None and asks_for_challenge(around, self._connection, request)

    @property
    def _is_inform(self) -> bool:
        return isinstance(self._envelope.message, Inform)

    def _challenge(self) -> None:
        claim(self._around, self._connection, self._request)
        self._finish(self._around.gate.challenge(self._connection, self._request))

    # --- a session begins -------------------------------------------------------------------------

    def _inform(self, session: Session | None) -> None:
        around = self._around
        message = self._envelope.message
        assert isinstance(message, Inform)
        claimed = message.device.router_id
        if not claimed:
            self._malformed("no-identity", session)
            return
        if not self._is_open:
            known = self._router_id or (session.router_id if session else None)
            if known is None:
                self._challenge()
                return
            if known != claimed:
                if session is not None:
                    around.registry.end(session, "refused")
                self._finish(mismatch(around, self._connection, self._request, known, claimed))
                return
        if around.draining:
            around.metrics.turned_away("draining")
            self._finish(unavailable(around.comebacks.wait()))
            return
        peer = self._connection.peer
        live = around.registry.of_router(claimed)
        if live is not None and live.peer != peer and live.connection is not None:
            around.identities.overlapped(claimed, around.seconds() - live.touched_at)
        quirks = around.quirks.of_inform(message)
        policy = around.policy if quirks is NONE else policy_with(around, quirks)
        around.comebacks.begun += 1
        fresh = around.registry.begin(claimed, self._connection, peer, begin(policy, peer))
        around.claims.authenticated(self._connection)
        self._is_new = True
        log.debug("cwmp.session_started", router=claimed, peer=peer)
        self._join(fresh)

    # --- its turn ---------------------------------------------------------------------------------

    def _join(self, session: Session) -> None:
        registry = self._around.registry
        if self._connection.lost:
            self._finish(_NO_SESSION)
            return
        registry.attach(session, self._connection)
        session.peer = self._connection.peer
        try:
            waiting = registry.acquire(session)
        except SessionBusyError:
            self._finish(unavailable(self._around.comebacks.wait()))
            return
        if waiting is None:
            self._take(session)
        else:
            waiting.addCallback(lambda _: self._take(session)).addErrback(self._broken)

    def _take(self, session: Session) -> None:
        self._held = session
        Turning(
            self._around,
            session,
            self._connection,
            self._body,
            self._envelope,
            is_new=self._is_new,
            done=self._finish,
            failed=self._not_stored,
            broken=self._break,
        ).take()

    # --- the end ----------------------------------------------------------------------------------

    def _malformed(self, code: str, session: Session | None, status: int = 400) -> None:
        self._around.metrics.malformed(code)
        log.debug("cwmp.malformed", peer=self._connection.peer, code=code)
        if session is not None:
            self._around.registry.end(session, "malformed")
        self._finish(refusal(status))

    def _failed(self, failure: Failure) -> None:
        self._not_stored(failure.value)

    def _not_stored(self, error: BaseException | None) -> None:
        """Storage could not; nothing is acknowledged, the router comes again with all of it."""
        around = self._around
        held = self._held
        log.warning(
            "cwmp.storage_failed",
            router=held.router_id if held else None,
            error=str(error),
        )
        if held is not None:
            around.registry.end(held, "storage_failed")
        if isinstance(error, FactRefusedError):
            self._finish(refusal(500))
        else:
            self._finish(unavailable(around.comebacks.wait()))

    def _broken(self, failure: Failure) -> None:
        self._break(failure.value)

    def _break(self, error: BaseException | None) -> None:
        log.error(
            "cwmp.exchange_broken",
            peer=self._connection.peer,
            exc_info=error,
        )
        if self._held is not None:
            self._around.registry.end(self._held, "broken")
        if not self._is_done:
            self._finish(refusal(500))

    def _finish(self, response: HttpResponse) -> None:
        if self._is_done:  # what went wrong since then has been logged
            return
        around = self._around
        self._is_done = True
        around.under_way -= 1
        around.metrics.turn(around.seconds() - self._started)
        held, self._held = self._held, None
        if held is not None and held.state.policy.quirks is not NONE:
            response = shaped(around, self._connection, held, response)
        self._connection.respond(response)
        if held is not None:
            around.registry.release(held)
