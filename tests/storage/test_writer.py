"""Group commit: order, poisoned items, and what happens when the database fails."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection, create_engine, text
from twisted.internet.defer import Deferred

from acs.commands import Command
from acs.facts import Enrolled, Fact, Noted, Rebooted, RouterRecord
from acs.identity import DeviceId
from acs.storage.errors import FactRefusedError, StorageError, StorageUnavailableError
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from tests.storage.support import (
    ID,
    KEY,
    NOW,
    OTHER_ID,
    Batch,
    Desk,
    Guard,
    informed,
    judged,
    proposal,
    sampled,
)


def outcome(desk: Desk, deferred: "Deferred[tuple[object, ...]]") -> object:
    try:
        return desk.wait(deferred)
    except StorageError as error:
        return type(error)


def informs(desk: Desk, store: Store) -> int:
    row = desk.wait(store.router(ID))
    return 0 if row is None else row.informs


def test_facts_of_one_router_in_one_batch_follow_each_other(desk: Desk, store: Store) -> None:
    with Batch(store):
        items: list[tuple[Fact, ...]] = [
            (informed(),),
            (informed(NOW + 1, software_version="2.0"),),
            (sampled(NOW + 2), judged(NOW + 2)),
            (judged(NOW + 3), sampled(NOW + 600)),
            (informed(NOW + 4, software_version="2.0"),),
        ]
        pending = [store.commit(item) for item in items]
    results = [desk.wait(deferred) for deferred in pending]
    first, second = results[0][0], results[1][0]
    assert isinstance(first, RouterRecord)
    assert isinstance(second, RouterRecord)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.connection_secret == second.connection_secret
    assert (results[2][1], results[3][0]) == (True, False)
    assert informs(desk, store) == 3
    assert len(desk.wait(store.samples(ID, 0, 2 * NOW, 9))) == 2
    assert [event.kind for event in desk.wait(store.events(ID, 0, 9))] == ["firmware"]


def test_an_inform_of_another_item_explains_no_boot(desk: Desk, store: Store) -> None:
    """A boot is a repetition only of what its own item's Inform says."""
    desk.commit(store, informed(), Rebooted(router_id=ID, at=NOW, cause="power"))
    with Batch(store):
        pending = [
            store.commit((informed(NOW + 10, retry_count=1),)),
            store.commit((Rebooted(router_id=ID, at=NOW + 20, cause="power"),)),
        ]
    for deferred in pending:
        desk.wait(deferred)
    assert len(desk.wait(store.events(ID, 0, 9))) == 2


@pytest.mark.parametrize(
    "poison",
    [
        (judged(router_id="nobody"),),
        (informed(NOW + 1), Noted(router_id="nobody", at=NOW, kind="x")),
        (Enrolled(router_id=OTHER_ID, at=NOW, username="alice", ha1="0" * 32),),
        (Noted(router_id=ID, at=NOW, kind="x", detail={"text": "\ud800"}),),
        (informed(NOW + 1, address="\ud800"),),
        (Noted(router_id=ID, at=NOW, kind="x", detail={"n": 2**70}),),
    ],
)
def test_a_poisoned_item_fails_alone_and_leaves_nothing(
    desk: Desk, store: Store, poison: tuple[Fact, ...]
) -> None:
    desk.commit(store, informed(), Enrolled(router_id=ID, at=NOW, username="alice", ha1="0" * 32))
    with Batch(store):
        before = [store.commit((informed(NOW + n),)) for n in range(2)]
        poisoned = store.commit(poison)
        proposed = store.propose(proposal(), Guard())
        after = [store.commit((informed(NOW + 10 + n), sampled(NOW + n))) for n in range(2)]
    assert outcome(desk, poisoned) in (FactRefusedError, StorageError)
    for deferred in (*before, *after):
        desk.wait(deferred)
    assert desk.wait(proposed).state == "queued"
    assert informs(desk, store) == 5
    assert desk.wait(store.router(OTHER_ID)) is None
    assert [e.kind for e in desk.wait(store.events(ID, 0, 9))] == ["enrolled"]


