from typing import Any

import pytest

from acs.facts import Sampled, TargetGone, TargetRead, TargetSet
from acs.storage.errors import FactRefusedError
from acs.storage.store import Store
from agents.targets import Target
from tests.storage.support import Desk

ROUTER = "0A1002-E5-C0012"


def _set(name: str = "self", due_at: float = 1000.0, router_id: str = ROUTER) -> TargetSet:
    target = Target(router_id=router_id, name=name, address="192.0.2.17", credential="modems")
    return TargetSet(router_id=router_id, at=900.0, target=target, due_at=due_at)


def _read(lease: str, **changes: Any) -> TargetRead:
    given = {"router_id": ROUTER, "at": 1010.0, "name": "self", "due_at": 1300.0, "known": b"k"}
    return TargetRead(**{**given, "lease": lease, **changes})


def test_a_target_makes_its_router_known(desk: Desk, store: Store) -> None:
    desk.wait(store.commit([_set(), _set("port")]))
    rows = desk.wait(store.targets())
    assert [(row.router_id, row.name, row.address) for row in rows] == [
        (ROUTER, "port", "192.0.2.17"),
        (ROUTER, "self", "192.0.2.17"),
    ]
    router = desk.wait(store.router(ROUTER))
    assert router is not None
    assert (router.enrolment, router.serial_number) == ("enrolled", "C0012")
    desk.wait(
        store.commit([Sampled(router_id=ROUTER, at=1.0, vitals={"sys.uptime": 5}, source="snmp")])
    )


def test_pages_and_one_router(desk: Desk, store: Store) -> None:
    ids = [f"0A1002-E5-C{number:04}" for number in range(5)]
    desk.wait(store.commit([_set(router_id=id_) for id_ in ids]))
    first = desk.wait(store.targets(limit=2))
    second = desk.wait(store.targets((first[-1].router_id, first[-1].name), 10))
    assert [row.router_id for row in (*first, *second)] == ids
    assert len(desk.wait(store.targets(router_id=ids[3]))) == 1


def test_what_is_due_is_handed_out_once_until_its_lease_ends(desk: Desk, store: Store) -> None:
    desk.wait(store.commit([_set(), _set("port", due_at=990.0), _set("later", due_at=2000.0)]))
    first = desk.wait(store.claim_targets(1000.0, 10, "one", 1100.0))
    assert {(row.name, row.due_at, row.lease) for row in first} == {
        ("self", 1000.0, "one"),
        ("port", 990.0, "one"),
    }
    assert desk.wait(store.claim_targets(1050.0, 10, "two", 1150.0)) == ()
    assert len(desk.wait(store.claim_targets(1100.0, 10, "two", 1200.0))) == 2


def test_those_that_wait_longest_go_first(desk: Desk, store: Store) -> None:
    desk.wait(
        store.commit([_set(name, due_at=at) for name, at in (("a", 30.0), ("b", 10.0), ("c", 20))])
    )
    names = [desk.wait(store.claim_targets(50.0, 1, "x", 99.0))[0].name for _ in range(3)]
    assert names == ["b", "c", "a"]


def test_a_reading_counts_only_under_its_lease(desk: Desk, store: Store) -> None:
    desk.wait(store.commit([_set()]))
    desk.wait(store.claim_targets(1000.0, 10, "one", 1100.0))
    desk.wait(store.claim_targets(1100.0, 10, "two", 1200.0))
    assert desk.wait(store.commit([_read("one", known=b"old")])) == (False,)
    assert desk.wait(store.commit([_read("two", is_heard=True)])) == (True,)
    assert desk.wait(store.commit([_read("two")])) == (False,)
    (row,) = desk.wait(store.targets())
    assert (row.known, row.due_at, row.lease, row.read_at) == (b"k", 1300.0, "", 1010.0)
    router = desk.wait(store.router(ROUTER))
    assert router is not None
    assert router.last_inform_at == 1010.0


def test_one_that_is_changed_while_it_is_read_forgets_that_reading(
    desk: Desk, store: Store
) -> None:
    desk.wait(store.commit([_set()]))
    desk.wait(store.claim_targets(1000.0, 10, "one", 1100.0))
    desk.wait(store.commit([_set()]))
    assert desk.wait(store.commit([_read("one", known=b"old")])) == (False,)
    assert desk.wait(store.targets())[0].known == b""


def test_one_that_stops_waits_for_a_person_to_look(desk: Desk, store: Store) -> None:
    desk.wait(store.commit([_set()]))
    desk.wait(store.claim_targets(1000.0, 10, "one", 1100.0))
    stopped = _read("one", fault="host_key", why="another key", stops=True, failures=1)
    desk.wait(store.commit([stopped]))
    assert desk.wait(store.claim_targets(9000.0, 10, "two", 9100.0)) == ()
    (row,) = desk.wait(store.targets())
    assert (row.stopped, row.fault, row.why, row.failures) == (True, "host_key", "another key", 1)
    events = desk.wait(store.events(ROUTER, 0.0, 10))
    assert events[0].kind == "target_stopped"
    desk.wait(store.commit([_set()]))
    assert len(desk.wait(store.claim_targets(9000.0, 10, "two", 9100.0))) == 1


def test_a_target_that_is_removed_is_gone(desk: Desk, store: Store) -> None:
    desk.wait(store.commit([_set()]))
    gone = TargetGone(router_id=ROUTER, at=1.0, name="self")
    assert desk.wait(store.commit([gone])) == (True,)
    assert desk.wait(store.commit([gone])) == (False,)
    assert desk.wait(store.targets()) == ()


def test_names_that_cannot_be_keys_are_refused(desk: Desk, store: Store) -> None:
    with pytest.raises(FactRefusedError):
        desk.wait(store.commit([_set(name="")]))
