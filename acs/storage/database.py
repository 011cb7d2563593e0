"""Engines and their differences: SQLite's pragmas and BEGIN IMMEDIATE, PostgreSQL's time limits.

No table is known here.
"""

import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Table,
    Text,
    any_,
    bindparam,
    create_engine,
    event,
    exc,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from acs.storage.errors import (
    FactRefusedError,
    StorageError,
    StorageUnavailableError,
)

Row = tuple[Any, ...]
Upsert = sqlite.Insert | postgresql.Insert

_WRITER_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # NORMAL may lose acknowledged commits at a power cut
    "foreign_keys = ON",
    "wal_autocheckpoint = 4000",  # pages: hot pages are copied back once instead of often
    "journal_size_limit = 67108864",
    "cache_size = -65536",  # KiB
    "temp_store = MEMORY",
)
_READER_PRAGMAS = ("query_only = ON", "temp_store = MEMORY")

# Faults of the row itself; whatever else the driver raises is the database's state. InterfaceError
# is sqlite3's for a value of no SQL type; psycopg's, a closed connection, is seen at the rollback.
_ROW_FAULTS = {"IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"}


class Prepared:
    """A statement compiled once and run by the driver with plain tuples.

    Saves SQLAlchemy's work for each statement and for each parameter of each row, which is most
    of the cost of small batches. Errors are the driver's own. ``keys`` names the parameters in
    their order.
    """

    __slots__ = ("keys", "sql")

    def __init__(self, sql: str, keys: tuple[str, ...]) -> None:
        self.sql = sql
        self.keys = keys

    def many(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for each row."""
        if rows:
            cursor = connection.connection.cursor()
            cursor.executemany(self.sql, rows)
            cursor.close()

    def rows(self, connection: Connection, parameters: Row) -> list[Row]:
        """Run it once; all rows, as the driver gives them."""
        cursor = connection.connection.cursor()
        cursor.execute(self.sql, parameters)
        found = cursor.fetchall()
        cursor.close()
        return list(found)


def run(connection: Connection, sql: str) -> None:
    """Run a statement without parameters on the driver."""
    cursor = connection.connection.cursor()
    cursor.execute(sql)
    cursor.close()


class Database:
    """A writing and a reading engine for one URL.

    Args:
        url: of a SQLite file or a PostgreSQL database.
        busy_timeout: seconds that a statement waits for another's lock.
        readers: connections for reads.
        pooled: a pooler hands each transaction to another connection of PostgreSQL, so that
            nothing may be prepared there.
    """

    def __init__(
        self, url: str, *, busy_timeout: float = 15.0, readers: int = 4, pooled: bool = False
    ) -> None:
        parsed = make_url(url)
        self.reader_count = readers
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise StorageError("the SQLite URL names no file")
            self.path: Path | None = Path(parsed.database)
            _create_private(self.path)
            self.writer = _sqlite_engine(url, busy_timeout, 1, "BEGIN IMMEDIATE", _WRITER_PRAGMAS)
            self.readers = _sqlite_engine(url, busy_timeout, readers, "BEGIN", _READER_PRAGMAS)
        else:
            self.path = None
            url = parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            prepare: dict[str, Any] = {"prepare_threshold": None} if pooled else {}
            self.writer = _postgresql_engine(url, busy_timeout, 1, prepare, ping=False)
            self.readers = _postgresql_engine(url, busy_timeout, readers, prepare, ping=True)

    def close(self) -> None:
        """Close all connections."""
        self.readers.dispose()
        self.writer.dispose()

    def prepare(self, statement: Executable) -> Prepared:
        """Compile a statement for the driver."""
        compiled = statement.compile(dialect=self.writer.dialect)  # type: ignore[attr-defined]  # every Executable here is a ClauseElement
        assert isinstance(compiled, SQLCompiler)
        return Prepared(str(compiled), tuple(compiled.positiontup or ()))

    def insert(self, table: Table) -> Upsert:
        """An INSERT that knows ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def upsert(self, table: Table) -> Upsert:
        """An INSERT of all columns that replaces the row of the same key."""
        statement = self.insert(table)
        keys = [column.name for column in table.primary_key]
        changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)

    def among(self, column: Column[str]) -> ColumnElement[bool]:
        """``column`` is one of parameter ``ids``: one statement text for any number of them."""
        if self.is_sqlite:
            each = func.json_each(bindparam("ids", type_=Text)).table_valued("value")
            return column.in_(select(each.c.value))
        return column == any_(bindparam("ids", type_=postgresql.ARRAY(Text)))

    def ids(self, ids: Iterable[str]) -> str | list[str]:
        """The value of parameter ``ids``."""
        listed = list(ids)
        return msgspec.json.encode(listed).decode() if self.is_sqlite else listed


