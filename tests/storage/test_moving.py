"""A database carried over, whole or not at all; both databases are real ones."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    Table,
    column,
    create_engine,
    func,
    insert,
    select,
    table,
    text,
)

from acs.storage import partitions
from acs.storage.database import Database
from acs.storage.errors import StorageError
from acs.storage.moving import MoveError, Phase, move
from acs.storage.schema import metadata, routers, samples
from acs.storage.upgrading import upgrade
from tests.postgres import Cluster
from tests.storage.support import ID, NOW, Desk, informed

ROWS = 603  # more than are carried at once
AT = 1_790_000_000.0
LATER = AT + 20 * 86_400


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, readers=1, pooled=True)
    try:
        yield database
    finally:
        database.close()


def value(column: Column[Any], number: int) -> object:
    """Something a column of this type can hold, another for each number."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return None if column.nullable else value(key.column, number)
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, Double):
        return AT + number * 3600.25
    if isinstance(column.type, LargeBinary):
        return bytes(range(number % 256)) + b"\x00\xff"
    if column.nullable and number % 3 == 0:
        return None
    return f"R{number}" if column.name == "router_id" else f"{column.name}\t\\é\n{number}"


def fill(url: str, rows: int = ROWS) -> None:
    """Rows in every table there is."""
    with opened(url) as database, database.writer.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(
                insert(table),
                [{c.name: value(c, n) for c in table.columns} for n in range(rows)],
            )


def content(url: str, table: Table) -> list[tuple[Any, ...]]:
    with opened(url) as database, database.readers.connect() as connection:
        rows = connection.execute(select(table).order_by(*table.primary_key))
        return [tuple(row) for row in rows]


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    upgrade(url)
    return url


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = cluster.create(template="template0")
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=["to PostgreSQL", "to SQLite", "between files"])
def way(
    request: pytest.FixtureRequest, sqlite: str, tmp_path: Path, cluster: Cluster
) -> Iterator[tuple[str, str]]:
    """Where from, with this release's schema, and where to."""
    name = cluster.create(template="template0")
    new_file = f"sqlite:///{tmp_path / 'new.db'}"
    if request.param == "to PostgreSQL":
        yield sqlite, cluster.url(name)
    elif request.param == "between files":
        yield sqlite, new_file
    else:
        upgrade(cluster.url(name))
        yield cluster.url(name), new_file
    cluster.drop(name)


def test_every_row_of_every_table_is_there_afterwards(way: tuple[str, str]) -> None:
    source, destination = way
    fill(source)
    told: list[tuple[Phase, str, int, int]] = []
    moved = move(source, destination, LATER, lambda *each: told.append(each))
    assert {each.table for each in moved} == set(metadata.tables)
    for each in moved:
        name = metadata.tables[each.table]
        assert content(destination, name) == content(source, name)
        assert each.rows == ROWS
        assert ("copy", each.table, ROWS, ROWS) in told
        assert ("check", each.table, ROWS, ROWS) in told


def test_a_store_goes_on_with_what_was_moved(way: tuple[str, str]) -> None:
    source, destination = way
    before = Desk(source)
    before.commit(before.open(), informed())
    before.close()
    move(source, destination, LATER)
    after = Desk(destination)
    store = after.open()
    found = after.wait(store.router(ID))
    assert found is not None
    assert found.last_inform_at == NOW
    after.commit(store, informed())
    after.close()


def test_samples_lie_in_their_stretches(sqlite: str, empty: str) -> None:
    fill(sqlite)
    with opened(sqlite) as database, database.writer.begin() as connection:
        row = {"router_id": "R1", "source": "", "vitals": b""}
        connection.execute(insert(samples), [{**row, "at": 5.0}])  # a clock that went wrong
    move(sqlite, empty, LATER)
    with opened(empty) as database, database.readers.connect() as connection:
        rest = connection.execute(select(table("samples_rest", column("at")))).scalars().all()
        first = partitions.name_of(partitions.stretches(AT, AT)[0])
        inside = connection.execute(select(func.count()).select_from(table(first))).scalar_one()
        everything = connection.execute(select(func.count()).select_from(samples)).scalar_one()
    assert rest == [5.0]
    assert 0 < inside < ROWS
    assert everything == ROWS + 1


