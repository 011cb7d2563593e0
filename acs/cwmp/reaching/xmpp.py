"""The third way: a stanza to the router's JID, through an XMPP server that both are connected to.

TR-069 Amendment 6, Annex K. Who may be asked is decided here, the connection is ``xmpp_link``'s.
"""

from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionClosed, ConnectionLost
from twisted.python.failure import Failure
from twisted.words.protocols.jabber.error import StanzaError
from twisted.words.protocols.jabber.jid import JID, InvalidFormat
from twisted.words.protocols.jabber.xmlstream import TimeoutError as IqTimeoutError
from twisted.words.xish.domish import Element

from acs.cwmp.reaching.results import CallResult
from acs.facts import Way
from acs.storage.rows import ConnectionTarget

NAMESPACE = "urn:broadband-forum-org:cwmp:xmppConnReq-1-0"
_SECONDS = 10.0
# From the server when nobody is connected with that JID, from the router when it cannot come now.
_AWAY = frozenset(
    {
        "service-unavailable",
        "recipient-unavailable",
        "item-not-found",
        "remote-server-not-found",
        "remote-server-timeout",
    }
)


class Link(Protocol):
    """What is needed of the connection to the server."""

    def request(self, to: str, payload: Element, seconds: float) -> Deferred[Element]:
        """Ask a peer, wait for its answer."""


class XmppWay:
    """Asks by XMPP.

    Args:
        link: to the server.
        domains: that routers' JIDs may be in: to others their secret would go by strangers.
    """

    way: Way = "xmpp"

    def __init__(self, link: Link, domains: frozenset[str]) -> None:
        self._link = link
        self._domains = domains

    def can_reach(self, known: ConnectionTarget) -> bool:
        """Whether it named a JID."""
        return bool(known.jabber_id)

    def ask(self, known: ConnectionTarget) -> Deferred[CallResult]:
        """Send a connection request to the router's JID."""
        try:
            jid = JID(known.jabber_id)
        except (InvalidFormat, UnicodeError):
            return succeed(CallResult("refused_target", "not a JID"))
        if jid.host not in self._domains or not jid.user or not jid.resource:
            return succeed(
                CallResult("refused_target", "not a full JID in a domain that is allowed")
            )
        answered = self._link.request(jid.full(), connection_request(known), _SECONDS)
        return answered.addCallbacks(_answered, _not_answered, callbackArgs=(jid,))


def connection_request(known: ConnectionTarget) -> Element:
    """The payload of the stanza (Annex K.2.3.1)."""
    payload = Element((NAMESPACE, "connectionRequest"))
    payload.addElement("username", content=known.username)
    payload.addElement("password", content=known.password)
    return payload


def _answered(iq: Element, jid: JID) -> CallResult:
    sender = iq.getAttribute("from") or ""
    try:
        genuine = JID(sender) == jid
    except (InvalidFormat, UnicodeError):
        genuine = False
    return CallResult("accepted") if genuine else CallResult("failed", "answered by another")


def _not_answered(failure: Failure) -> CallResult:
    problem = failure.value
    if isinstance(problem, StanzaError):
        if problem.condition == "not-authorized":
            return CallResult("unauthorized")
        return CallResult(
            "unreachable" if problem.condition in _AWAY else "failed", problem.condition
        )
    if isinstance(problem, IqTimeoutError):
        return CallResult("timeout")
    if isinstance(problem, ConnectionLost | ConnectionClosed):
        return CallResult("unreachable", "no connection to the XMPP server")
    return CallResult("failed", type(problem).__name__)
