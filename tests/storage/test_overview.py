"""Counts of the whole fleet; on both databases."""

from acs.facts import Enrolled
from acs.storage.overview import ModelCount
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
)


def test_routers_are_counted_by_model_and_verdict(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), informed(device=OTHER), judged(action="reboot"))
    for name in (ID, OTHER_ID):
        desk.commit(store, Enrolled(router_id=name, at=NOW, username=name, ha1="0" * 32))
    counts = desk.wait(store.verdicts_by_model())
    judged_one = ModelCount(DEVICE.manufacturer, DEVICE.product_class, "reboot", 1)
    other = ModelCount(OTHER.manufacturer, OTHER.product_class, None, 1)
    assert sorted(counts, key=repr) == sorted([judged_one, other], key=repr)


def test_reboots_that_were_sent_lately_are_counted(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal(), Guard()))
    assert desk.wait(store.reboots_sent(NOW - 600)) == 0
    desk.wait(store.claim(ID, NOW + 2, Guard()))
    assert desk.wait(store.reboots_sent(NOW - 600)) == 1
    assert desk.wait(store.reboots_sent(NOW + 2)) == 0
