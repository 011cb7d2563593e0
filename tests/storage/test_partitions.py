"""Stretches of samples: laid out ahead, found again, dropped whole; on a real PostgreSQL."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from acs.duration import Duration
from acs.storage import partitions
from acs.storage.database import Database
from acs.storage.partitions import AHEAD, REST, STRETCH, end_of, name_of, stretches, tend
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.postgres import Cluster
from tests.storage.support import ID, Desk, informed, sampled

DAY = 86_400


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    database = Database(url)
    with database.writer.connect() as connection:
        yield connection
    database.close()


def now_of(connection: Connection) -> float:
    now = float(connection.execute(text("SELECT extract(epoch FROM now())")).scalar_one())
    connection.rollback()
    return now


def tables(connection: Connection) -> dict[str, int]:
    """Rows of each part of the table."""
    names = connection.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent='samples'::regclass")
    ).scalars()
    found = {
        name: connection.execute(text(f"SELECT count(*) FROM ONLY {name}")).scalar_one()  # noqa: S608 - from the catalogue
        for name in names.all()
    }
    connection.rollback()
    return found


def test_stretches_are_there_before_they_are_needed(store: Store, connection: Connection) -> None:
    assert store is not None
    now = now_of(connection)
    expected = {name_of(start) for start in stretches(now, now + AHEAD * STRETCH)}
    assert set(tables(connection)) == {REST, *expected}
    assert tend(connection, 30 * DAY) == 0  # all is there


def test_a_sample_lies_in_the_stretch_of_its_time(
    desk: Desk, store: Store, connection: Connection
) -> None:
    now = now_of(connection)
    desk.commit(store, informed(), sampled(now), sampled(now + STRETCH), sampled(now - 90 * DAY))
    first, second = (name_of(stretches(at, at)[0]) for at in (now, now + STRETCH))
    rows = tables(connection)
    assert (rows[first], rows[second], rows[REST]) == (1, 1, 1)
    assert len(desk.wait(store.samples(ID, 0, now + 9 * STRETCH, 9))) == 3


def test_what_came_before_its_stretch_moves_into_it(
    desk: Desk, store: Store, connection: Connection
) -> None:
    ahead = now_of(connection) + (AHEAD + 4) * STRETCH
    desk.commit(store, informed(), sampled(ahead), sampled(ahead + 1))
    assert tables(connection)[REST] == 2
    assert partitions.lay_out(connection, ahead, ahead + 1) == 1
    rows = tables(connection)
    assert rows[REST] == 0
    assert sum(rows.values()) == 2
    assert [s.at for s in desk.wait(store.samples(ID, 0, ahead + 9, 9))] == [ahead, ahead + 1]


def test_outdated_stretches_are_dropped_and_others_stay(
    desk: Desk, store: Store, connection: Connection
) -> None:
    now = now_of(connection)
    partitions.lay_out(connection, now - 12 * STRETCH, now)
    times = [now - number * STRETCH for number in range(12)]
    desk.commit(store, informed(), *(sampled(at) for at in times))
    kept = Retention(samples=Duration(5 * STRETCH))
    assert desk.wait(store.prune(now, kept, 100)) == 0  # nothing is deleted row by row
    left = [s.at for s in desk.wait(store.samples(ID, 0, now, 99))]
    assert set(left) >= set(times[:6])  # what is kept
    assert set(left) <= set(times[:7])  # and at most one stretch more
    ends = [end_of(name) for name in tables(connection)]
    assert all(end > now - kept.samples for end in ends if end is not None)


def test_a_router_that_is_forgotten_takes_its_samples_along(
    desk: Desk, store: Store, connection: Connection
) -> None:
    desk.commit(store, informed(), sampled(now_of(connection)))
    with connection.begin():
        connection.execute(text("DELETE FROM routers"))
    assert sum(tables(connection).values()) == 0


def test_a_table_in_use_is_left_for_later(
    url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "_PATIENCE", "50ms")
    now = now_of(connection)
    other = Database(url)
    with other.writer.connect() as reader:
        reader.execute(text("SELECT count(*) FROM samples"))  # a dump, say
        reader.execute(text(f"LOCK TABLE {REST} IN ACCESS SHARE MODE"))
        assert partitions.lay_out(connection, now + 99 * STRETCH, now + 99 * STRETCH) == 0
    other.close()
    assert partitions.lay_out(connection, now + 99 * STRETCH, now + 99 * STRETCH) == 1


def test_the_samples_of_before_become_the_first_stretch(cluster: Cluster) -> None:
    from alembic import command  # noqa: PLC0415 - loaded only here

    from acs.storage import migrating, upgrading  # noqa: PLC0415

    cluster.run("CREATE DATABASE older")
    database = Database(cluster.url("older"))
    with database.writer.begin() as connection:
        config = migrating._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        now = float(connection.execute(text("SELECT extract(epoch FROM now())")).scalar_one())
        connection.execute(
            text(
                "INSERT INTO routers (router_id, enrolment, first_seen_at, informs, vitals,"
                " vitals_old, recent) VALUES ('a', 'known', 0, 1, '', '', '')"
            )
        )
        for age in (1.0, 20.0, 40.0):
            row = {"at": now - age * DAY}
            connection.execute(text("INSERT INTO samples VALUES ('a', :at, '', '')"), row)
    upgrading.upgrade_database(database)
    with database.writer.connect() as connection:
        assert tend(connection, 30 * DAY) > 0
        before = [name for name in tables(connection) if name.startswith("samples_until_")]
        assert tables(connection)[before[0]] == 3
        assert partitions.undroppable(connection) == [REST, *before]
        plain = connection.execute(text("SELECT count(*) FROM samples WHERE router_id = 'a'"))
        assert plain.scalar_one() == 3
        connection.rollback()
        end = end_of(before[0])
        assert end is not None
        assert partitions._drop(connection, end) >= 1
        assert not [name for name in tables(connection) if name.startswith("samples_until_")]
    database.close()
    cluster.drop("older")


@given(st.floats(0, 4e9), st.floats(0, 30 * DAY))
def test_every_time_lies_in_one_stretch(since: float, more: float) -> None:
    starts = stretches(since, since + more)
    assert starts[0] <= since < starts[0] + STRETCH
    assert starts[-1] <= since + more < starts[-1] + STRETCH
    assert [end_of(name_of(start)) for start in starts] == [start + STRETCH for start in starts]


def test_other_tables_have_no_end() -> None:
    assert end_of(REST) is None
    assert end_of("samples_until_20261124") is not None
