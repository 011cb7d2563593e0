"""An identity in doubt: marked by a fact, trusted again by an operator, by enrolment, by time."""

import pytest

from acs.facts import Enrolled, Noted
from acs.storage.errors import FactRefusedError
from acs.storage.identities import CLEARED, FLAPPING, QUIET
from acs.storage.store import Store
from tests.storage.support import ID, NOW, OTHER, OTHER_ID, Desk, Guard, informed, proposal

DAY = 86_400.0


def doubt(desk: Desk, store: Store, at: float = NOW, router_id: str = ID) -> None:
    detail: dict[str, object] = {"addresses": ["192.0.2.1", "198.51.100.7"]}
    desk.commit(store, Noted(router_id=router_id, at=at, kind=FLAPPING, detail=detail))


def is_in_doubt(desk: Desk, store: Store, router_id: str = ID) -> bool:
    row = desk.wait(store.router(router_id))
    assert row is not None
    return row.flapping


def test_it_is_marked_and_the_guards_see_it(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    guard = Guard()
    desk.wait(store.propose(proposal(), guard))
    assert not guard.facts.flapping
    doubt(desk, store)
    assert is_in_doubt(desk, store)
    guard = Guard()
    desk.wait(store.propose(proposal("c2"), guard))
    assert guard.facts.flapping
    desk.commit(store, informed(NOW + 60))  # an Inform takes nothing back
    assert is_in_doubt(desk, store)


def test_an_operator_trusts_it_again(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    doubt(desk, store)
    desk.wait(store.trust_identity(ID, "alice", NOW + 9))
    assert not is_in_doubt(desk, store)
    kinds = [(row.kind, row.detail) for row in desk.wait(store.events(ID, 0, 10))]
    assert (CLEARED, {"by": "alice"}) in kinds
    with pytest.raises(FactRefusedError):
        desk.wait(store.trust_identity("no such", "alice", NOW))


def test_new_credentials_lock_the_other_one_out(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    doubt(desk, store)
    desk.commit(store, Enrolled(router_id=ID, at=NOW + 9, username="new", ha1="ab" * 16))
    assert not is_in_doubt(desk, store)


def test_seven_quiet_days_are_enough(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.commit(store, informed(device=OTHER))
    doubt(desk, store)
    doubt(desk, store, NOW + 3 * DAY)
    doubt(desk, store, NOW + 6 * DAY, OTHER_ID)
    assert desk.wait(store.settle_identities(NOW + 8 * DAY)) == ()
    assert desk.wait(store.settle_identities(NOW + 3 * DAY + QUIET)) == (ID,)
    assert not is_in_doubt(desk, store)
    assert is_in_doubt(desk, store, OTHER_ID)
    assert desk.wait(store.settle_identities(NOW + 3 * DAY + QUIET)) == ()
