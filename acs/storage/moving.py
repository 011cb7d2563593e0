"""Carries a whole database over to an empty one, SQLite or PostgreSQL, and proves that it is whole.

Only rows are known here, not what they mean. The old database is read and locked, never changed.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    Connection,
    Integer,
    Table,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
)

from acs.storage import (
    partitions,
    schema_audit,
    schema_cohorts,
    schema_credentials,
    schema_files,
    schema_incidents,
    schema_learning,
    schema_news,
    schema_targets,
)
from acs.storage.database import Database, as_storage_error
from acs.storage.errors import StorageError
from acs.storage.schema import metadata, samples
from acs.storage.upgrading import newest_revision, stored_revision, upgrade_database

# Whoever imports a schema room has its tables in the metadata.
ROOMS = (
    schema_audit,
    schema_cohorts,
    schema_credentials,
    schema_files,
    schema_incidents,
    schema_learning,
    schema_news,
    schema_targets,
)
Phase = Literal["copy", "check"]
Progress = Callable[[Phase, str, int, int], None]

_ROWS = 500  # carried at once
_YEAR = 366 * 86_400  # seconds; older samples are of a clock that went wrong
_OURS = ("alembic_version", "samples_")  # what a database holds beside our tables
_encode = msgspec.msgpack.Encoder().encode


class MoveError(StorageError):
    """The database was not carried over; the new one is as empty as it was."""


class Moved(msgspec.Struct, frozen=True):
    """What became of one table.

    Attributes:
        table: its name.
        rows: how many there are, in both databases.
        digest: sum of the digests of all rows, the same in both databases; hexadecimal.
    """

    table: str
    rows: int
    digest: str


class _Sum:
    """Count and digest of rows, in whatever order they come."""

    def __init__(self) -> None:
        self.rows = 0
        self._digest = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take rows in."""
        self.rows += len(rows)
        for row in rows:
            digest = blake2b(_encode(tuple(row)), digest_size=16).digest()
            self._digest += int.from_bytes(digest)

    @property
    def digest(self) -> str:
        """The digest so far."""
        return f"{self._digest % (1 << 128):032x}"


def move(
    source: str, destination: str, now: float, progress: Progress = lambda *_: None
) -> list[Moved]:
    """Carry everything over, in one transaction of the destination.

    The source is locked against writing for as long as it takes. The key of stored secrets, files
    and uploads lie outside both databases and stay where they are.

    Args:
        source: URL of the database of today; must have this release's schema.
        destination: URL of the new one: a PostgreSQL database without tables of ours, or a
            SQLite file that is not there.
        now: Unix seconds, for the stretches of time that are laid out.
        progress: told the phase, the table, the rows done and the rows in all.

    Raises:
        MoveError: the source is in use or of another release, or the destination is not empty.
        StorageError: a database cannot be reached, read or written.
    """
    for url in (source, destination):
        if make_url(url).get_backend_name() not in {"sqlite", "postgresql"}:
            raise MoveError(f"{url.partition('://')[0]}: allowed are sqlite and postgresql")
    if make_url(source) == make_url(destination):
        raise MoveError("both are the same database")
    _refuse_in_use(source)
    try:
        with _opened(source) as old, _opened(destination) as new, old.writer.begin() as reading:
            _hold(old, reading)
            _refuse_other_schema(old, reading)
            _prepare(new, reading, now)
            return _carry(reading, new, progress)
    except StorageError:
        raise
    except Exception as error:
        raise as_storage_error(error) from error


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url, busy_timeout=5.0, readers=1, pooled=True)
    try:
        yield database
    finally:
        database.close()


def _refuse_in_use(url: str) -> None:
    """A SQLite file that any other process has open cannot leave WAL mode."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    if not Path(parsed.database).is_file():
        raise MoveError(f"{parsed.database}: there is no such file")
    try:
        with closing(sqlite3.connect(parsed.database, timeout=1.0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise MoveError(
            f"{parsed.database}: in use by another process ({error}); stop the daemon first"
        ) from error
    except sqlite3.DatabaseError as error:
        raise MoveError(f"{parsed.database}: {error}") from error


def _hold(old: Database, reading: Connection) -> None:
    """Keep others from writing to the source; SQLite's BEGIN IMMEDIATE has done it."""
    if old.is_sqlite:
        return
    reading.execute(text("SET LOCAL statement_timeout = 0"))
    others = reading.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'acsd' AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    if others:
        raise MoveError(f"the source is in use by {others} sessions of daemons; stop them first")
    for table in inspect(reading).get_table_names():
        reading.execute(text(f'LOCK TABLE "{table}" IN SHARE MODE'))


