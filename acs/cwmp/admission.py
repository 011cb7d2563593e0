"""Whether a peer may go on: with this session, on this connection, under this name.

Credentials themselves are checked by the gate; what is said is never looked at here.
"""

from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpRequest, HttpResponse, refusal
from acs.cwmp.inflating import InflateError, inflate
from acs.cwmp.live_session import Session
from acs.cwmp.oddities import count
from acs.cwmp.surroundings import Surroundings

_CLAIM_BYTES = 65_536  # of a compressed body of a peer that has not said who it is


def asks_for_challenge(around: Surroundings, connection: Connection, request: HttpRequest) -> bool:
    """Whether an empty request that belongs to no session wants to know how to authenticate.

    libcurl with Digest set keeps the body back until it has seen a challenge (RFC 9110, 11.6.1
    leaves that to it); a router built on it would take any other answer for the session's end.
    """
    if b"authorization" in request.headers:
        return False
    # A router without cookies may be in the middle of its session.
    is_open = around.settings.enrolment == "open"
    return connection.served == 1 or (not is_open and not around.gate.has_proved(connection))


def claim(around: Surroundings, connection: Connection, request: HttpRequest) -> None:
    """Remember who the peer says it is, for an operator to see should it never prove it."""
    body, encoding = request.body, request.headers.get(b"content-encoding")
    if encoding is not None:
        try:
            body = inflate(body, encoding, _CLAIM_BYTES)
        except InflateError:
            return
    around.claims.claim(connection, body)


def objection_to(
    around: Surroundings,
    connection: Connection,
    request: HttpRequest,
    session: Session,
    router_id: str | None,
) -> HttpResponse | None:
    """Why the peer may not go on with a session; None: it may.

    Args:
        around: what every exchange works with.
        connection: that the request came on.
        request: without credentials or with proven ones.
        session: that its cookie or connection names.
        router_id: that its credentials are of; None: it gave none.
    """
    if router_id is not None:
        if router_id != session.router_id:
            return mismatch(around, connection, request, router_id, session.router_id)
        return None
    is_open = around.settings.enrolment == "open"
    if session.peer != connection.peer:
        # A cookie seen on its way is worth nothing elsewhere.
        around.metrics.auth_failed("cookie")
        return refusal(400) if is_open else around.gate.challenge(connection, request)
    if session.connection is connection or is_open:
        return None
    return None if _may_move(around, session) else around.gate.challenge(connection, request)


def _may_move(around: Surroundings, session: Session) -> bool:
    """Whether the session may go on, without credentials, on another connection."""
    if around.settings.challenge != "connection":
        return True
    quirks = session.state.policy.quirks
    if quirks.authenticates_inform_only:
        count(around, quirks, "authenticates_inform_only")
    return quirks.authenticates_inform_only


def mismatch(
    around: Surroundings, connection: Connection, request: HttpRequest, known: str, claimed: str
) -> HttpResponse:
    """The answer to a router that proved to be one and says that it is another; it is recorded."""
    around.metrics.identity_mismatch()
    around.metrics.auth_failed("identity")
    detail: dict[str, object] = {"claimed": claimed[:200], "address": connection.peer}
    around.records.note(known, "identity_mismatch", detail)
    return around.gate.challenge(connection, request)
