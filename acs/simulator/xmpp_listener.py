"""A simulated router at an XMPP server: hears connection requests there (TR-069, Annex K)."""

from typing import Any

from twisted.words.protocols.jabber import error, xmlstream
from twisted.words.xish.domish import Element

from acs.cwmp.reaching.xmpp_link import Account, XmppLink
from acs.simulator.client import RouterClient

_REQUEST = ("urn:broadband-forum-org:cwmp:xmppConnReq-1-0", "connectionRequest")


class XmppListener:
    """The router's end.

    Args:
        reactor: provides IReactorTime.
        endpoint: of the XMPP server.
        account: of the router there.
        client: the router.
        allowed: bare JID that may ask.

    Attributes:
        followed: connection requests that were followed.
    """

    def __init__(
        self, reactor: Any, endpoint: Any, account: Account, client: RouterClient, *, allowed: str
    ) -> None:
        self._client = client
        self._allowed = allowed
        self.followed = 0
        self.link = XmppLink(reactor, endpoint, account, self._asked)
        cpe = client.cpe
        cpe.tree.put(f"{cpe.model.root}ManagementServer.ConnReqJabberID", account.jid)

    def _asked(self, link: XmppLink, iq: Element) -> None:
        cpe = self._client.cpe
        payload = iq.firstChildElement()
        asker = str(iq.getAttribute("from")).partition("/")[0]
        is_ours = payload is not None and (payload.uri, payload.name) == _REQUEST
        if not is_ours or asker != self._allowed:
            link.send(error.StanzaError("service-unavailable").toResponse(iq))
        elif not self._proven(payload):
            link.send(error.StanzaError("not-authorized").toResponse(iq))
        else:
            link.send(xmlstream.toResponse(iq, "result"))
            self.followed += 1
            cpe.connection_requested()
            self._client.look()

    def _proven(self, payload: Element) -> bool:
        cpe = self._client.cpe
        server = f"{cpe.model.root}ManagementServer.ConnectionRequest"
        given = {child.name: str(child) for child in payload.elements()}
        wanted = {
            "username": cpe.tree.written(f"{server}Username"),
            "password": cpe.tree.written(f"{server}Password"),
        }
        return bool(wanted["username"]) and given == wanted
