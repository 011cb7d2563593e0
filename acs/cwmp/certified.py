"""Connections whose client certificate names a router: which router that is.

TLS verified the certificate; what it then may say is the server's to decide.
"""

from collections.abc import Callable

import structlog
from twisted.internet.defer import Deferred

from acs.cwmp.auth import AuthError
from acs.cwmp.certificates import named_in
from acs.cwmp.http_connection import Connection

log = structlog.get_logger("cwmp")

Lookup = Callable[[str, str | None, str], Deferred[str | None]]


class Certified:
    """Remembers the router of each connection until it ends.

    Args:
        lookup: asks storage for the one enrolled router of an OUI, a product class (None: any) and
            a serial number.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._known: dict[Connection, str] = {}

    def router_of(self, connection: Connection) -> str | Deferred[str | None] | None:
        """The router's id; None: the certificate names none, so it proves nothing.

        The Deferred fails with AuthError ``unknown_user``: no such router has been let in.
        """
        known = self._known.get(connection)
        if known is not None:
            return known
        named = named_in(connection.names)
        if named is None:
            return None

        def found(router_id: str | None) -> str:
            if router_id is None or connection.lost:
                log.debug("cwmp.certificate_unknown", peer=connection.peer, oui=named.oui)
                raise AuthError("unknown_user")
            self._known[connection] = router_id
            return router_id

        asked = self._lookup(named.oui, named.product_class, named.serial_number)
        return asked.addCallback(found)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._known

    def forget(self, connection: Connection) -> None:
        """The connection is gone."""
        self._known.pop(connection, None)