def test_a_source_in_use_is_refused(sqlite: str, empty: str) -> None:
    path = sqlite.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as daemon:
        daemon.execute("SELECT count(*) FROM routers").fetchone()
        with pytest.raises(MoveError, match=r"in use by another process .*; stop the daemon first"):
            move(sqlite, empty, LATER)
    move(sqlite, empty, LATER)


def test_a_postgresql_source_in_use_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    name = cluster.create()
    url, destination = cluster.url(name), f"sqlite:///{tmp_path / 'new.db'}"
    with (
        opened(url) as daemon,
        daemon.readers.connect(),
        pytest.raises(MoveError, match="in use by 1 sessions of daemons"),
    ):
        move(url, destination, LATER)
    move(url, destination, LATER)
    cluster.drop(name)


def test_nobody_writes_to_the_source_meanwhile(way: tuple[str, str]) -> None:
    source, destination = way
    fill(source, 1)
    refused = []

    def try_to_write(*_: object) -> None:
        engine = create_engine(
            source.replace("postgresql:", "postgresql+psycopg:"),
            connect_args={"timeout": 0} if source.startswith("sqlite") else {},
        )
        try:
            with engine.begin() as connection:
                if not source.startswith("sqlite"):
                    connection.execute(text("SET LOCAL lock_timeout = 50"))
                connection.execute(text("UPDATE routers SET informs = 7"))
        except Exception as error:  # noqa: BLE001 - of either driver
            refused.append(str(error))
        finally:
            engine.dispose()

    move(source, destination, LATER, try_to_write)
    assert len(refused) == 2 * len(metadata.tables)
    assert all("lock" in each for each in refused)


def test_a_destination_with_rows_is_refused(way: tuple[str, str]) -> None:
    source, destination = way
    upgrade(destination)
    fill(destination, 1)
    with pytest.raises(MoveError, match=r"the destination is not empty: table .* has rows"):
        move(source, destination, LATER)


def test_a_destination_of_somebody_else_is_refused(sqlite: str, empty: str) -> None:
    with opened(empty) as database, database.writer.begin() as connection:
        connection.execute(text("CREATE TABLE routers (name text)"))
    with pytest.raises(MoveError, match="has tables of that name which are not of acsd"):
        move(sqlite, empty, LATER)


def test_a_source_of_another_release_is_refused(sqlite: str, empty: str) -> None:
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
        connection.commit()
    with pytest.raises(MoveError, match=r"the source has schema 0003.*run acs db upgrade first"):
        move(sqlite, empty, LATER)


def test_a_table_that_is_not_known_is_refused(sqlite: str, empty: str) -> None:
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection:
        connection.execute("CREATE TABLE notes_of_anna (text)")
    with pytest.raises(MoveError, match=r"does not know.*notes_of_anna"):
        move(sqlite, empty, LATER)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("RETURN NULL", "1 rows of digest .* were sent, 0 of digest"),
        ("NEW.name := 'x'; RETURN NEW", "1 rows of digest .* 1 of digest"),
    ],
)
def test_what_is_lost_or_changed_on_the_way_is_seen(
    sqlite: str, empty: str, damage: str, error: str
) -> None:
    fill(sqlite, 1)
    upgrade(empty)
    with opened(empty) as database, database.writer.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {damage}; END$$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER damage BEFORE INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION damage()"
        )
    with pytest.raises(MoveError, match=f"table tokens: {error}"):
        move(sqlite, empty, LATER)
    assert content(empty, routers) == []


def test_a_row_that_cannot_be_stored_leaves_the_destination_empty(sqlite: str, empty: str) -> None:
    fill(sqlite, 3)
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE commands SET reason = 'a' || char(0)")
        connection.commit()
    with pytest.raises(MoveError, match=r"table commands: .*NUL"):
        move(sqlite, empty, LATER)
    assert content(empty, routers) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda url: url.replace("old.db", "none.db"), "none.db: there is no such file"),
        (lambda url: url.replace("sqlite", "mysql"), "mysql: allowed are sqlite and postgresql"),
    ],
)
def test_a_source_that_is_none(
    sqlite: str, empty: str, change: Callable[[str], str], error: str
) -> None:
    with pytest.raises(StorageError, match=error):
        move(change(sqlite), empty, LATER)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, empty: str) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(MoveError, match=r"letter\.db: file is not a database"):
        move(f"sqlite:///{path}", empty, LATER)


def test_a_database_is_not_moved_onto_itself(sqlite: str) -> None:
    with pytest.raises(MoveError, match="both are the same database"):
        move(sqlite, sqlite, LATER)
