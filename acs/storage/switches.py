"""Named switches: the kill switch of reboots, and the proof of which key sealed the secrets."""

import msgspec
from sqlalchemy import Connection, select, update

from acs.storage.database import Database
from acs.storage.errors import WrongKeyError
from acs.storage.news import tell
from acs.storage.schema import switches
from acs.storage.secrets import Box, UnsealError

REBOOTS_STOPPED = "reboots_stopped"
KEY = "key"
_PROOF = b"acsd"
_STOPPED = select(switches.c.active, switches.c.set_by, switches.c.set_at, switches.c.reason).where(
    switches.c.name == REBOOTS_STOPPED
)
_LOCK = select(switches.c.active).where(switches.c.name == REBOOTS_STOPPED).with_for_update()


class Stop(msgspec.Struct, frozen=True):
    """The kill switch of reboots: whether it is set, who moved it last, when (Unix s) and why."""

    stopped: bool
    by: str = ""
    at: float | None = None
    reason: str = ""


def lock_reboots(connection: Connection) -> None:
    """Wait until no other transaction decides on reboots; held until the end of this one.

    Budgets are counted from committed rows, so decisions must follow one another.
    """
    connection.execute(_LOCK)


def reboots_stopped(connection: Connection) -> Stop:
    """Whether an operator has stopped reboots; a missing row counts as stopped."""
    row = connection.execute(_STOPPED).one_or_none()
    if row is None:
        return Stop(stopped=True)
    return Stop(row.active is not False, row.set_by, row.set_at or None, row.reason)


def stop_reboots(
    connection: Connection, *, stopped: bool, by: str, now: float, reason: str = ""
) -> None:
    """Set or lift the kill switch."""
    connection.execute(
        update(switches)
        .where(switches.c.name == REBOOTS_STOPPED)
        .values(active=stopped, set_by=by, set_at=now, reason=reason)
    )
    kind = "reboots.stopped" if stopped else "reboots.resumed"
    tell(connection, now, kind, None, {"by": by, "reason": reason})


def prepare_switches(database: Database, box: Box) -> None:
    """Make the rows of a fresh database; in one that exists, check the key.

    Raises:
        WrongKeyError: the secrets in the database were sealed with another key.
    """
    statement = database.insert(switches).on_conflict_do_nothing()
    proof = box.seal(_PROOF, KEY)
    with database.writer.begin() as connection:
        known = set(connection.execute(select(switches.c.name)).scalars())
        for name, sealed in ((REBOOTS_STOPPED, None), (KEY, proof)):
            if name not in known:
                connection.execute(
                    statement.values(name=name, active=False, set_at=0.0, proof=sealed)
                )
        found = connection.execute(
            select(switches.c.proof).where(switches.c.name == KEY)
        ).scalar_one()
    try:
        box.open(found, KEY)
    except UnsealError:
        raise WrongKeyError("the database's secrets were sealed with another key") from None
