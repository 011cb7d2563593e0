"""Suspended sessions: saved when a connection drops, taken exactly once, by whichever node.

They are sealed: a command under way may hold what the router is to be given.
"""

from sqlalchemy import Connection, delete

from acs.storage.database import Database
from acs.storage.rows import SavedSession
from acs.storage.schema import sessions
from acs.storage.secrets import Box, UnsealError


def save_session(
    connection: Connection, database: Database, box: Box, cookie_hash: str, session: SavedSession
) -> None:
    """Save a session under its cookie's hash, in place of one saved before."""
    connection.execute(
        database.upsert(sessions),
        {
            "cookie_hash": cookie_hash,
            "router_id": session.router_id,
            "state": box.seal(session.state, _place(cookie_hash)),
            "expires_at": session.expires_at,
        },
    )


def take_session(
    connection: Connection, box: Box, cookie_hash: str, now: float
) -> SavedSession | None:
    """Take a session away; None when it is not there (any more), has expired or cannot be opened.

    Sealed with another key it is of no use to anybody, and the router begins anew.
    """
    row = connection.execute(
        delete(sessions)
        .where(sessions.c.cookie_hash == cookie_hash)
        .returning(sessions.c.router_id, sessions.c.state, sessions.c.expires_at)
    ).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    try:
        state = box.open(row.state, _place(cookie_hash))
    except UnsealError:
        return None
    return SavedSession(row.router_id, state, row.expires_at)


def _place(cookie_hash: str) -> str:
    return f"sessions/{cookie_hash}"
