"""The stretches of time in which PostgreSQL keeps samples: laid out ahead, dropped when outdated.

A stretch that is dropped costs nothing; deleting its rows would cost as much as writing them did.
SQLite has none of this: there rows are deleted.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy import Connection, exc, text

log = structlog.get_logger("storage")

STRETCH = 3 * 86_400  # seconds: a month has ten, so that a statement over all plans quickly
AHEAD = 3  # stretches beyond the one of now: a daemon that is down for a week comes in time
REST = "samples_rest"  # takes what no stretch covers, such as times of a clock that went wrong
_PREFIX = "samples_"
_BEFORE = "samples_until_"  # all that was there when stretches came; the day is its end
_LOCK = 0x616374  # advisory; the upgrade's is 0x616373
_PATIENCE = "1s"  # whoever waits for the table waits behind us

_STRETCHES = text(
    "SELECT child.relname FROM pg_inherits"
    " JOIN pg_class child ON child.oid = inhrelid"
    " WHERE inhparent = to_regclass('samples')"
)
_NOW = text("SELECT extract(epoch FROM now())::float8")
_IN_USE = {"55P03", "40P01"}  # SQLSTATE: no lock in time, deadlock


def name_of(start: int) -> str:
    """The table of the stretch that begins then (Unix seconds)."""
    return f"{_PREFIX}{datetime.fromtimestamp(start, UTC):%Y%m%d}"


def end_of(name: str) -> int | None:
    """When the stretch of a table ends; None: it has no end."""
    start = _day(name, _PREFIX)
    return _day(name, _BEFORE) if start is None else start + STRETCH


def _day(name: str, prefix: str) -> int | None:
    try:
        day = datetime.strptime(name.removeprefix(prefix), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp())


def stretches(since: float, until: float) -> range:
    """The beginnings of all stretches that hold times between the two, both included."""
    first = int(since // STRETCH)
    return range(first * STRETCH, (int(until // STRETCH) + 1) * STRETCH, STRETCH)


def tend(connection: Connection, kept: float) -> int:
    """Lay out the stretches that are due and drop those that are over; how many changed.

    Each change is a transaction of its own. Time is the database's, so that nodes whose clocks
    differ agree. When the table is in use for longer than a second, the change is left for the
    next time: rows then go to ``samples_rest``, and move when their stretch is made.

    Args:
        connection: of PostgreSQL, outside a transaction.
        kept: seconds that samples are kept.
    """
    now = float(connection.execute(_NOW).scalar_one())
    made = lay_out(connection, now, now + AHEAD * STRETCH)
    return made + _drop(connection, now - kept)


def lay_out(connection: Connection, since: float, until: float) -> int:
    """Make the stretches that are missing between two times (Unix seconds); how many were."""
    there = _existing(connection)
    first = max((_day(name, _BEFORE) or 0 for name in there), default=0)
    wanted = [start for start in stretches(since, until) if start >= first]
    missing = [start for start in wanted if name_of(start) not in there]
    return sum(_alone(connection, partial(_make, start=start)) for start in missing)


def undroppable(connection: Connection) -> list[str]:
    """The tables whose rows must be deleted one by one, as they are or as they are for now."""
    return sorted(n for n in _existing(connection) if n == REST or n.startswith(_BEFORE))


def _drop(connection: Connection, before: float) -> int:
    known = ((name, end_of(name)) for name in sorted(_existing(connection)))
    over = [name for name, end in known if end is not None and end <= before]
    return sum(_alone(connection, partial(_drop_one, name=name)) for name in over)


def _existing(connection: Connection) -> set[str]:
    return set(connection.execute(_STRETCHES).scalars())


def _alone(connection: Connection, change: Callable[[Connection], None]) -> bool:
    """Make one change, alone among the nodes; False if the table was in use for too long."""
    connection.rollback()  # of what was read so far
    try:
        with connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            change(connection)
    except exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in _IN_USE:
            raise
        log.warning("storage.samples_in_use", error=str(error.orig).strip())
        return False
    return True


def _make(connection: Connection, start: int) -> None:
    name, end = name_of(start), start + STRETCH
    if name in _existing(connection):  # by another process, while we waited for the lock
        return
    connection.execute(text(f"CREATE TABLE {name} (LIKE samples INCLUDING ALL)"))
    # Nothing may come into the rest between the move and the attachment.
    connection.execute(text(f"LOCK TABLE {REST} IN SHARE ROW EXCLUSIVE MODE"))
    times = {"start": start, "end": end}
    inside = f"FROM {REST} WHERE at >= :start AND at < :end"
    connection.execute(text(f"INSERT INTO {name} SELECT * {inside}"), times)
    connection.execute(text(f"DELETE {inside}"), times)
    bounds = f"FROM ({start}) TO ({end})"
    connection.execute(text(f"ALTER TABLE samples ATTACH PARTITION {name} FOR VALUES {bounds}"))


def _drop_one(connection: Connection, name: str) -> None:
    connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    log.info("storage.samples_dropped", stretch=name)
