import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from acs.storage.upgrading import upgrade
from tests.actions.office import Office, copied


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "acs.db"
    upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def office_with(empty_database: Path, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Opens an office with other settings; closed at the end."""
    opened: list[Office] = []

    def open_office(**changes: object) -> Office:
        opened.append(Office(copied(empty_database, tmp_path), **changes))
        return opened[-1]

    yield open_office
    for office in opened:
        office.close()


@pytest.fixture
def office(office_with: Callable[..., Office]) -> Office:
    """An office in auto mode that knows one router."""
    office = office_with()
    office.inform()
    return office