def test_a_failing_guard_fails_its_proposal_alone(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())

    def broken(_command: Command, _facts: object) -> tuple[()]:
        raise RuntimeError("boom")

    with Batch(store):
        failing = store.propose(proposal(), broken)
        other = store.commit((informed(NOW + 1),))
    with pytest.raises(StorageError, match="RuntimeError: boom"):
        desk.wait(failing)
    desk.wait(other)
    assert desk.wait(store.command("c1")) is None


def test_many_items_are_few_commits(desk: Desk, url: str) -> None:
    commits: list[int] = []

    class Counts:
        def observe_commit(self, seconds: float, items: int) -> None:
            assert seconds > 0
            commits.append(items)

        def set_queue_depth(self, depth: int) -> None:
            assert depth >= 0

    store = Store.open(
        StorageSettings(url=url),
        deliver=desk._deliveries.put,
        key=KEY,
        metrics=Counts(),
    )
    with Batch(store):
        pending = [store.commit((informed(NOW + n),)) for n in range(1000)]
    for deferred in pending:
        desk.wait(deferred)
    store.close()
    assert sum(commits) == 1001
    assert max(commits) == 512
    assert len(commits) <= 5


@pytest.fixture
def full_disk(desk: Desk, store: Store) -> None:
    """The writer's connection cannot make the file bigger, until it is opened again."""
    if desk.url.startswith("postgresql"):
        pytest.skip("SQLite only")

    def limit(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 20}"))

    desk.wait(store._write(limit))


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_loses_nothing_that_was_acknowledged(desk: Desk, store: Store) -> None:
    acknowledged, failed = [], 0
    for number in range(400):
        device = DeviceId("A" * 500, "001122", "X", f"S{number}")
        found = outcome(desk, store.commit((informed(device=device),)))
        if found is StorageUnavailableError:
            failed += 1
            break
        acknowledged.append(device.router_id)
    assert failed
    with Batch(store):
        pending = [store.commit((informed(),)), store.commit((informed(NOW + 1),))]
    for deferred in pending:  # the writer goes on: there is room again
        desk.wait(deferred)
    assert acknowledged
    for router_id in acknowledged:
        assert desk.wait(store.router(router_id)) is not None


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process holds the lock that writing needs."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    else:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as other:
            other.execute(text("LOCK TABLE routers"))
            yield
        engine.dispose()


def test_a_locked_database_fails_the_batch_and_the_writer_goes_on(desk: Desk) -> None:
    store = desk.open(busy_timeout=0.1)
    desk.commit(store, informed())
    with locked(desk.url):
        pending = [store.commit((informed(NOW + n),)) for n in range(3)]
        assert [outcome(desk, deferred) for deferred in pending] == [StorageUnavailableError] * 3
    desk.commit(store, informed(NOW + 9))
    assert informs(desk, store) == 2


def test_a_lock_that_is_released_in_time_only_delays(desk: Desk, store: Store) -> None:
    with locked(desk.url):
        pending = store.commit((informed(),))
    desk.wait(pending)
    assert informs(desk, store) == 1


def test_a_lost_connection_is_made_anew(desk: Desk, store: Store) -> None:
    if desk.url.startswith("sqlite"):
        pytest.skip("PostgreSQL only")
    desk.commit(store, informed())
    desk.wait(store.router(ID))
    engine = create_engine(desk.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
    desk.commit(store, informed(NOW + 1), Rebooted(router_id=ID, at=NOW + 1, cause="power"))
    assert informs(desk, store) == 2
    assert len(desk.wait(store.events(ID, 0, 9))) == 1


def test_a_taker_that_fails_keeps_nothing_from_the_others(desk: Desk, store: Store) -> None:
    def fail(_results: tuple[object, ...]) -> None:
        raise RuntimeError("a bug")

    errors: list[Exception] = []
    with Batch(store):
        store.commit_then((informed(),), fail, errors.append)
        store.commit_then((Noted(router_id="unknown", at=NOW, kind="x"),), fail, errors.append)
        last = store.commit((informed(NOW + 1),))
    desk.wait(last)
    assert informs(desk, store) == 2
    assert [type(error) for error in errors] == [FactRefusedError]
