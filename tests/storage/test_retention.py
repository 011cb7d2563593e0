"""What is deleted and what stays; on both databases."""

from acs.duration import Duration
from acs.facts import Belongs, ContactMade, Noted, Quarantined
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import (
    DEVICE,
    ID,
    NOW,
    OTHER,
    OTHER_ID,
    Desk,
    Guard,
    informed,
    judged,
    proposal,
    sampled,
)

DAY = 86_400.0
KEPT = Retention(news=Duration(999 * DAY))  # test_news has those


def test_old_rows_go_in_small_steps(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for number in range(5):
        desk.commit(store, sampled(NOW + number), Noted(router_id=ID, at=NOW, kind="x"))
    late = NOW + 181 * DAY
    desk.commit(store, sampled(late), Noted(router_id=ID, at=late, kind="y"))
    deleted = [desk.wait(store.prune(late, KEPT, 4)) for _ in range(4)]
    assert deleted == [4, 4, 2, 0]
    assert [s.at for s in desk.wait(store.samples(ID, 0, late, 10))] == [late]
    assert [e.kind for e in desk.wait(store.events(ID, 0, 10))] == ["y"]


def test_the_newest_verdict_and_open_commands_stay(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), judged(NOW, "none"), judged(NOW + 1, "reboot"))
    desk.wait(store.propose(proposal("open"), Guard()))
    desk.wait(store.claim(ID, NOW, Guard()))
    desk.wait(store.propose(proposal("ended", expires_at=NOW), Guard()))
    assert desk.wait(store.claim(ID, NOW, Guard())) is None
    desk.commit(store, ContactMade(router_id=ID, at=NOW, channel="phone"))
    desk.wait(store.save_session("hash", ID, b"", NOW))
    assert desk.wait(store.prune(NOW + 400 * DAY, KEPT, 100)) == 4
    assert [v.action for v in desk.wait(store.verdicts(ID, 10))] == ["reboot"]
    assert [c.command_id for c in desk.wait(store.commands(ID, None, 9, None)).items] == ["open"]
    assert desk.wait(store.contacts(ID, 0)) == []


def test_unknown_routers_are_forgotten_with_all_their_rows(desk: Desk, store: Store) -> None:
    for device in (DEVICE, OTHER):
        desk.commit(
            store,
            Quarantined(router_id=device.router_id, at=NOW, device=device, address="192.0.2.1"),
        )
    desk.commit(store, Belongs(router_id=OTHER_ID, at=NOW, account="4711"))
    assert desk.wait(store.prune(NOW + 31 * DAY, KEPT, 100)) == 1
    assert desk.wait(store.router(ID)) is None
    assert desk.wait(store.events(ID, 0, 10)) == []
    assert desk.wait(store.router(OTHER_ID)) is not None
