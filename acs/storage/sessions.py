"""Suspended sessions: saved when a connection drops, taken exactly once, by whichever node."""

from sqlalchemy import Connection, delete

from acs.storage.database import Database
from acs.storage.rows import SavedSession
from acs.storage.schema import sessions


def save_session(
    connection: Connection, database: Database, cookie_hash: str, session: SavedSession
) -> None:
    """Save a session under its cookie's hash, in place of one saved before."""
    connection.execute(
        database.upsert(sessions),
        {
            "cookie_hash": cookie_hash,
            "router_id": session.router_id,
            "state": session.state,
            "expires_at": session.expires_at,
        },
    )


def take_session(connection: Connection, cookie_hash: str, now: float) -> SavedSession | None:
    """Take a session away; None when it is not there (any more) or has expired."""
    row = connection.execute(
        delete(sessions)
        .where(sessions.c.cookie_hash == cookie_hash)
        .returning(sessions.c.router_id, sessions.c.state, sessions.c.expires_at)
    ).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    return SavedSession(*row)
