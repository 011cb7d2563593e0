"""Schema upgrades: the migrations make what the tables say, and a file is copied first."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from acs.storage.errors import NewerSchemaError, StorageUnavailableError
from acs.storage.schema import metadata
from acs.storage.upgrading import upgrade


def test_the_migrations_make_the_tables_of_the_schema(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:

        def compared(_thing: object, name: str | None, *_more: object) -> bool:
            # Stretches of samples are parts of one table, and need no index by time.
            parted = connection.dialect.name == "postgresql"
            return not (parted and name in {"samples_rest", "ix_samples_at"})

        options = {"compare_type": True, "include_object": compared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        partial = {
            index["name"]
            for index in inspect(connection).get_indexes("commands")
            if any("where" in str(option) for option in index.get("dialect_options", {}))
        }
    engine.dispose()
    assert partial == {
        "ix_commands_queued",
        "ix_commands_under_way",
        "ix_commands_due_at",
        "ix_commands_sent_at",
    }


def test_upgrading_again_changes_nothing(url: str) -> None:
    assert upgrade(url) == upgrade(url)


def test_a_fresh_file_is_private_and_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    upgrade(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.before-*"))


def test_an_older_file_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "acs.db"
    head = upgrade(f"sqlite:///{path}")
    folder = tmp_path / "migrations"
    import acs.storage.upgrading as module  # noqa: PLC0415 - its folder is replaced

    original = module.MIGRATIONS
    (folder / "versions").mkdir(parents=True)
    for each in (original / "env.py", *(original / "versions").glob("0*.py")):
        (folder / each.relative_to(original)).write_text(each.read_text())
    (folder / "versions" / "9999_more.py").write_text(
        f'revision = "9999"\ndown_revision = "{head}"\n'
        "from alembic import op\n"
        'def upgrade():\n    op.execute("CREATE TABLE more (x INTEGER)")\n'
    )
    monkeypatch.setattr(module, "MIGRATIONS", folder)
    assert upgrade(f"sqlite:///{path}") == "9999"
    copy = tmp_path / "acs.db.before-9999"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(path)) as new:
        query = "SELECT version_num FROM alembic_version"
        assert old.execute(query).fetchall() == [(head,)]
        assert new.execute(query).fetchall() == [("9999",)]
    monkeypatch.undo()
    with pytest.raises(NewerSchemaError, match="9999"):
        upgrade(f"sqlite:///{path}")


def test_a_failed_upgrade_leaves_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "acs.db"
    folder = tmp_path / "migrations"
    import acs.storage.upgrading as module  # noqa: PLC0415 - its folder is replaced

    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((module.MIGRATIONS / "env.py").read_text())
    (folder / "versions" / "0001_bad.py").write_text(
        'revision = "0001"\ndown_revision = None\nfrom alembic import op\n'
        "def upgrade():\n"
        '    op.execute("CREATE TABLE half (x INTEGER)")\n'
        '    raise RuntimeError("killed")\n'
    )
    monkeypatch.setattr(module, "MIGRATIONS", folder)
    with pytest.raises(Exception, match="killed"):
        upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize(
    "place",
    ["sqlite:////nonexistent/folder/acs.db", "postgresql://x@127.0.0.1:1/x?connect_timeout=1"],
)
def test_an_unreachable_database_is_told_clearly(place: str) -> None:
    with pytest.raises(StorageUnavailableError):
        upgrade(place)


def test_a_file_that_is_no_database_is_told_clearly(tmp_path: Path) -> None:
    path = tmp_path / "acs.db"
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(StorageUnavailableError, match="not a database"):
        upgrade(f"sqlite:///{path}")


def test_sqlite_is_durable_at_every_commit(tmp_path: Path) -> None:
    from acs.storage.database import Database  # noqa: PLC0415

    database = Database(f"sqlite:///{tmp_path / 'acs.db'}")
    with database.writer.connect() as connection:
        for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == expected
    database.close()


def test_a_database_of_this_release_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/acs.db"
    upgrade(url)
    script = (
        "import sys; from acs.storage.upgrading import upgrade; upgrade(sys.argv[1]); "
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    found = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, url], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