def _create_private(path: Path) -> None:
    """Create the file so that only its owner can read it.

    Raises:
        StorageUnavailableError: it cannot be created or written.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageUnavailableError(f"{path}: {error.strerror}") from error


def _sqlite_engine(
    url: str, busy_timeout: float, size: int, begin: str, pragmas: tuple[str, ...]
) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout, "check_same_thread": False},
    )

    def connected(dbapi_connection: sqlite3.Connection, _record: object) -> None:
        dbapi_connection.isolation_level = None  # we begin transactions ourselves
        for pragma in pragmas:
            dbapi_connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        run(connection, begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _postgresql_engine(
    url: str, busy_timeout: float, size: int, prepare: dict[str, Any], *, ping: bool
) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=ping,
        hide_parameters=True,
        paramstyle="format",
        connect_args={
            "connect_timeout": 5,
            "fallback_application_name": "acsd",
            "keepalives_idle": 5,
            "tcp_user_timeout": int(busy_timeout * 1000),
            **prepare,
        },
    )
    millis = int(busy_timeout * 1000)
    # Nothing is set for the session, which a pooler in transaction mode would hand to others.
    begin = (
        f"BEGIN; SET LOCAL lock_timeout = {millis}; SET LOCAL statement_timeout = {4 * millis};"
        " SET LOCAL synchronous_commit = on"
    )

    def connected(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.autocommit = True  # we begin transactions ourselves, in one round trip

    def begun(connection: Connection) -> None:
        run(connection, begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _driver_error(error: BaseException) -> tuple[set[str], str] | None:
    """PEP 249 names of the classes of a driver's error and its SQLSTATE; None if it is none."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    # The driver of PostgreSQL is there only when an engine has loaded it: it takes a while.
    drivers = (sqlite3, sys.modules.get("psycopg"))
    if not any(isinstance(original, driver.Error) for driver in drivers if driver is not None):
        return None
    names = {known.__name__ for known in type(original).__mro__}
    return names, getattr(original, "sqlstate", None) or ""


def is_outage(error: BaseException) -> bool:
    """Whether the database, not the row, is at fault: full, locked, unreachable, corrupt."""
    if isinstance(error, StorageUnavailableError | exc.TimeoutError):
        return True
    known = _driver_error(error)
    if known is None:
        return False
    names, sqlstate = known
    # Class 54, program limit exceeded: a value too long for an index.
    return names.isdisjoint(_ROW_FAULTS) and not sqlstate.startswith("54")


def is_retriable(error: BaseException) -> bool:
    """Whether the same transaction may succeed at once: deadlock victim or lost connection."""
    known = _driver_error(error)
    if known is None or "sqlite3" in type(getattr(error, "orig", error)).__module__:
        return False
    names, sqlstate = known
    # Classes 08, 40, 57: connection, transaction rollback, operator intervention. An error of
    # the connection itself has no SQLSTATE.
    return "OperationalError" in names and sqlstate[:2] in ("", "08", "40", "57")


def as_storage_error(error: Exception) -> StorageError:
    """The error that callers see; the cause stays attached."""
    if isinstance(error, StorageError):
        return error
    if is_outage(error):
        found: StorageError = StorageUnavailableError(
            f"the database is unavailable: {_text(error)}"
        )
    elif _driver_error(error) or isinstance(
        error, exc.SQLAlchemyError | UnicodeError | OverflowError
    ):
        found = FactRefusedError(f"the database refuses it: {_text(error)}")
    else:
        found = StorageError(f"{type(error).__name__}: {error}")
    found.__cause__ = error
    return found


def _text(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300]
