"""Alembic at work on a connection: which schema a database has, and the way to the newest.

Loaded only where there is something to upgrade.
"""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from acs.storage import upgrading
from acs.storage.errors import NewerSchemaError


def revision(connection: Connection) -> str | None:
    """The revision of the database's schema; None: it is empty.

    Raises:
        NewerSchemaError: this release does not know it.
    """
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None:
        try:
            ScriptDirectory.from_config(_config()).get_revision(found)
        except CommandError:
            raise NewerSchemaError(
                f"the database has schema {found}, which this release does not know"
            ) from None
    return found


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, in the transaction that is under way."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(upgrading.MIGRATIONS).replace("%", "%%"))
    return config
