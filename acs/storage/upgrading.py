"""Brings a database to the schema of this release; a SQLite file is copied first.

What changes is written in ``migrations``; nothing else alters tables.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from acs.storage.database import Database, as_storage_error
from acs.storage.errors import NewerSchemaError, StorageUnavailableError

log = structlog.get_logger("storage")

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x616373  # any number: PostgreSQL's advisory lock of upgrades


def upgrade(url: str) -> str:
    """Upgrade the database to the newest schema; its revision.

    A SQLite file that holds an older schema is copied to ``<file>.before-<revision>`` first. The
    whole upgrade is one transaction: a process killed in it leaves the old schema.

    Raises:
        StorageUnavailableError: the database cannot be reached or written.
        NewerSchemaError: the database was written by a newer release.
    """
    database = Database(url, readers=1)
    try:
        return upgrade_database(database)
    finally:
        database.close()


def upgrade_database(database: Database) -> str:
    """The same for an open database."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    assert head is not None  # the package holds at least one change
    try:
        with database.writer.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            before = _revision(connection, scripts)
            if before != head:
                if before is not None and database.path is not None:
                    _back_up(database.path, head)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                log.info("storage.upgraded", before=before, after=head)
    except (NewerSchemaError, StorageUnavailableError):
        raise
    except Exception as error:
        raise as_storage_error(error) from error
    return head


def _revision(connection: Connection, scripts: ScriptDirectory) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None:
        try:
            scripts.get_revision(revision)
        except CommandError:
            raise NewerSchemaError(
                f"the database has schema {revision}, which this release does not know"
            ) from None
    return revision


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