def _refuse_other_schema(old: Database, reading: Connection) -> None:
    found, newest = stored_revision(old), newest_revision()
    if found != newest:
        raise MoveError(
            f"the source has schema {found}, this release has {newest}; run acs db upgrade first"
        )
    known = {table.name for table in metadata.sorted_tables}
    strange = sorted(
        name
        for name in inspect(reading).get_table_names()
        if name not in known and not name.startswith(_OURS)
    )
    if strange:
        raise MoveError(f"the source has tables that this release does not know: {strange}")


def _prepare(new: Database, reading: Connection, now: float) -> None:
    """Give the destination its schema; it has no row then."""
    with new.readers.connect() as connection:
        there = set(inspect(connection).get_table_names())
    if stored_revision(new) is None and there & {t.name for t in metadata.sorted_tables}:
        raise MoveError("the destination has tables of that name which are not of acsd")
    upgrade_database(new)
    with new.readers.connect() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise MoveError(f"the destination is not empty: table {table.name} has rows")
        connection.rollback()
        if not new.is_sqlite:
            oldest, newest = reading.execute(
                select(func.min(samples.c.at), func.max(samples.c.at))
            ).one()
            until = now + partitions.AHEAD * partitions.STRETCH
            if oldest is not None:
                since = min(max(oldest, now - _YEAR), now)
                partitions.lay_out(connection, since, max(until, min(newest, now + _YEAR)))


def _carry(reading: Connection, new: Database, progress: Progress) -> list[Moved]:
    tables = list(metadata.sorted_tables)  # those that are referred to come first
    totals = {
        t.name: reading.execute(select(func.count()).select_from(t)).scalar_one() for t in tables
    }
    moved = []
    with new.writer.begin() as writing:
        if not new.is_sqlite:
            writing.execute(text("SET LOCAL statement_timeout = 0"))
        sums = {t.name: _copy(t, reading, new, writing, totals, progress) for t in tables}
        for table in tables:
            told = _checked(table, writing, totals, progress)
            sent = sums[table.name]
            if (told.rows, told.digest) != (sent.rows, sent.digest):
                raise MoveError(
                    f"table {table.name}: {sent.rows} rows of digest {sent.digest} were sent,"
                    f" {told.rows} of digest {told.digest} are there"
                )
            moved.append(Moved(str(table.name), told.rows, told.digest))
            if not new.is_sqlite:
                _continue_numbers(table, writing)
    if not new.is_sqlite:
        with new.writer.begin() as writing:
            writing.execute(text("SET LOCAL statement_timeout = 0"))
            writing.execute(text("ANALYZE"))
    return moved


def _batches(table: Table, connection: Connection) -> Iterator[Sequence[Sequence[Any]]]:
    statement = select(table).execution_options(yield_per=_ROWS)
    yield from connection.execute(statement).partitions()


def _copy(  # noqa: PLR0917 - two databases and who is told of it
    table: Table,
    reading: Connection,
    new: Database,
    writing: Connection,
    totals: dict[str, int],
    progress: Progress,
) -> _Sum:
    sent, total = _Sum(), totals[table.name]
    with _sink(table, new, writing) as put:
        for rows in _batches(table, reading):
            try:
                put(rows)
            except Exception as error:  # the drivers' own, SQLAlchemy's
                raise MoveError(f"table {table.name}: {as_storage_error(error)}") from error
            sent.add(rows)
            progress("copy", table.name, sent.rows, total)
    return sent


@contextmanager
def _sink(
    table: Table, new: Database, writing: Connection
) -> Iterator[Callable[[Sequence[Sequence[Any]]], None]]:
    """Takes rows in the order of the table's columns."""
    if new.is_sqlite:
        statement = insert(table)
        names = [column.name for column in table.columns]
        yield lambda rows: _insert(writing, statement, names, rows)
        return
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    driver: Any = writing.connection.cursor()  # psycopg's
    with driver as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:

        def put(rows: Sequence[Sequence[Any]]) -> None:
            for row in rows:
                copy.write_row(row)

        yield put


def _insert(
    writing: Connection, statement: Any, names: list[str], rows: Sequence[Sequence[Any]]
) -> None:
    writing.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def _checked(table: Table, writing: Connection, totals: dict[str, int], progress: Progress) -> _Sum:
    found = _Sum()
    for rows in _batches(table, writing):
        found.add(rows)
        progress("check", table.name, found.rows, totals[table.name])
    return found


def _continue_numbers(table: Table, writing: Connection) -> None:
    """Numbers that the database gives go on after the highest that was carried over."""
    for column in table.primary_key:
        if not isinstance(column.type, Integer):
            continue
        named = {"table": table.name, "column": column.name}
        name = text("SELECT pg_get_serial_sequence(:table, :column)")
        sequence = writing.execute(name, named).scalar_one()
        highest = writing.execute(select(func.max(column))).scalar_one()
        if sequence is not None and highest is not None:
            writing.execute(select(func.setval(sequence, highest)))
