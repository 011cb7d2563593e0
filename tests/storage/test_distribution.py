"""The schema and the hot path as a database distributed by router id needs them."""

import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Index, UniqueConstraint, event

from acs.storage.database import Database
from acs.storage.schema import metadata
from tests.storage.support import NOW, Desk, informed, judged, sampled

# Tables that name routers and still are not kept by router, each with its reason.
_BESIDE = {
    "news": "one order of the whole fleet, read on from a number",
    "sessions": "found by cookie before anybody knows whose it is",
}


def per_router() -> dict[str, list[str]]:
    """Keys of the tables that have a column for the router's id."""
    return {
        name: [column.name for column in table.primary_key]
        for name, table in metadata.tables.items()
        if "router_id" in table.c
    }


def test_the_key_of_every_table_of_routers_begins_with_the_router() -> None:
    wrong = {name for name, key in per_router().items() if key[0] != "router_id"}
    assert wrong == set(_BESIDE)


def test_unique_keys_of_tables_of_routers_hold_the_router() -> None:
    without = {
        f"{name}.{'+'.join(column.name for column in one.columns)}"
        for name in per_router()
        for one in (*metadata.tables[name].indexes, *metadata.tables[name].constraints)
        if (isinstance(one, UniqueConstraint) or (isinstance(one, Index) and one.unique))
        and "router_id" not in one.columns
    }
    # A login name belongs to one router. A database that is distributed cannot promise that: there
    # the names would have to move to a table of their own.
    assert without == {"routers.username"}


def traced(database: Database, said: list[str]) -> None:
    """Note the statements of the writing connection, with their values."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(said.append)

    event.listen(database.writer, "connect", connected)


def test_the_hot_path_asks_for_routers_by_their_id(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    made = Database.__init__

    def init(self: Database, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        traced(self, said)

    monkeypatch.setattr(Database, "__init__", init)
    shutil.copy(sqlite_template, tmp_path / "acs.db")
    desk = Desk(f"sqlite:///{tmp_path / 'acs.db'}")
    store = desk.open()
    try:
        desk.commit(store, informed(), sampled(NOW))
        said.clear()
        for number in range(1, 4):  # a session of a router that is known, and its verdict
            desk.commit(store, informed(NOW + number), sampled(NOW + number))
            desk.commit(store, judged(NOW + number, "none"))
    finally:
        desk.close()
    mine = re.compile(rf"\b({'|'.join(per_router())})\b")
    about = [text for text in said if mine.search(text)]
    assert len(about) > 6
    assert [text for text in about if not _by_router(text)] == []


def _by_router(text: str) -> bool:
    """Whether a statement writes a router's row, or finds rows by routers' ids."""
    words = " ".join(text.split())
    if words.startswith("INSERT"):
        return "(router_id," in words
    return bool(re.search(r"WHERE (\w+\.)?router_id (=|IN)", words))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("SELECT at FROM samples WHERE samples.router_id = 'a'", True),
        ("UPDATE routers SET informs=1 WHERE routers.router_id = 'a'", True),
        ("INSERT INTO samples (router_id, at) VALUES ('a', 1)", True),
        ("SELECT count(*) FROM routers WHERE enrolment = 'known'", False),
        ("DELETE FROM samples WHERE at < 5", False),
    ],
)
def test_a_statement_over_all_routers_is_told(text: str, good: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert _by_router(text) is good
