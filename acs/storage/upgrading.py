"""Brings a database to the schema of this release; a SQLite file is copied first.

What changes is written in ``migrations``; nothing else alters tables.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import structlog
from sqlalchemy import exc, text

from acs.storage.database import Database, as_storage_error
from acs.storage.errors import NewerSchemaError, StorageUnavailableError

log = structlog.get_logger("storage")

MIGRATIONS = Path(__file__).parent / "migrations"  # files are named by revision, of four digits
_REVISION = text("SELECT version_num FROM alembic_version")
_LOCK = 0x616373  # any number: PostgreSQL's advisory lock of upgrades


def upgrade(url: str) -> str:
    """Upgrade the database to the newest schema; its revision.

    A SQLite file that holds an older schema is copied to ``<file>.before-<revision>`` first. The
    whole upgrade is one transaction: a process killed in it leaves the old schema.

    Raises:
        StorageUnavailableError: the database cannot be reached or written.
        NewerSchemaError: the database was written by a newer release.
    """
    database = Database(url, readers=1, pooled=True)  # so few statements gain nothing by preparing
    try:
        return upgrade_database(database)
    finally:
        database.close()


def upgrade_database(database: Database) -> str:
    """The same for an open database."""
    newest = newest_revision()
    if stored_revision(database) == newest:
        return newest
    from acs.storage import migrating  # noqa: PLC0415 - Alembic is loaded when it has work

    try:
        with database.writer.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            before = migrating.revision(connection)
            if before != newest:
                if before is not None and database.path is not None:
                    _back_up(database.path, newest)
                migrating.upgrade(connection)
                log.info("storage.upgraded", before=before, after=newest)
    except (NewerSchemaError, StorageUnavailableError):
        raise
    except Exception as error:
        raise as_storage_error(error) from error
    return newest


def newest_revision() -> str:
    """The schema of this release."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]


def stored_revision(database: Database) -> str | None:
    """The database's revision; None also where that is not plain to see."""
    try:
        with database.readers.connect() as connection:
            return connection.execute(_REVISION).scalar_one_or_none()
    except (exc.SQLAlchemyError, sqlite3.Error):
        return None


def _back_up(path: Path, revision: str) -> None:
    """Copy the database file as of its last commit; an earlier copy of the same name stays."""
    target = path.with_name(f"{path.name}.before-{revision}")
    if target.exists():
        return
    draft = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(draft)) as new:
            old.backup(new)
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise StorageUnavailableError(f"no copy before the upgrade: {error}") from error
