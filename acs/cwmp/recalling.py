"""Sessions that a request's connection does not know: by cookie, or by a router that proved itself.

Whether its sender may speak in what is found is decided in ``exchange``.
"""

from typing import TypeAlias

from twisted.internet.defer import Deferred

from acs.cwmp.http_connection import Connection
from acs.cwmp.live_session import Session
from acs.cwmp.surroundings import Surroundings

Found: TypeAlias = Session | Deferred[Session | None] | None


def recall(
    around: Surroundings, connection: Connection, cookie: str | None, router_id: str | None
) -> Found:
    """The session that was saved under the cookie, else the router's own.

    Args:
        around: what every exchange works with.
        connection: that the request came on.
        cookie: that the request carries.
        router_id: that the request's credentials are of, just checked; None without any.
    """
    if cookie is None:
        return None if router_id is None else _own(around, connection, router_id)
    restored = around.registry.restore(cookie)
    if router_id is None:
        return restored
    return restored.addCallback(lambda session: session or _own(around, connection, router_id))


def _own(around: Surroundings, connection: Connection, router_id: str) -> Found:
    """The one session of a router that keeps no cookies, if nobody speaks in it elsewhere."""
    registry = around.registry
    live = registry.of_router(router_id)
    if live is not None:
        live = registry.find(connection, live.cookie)  # ends it if its time is up
        if live is None or live.connection is not None:
            return None
        around.metrics.quirk("no-cookie")
        return live
    saved = registry.saved_of(router_id)
    if saved is None:
        return None
    around.metrics.quirk("no-cookie")
    return registry.restore(saved)
