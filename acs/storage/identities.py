"""Identities in doubt: how they come to be so, and when they are trusted again.

What speaks for two devices is found elsewhere; here is what it does to the router's row.
"""

from sqlalchemy import Connection, exists, select

from acs.storage.schema import events, routers

FLAPPING = "identity_flapping"
CLEARED = "identity_cleared"
MARKS = {FLAPPING: True, CLEARED: False}
"""Kinds of ``Noted`` that set ``routers.flapping``, and to what."""

QUIET = 7 * 86_400.0
"""Seconds without a sign of a second device after which an identity is trusted again."""

_AT_ONCE = 500


def quiet(connection: Connection, now: float) -> tuple[str, ...]:
    """Routers in doubt of which nothing has spoken for a second device long enough."""
    sign = exists().where(
        events.c.router_id == routers.c.router_id,
        events.c.kind == FLAPPING,
        events.c.at > now - QUIET,
    )
    query = select(routers.c.router_id).where(routers.c.flapping, ~sign).limit(_AT_ONCE)
    return tuple(connection.execute(query).scalars())
