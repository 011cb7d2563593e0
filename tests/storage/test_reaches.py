"""How routers are reached, as it is remembered; on both databases."""

from typing import Any, cast

import pytest

from acs.facts import (
    BindingSeen,
    ConnectionSecretSet,
    Event,
    Fact,
    ReachLearned,
    RouterRecord,
    SecretRefused,
    Way,
    WayWorked,
)
from acs.storage.errors import FactRefusedError
from acs.storage.rows import ConnectionTarget
from acs.storage.store import Store
from tests.storage.support import ID, NOW, OTHER, OTHER_ID, Desk, informed


def target(desk: Desk, store: Store, router_id: str = ID) -> ConnectionTarget:
    found = desk.wait(store.connection_target(router_id))
    assert found is not None
    return found


def learned(**said: object) -> ReachLearned:
    return ReachLearned(router_id=ID, at=NOW, **said)  # type: ignore[arg-type]  # the test's


def record(desk: Desk, store: Store, at: float, **changes: Any) -> RouterRecord:
    return cast("RouterRecord", desk.commit(store, informed(at, **changes))[0])


def test_a_new_router_with_its_first_inform(desk: Desk, store: Store) -> None:
    said = learned(udp_address="192.0.2.7:4000", nat_detected=True, jabber_id="r@x.example/1")
    desk.commit(store, informed(), said)
    found = target(desk, store)
    assert (found.udp_address, found.jabber_id) == ("192.0.2.7:4000", "r@x.example/1")
    assert (found.stun_address, found.way, found.refused) == ("", None, False)
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.nat_detected, row.way, row.last_ok_at) == (True, None, None)


def test_a_router_that_says_nothing(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(connection_request_url=""))
    found = target(desk, store)
    assert (found.url, found.udp_address, found.jabber_id) == ("", "", "")
    row = desk.wait(store.router(ID))
    assert row is not None
    assert row.nat_detected is None


def test_what_is_not_said_stays(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), learned(udp_address="192.0.2.7:1"))
    desk.commit(store, learned(jabber_id="r@x.example/1"))
    desk.commit(store, learned(nat_detected=False, jabber_id=""))
    found = target(desk, store)
    assert (found.udp_address, found.jabber_id) == ("192.0.2.7:1", "")


def test_bindings_and_ways_of_several_routers_in_one_item(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), informed(device=OTHER))
    facts: list[Fact] = [
        BindingSeen(router_id=ID, at=NOW, address="192.0.2.7:1"),
        BindingSeen(router_id=OTHER_ID, at=NOW, address="192.0.2.8:1"),
        BindingSeen(router_id=ID, at=NOW, address="192.0.2.7:2"),
        WayWorked(router_id=ID, at=NOW, way="udp"),
    ]
    desk.commit(store, *facts)
    mine, other = target(desk, store), target(desk, store, OTHER_ID)
    assert (mine.stun_address, mine.way) == ("192.0.2.7:2", "udp")
    assert (other.stun_address, other.way) == ("192.0.2.8:1", None)


@pytest.mark.parametrize("way", ["http", "udp", "xmpp"])
def test_the_way_that_worked(desk: Desk, store: Store, way: Way) -> None:
    desk.commit(store, informed(), WayWorked(router_id=ID, at=NOW, way=way))
    row = desk.wait(store.router(ID))
    assert row is not None
    assert (row.way, row.last_ok_at) == (way, NOW)
    assert target(desk, store).way == way


def test_a_success_soon_after_another_is_not_written(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), WayWorked(router_id=ID, at=NOW, way="udp"))

    def last(at: float, way: Way = "udp") -> float | None:
        desk.commit(store, WayWorked(router_id=ID, at=at, way=way))
        row = desk.wait(store.router(ID))
        assert row is not None
        assert row.way == way
        return row.last_ok_at

    assert last(NOW + 59) == NOW
    assert last(NOW + 59, "http") == NOW
    assert last(NOW + 61) == NOW + 61
    assert last(NOW - 86_400) == NOW - 86_400  # the clock was set back


def test_unknown_routers_are_refused(desk: Desk, store: Store) -> None:
    for fact in (
        ReachLearned(router_id="nobody", at=NOW),
        BindingSeen(router_id="nobody", at=NOW, address="192.0.2.7:1"),
        WayWorked(router_id="nobody", at=NOW, way="udp"),
        SecretRefused(router_id="nobody", at=NOW),
    ):
        with pytest.raises(FactRefusedError):
            desk.commit(store, fact)


def test_odd_texts_are_kept_within_bounds(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), learned(udp_address="x" * 5000, jabber_id="a\0b"))
    found = target(desk, store)
    assert found.udp_address == "x" * 3071
    assert found.jabber_id == "ab"


def test_refused_credentials_rest_until_they_are_set_anew(desk: Desk, store: Store) -> None:
    taken = ConnectionSecretSet(router_id=ID, at=NOW, accepted=True)
    desk.commit(store, informed(), taken)
    assert record(desk, store, NOW + 1).connection_secret_set
    desk.commit(store, SecretRefused(router_id=ID, at=NOW + 2))
    assert target(desk, store).refused
    assert not record(desk, store, NOW + 3).connection_secret_set
    desk.commit(store, taken)
    assert not target(desk, store).refused
    assert record(desk, store, NOW + 4).connection_secret_set
    kinds = [event.kind for event in desk.wait(store.events(ID, 0, 10))]
    assert kinds == ["connection_secret", "connection_refused", "connection_secret"]


def test_a_router_that_never_takes_them_is_left_alone(desk: Desk, store: Store) -> None:
    taken = ConnectionSecretSet(router_id=ID, at=NOW, accepted=True)
    desk.commit(store, informed(), taken)
    given = 0
    for minute in range(6):
        desk.commit(store, SecretRefused(router_id=ID, at=NOW + minute))
        if not record(desk, store, NOW + minute).connection_secret_set:
            given += 1
            desk.commit(store, taken)
    assert given == 3
    assert target(desk, store).refused
    # what works wipes the slate
    desk.commit(store, WayWorked(router_id=ID, at=NOW, way="http"))
    assert not target(desk, store).refused
    desk.commit(store, SecretRefused(router_id=ID, at=NOW + 9))
    assert not record(desk, store, NOW + 10).connection_secret_set


def test_a_router_that_refuses_to_be_given_them_is_not_asked_at_every_session(
    desk: Desk, store: Store
) -> None:
    desk.commit(store, informed(), ConnectionSecretSet(router_id=ID, at=NOW, accepted=False))
    assert record(desk, store, NOW + 1).connection_secret_set
    # a new firmware may think otherwise, and so may a router that was reset
    assert not record(desk, store, NOW + 2, software_version="2.0").connection_secret_set
    desk.commit(store, ConnectionSecretSet(router_id=ID, at=NOW + 3, accepted=False))
    again = record(desk, store, NOW + 4, events=(Event("0 BOOTSTRAP"),), software_version="2.0")
    assert not again.connection_secret_set
