"""All that a status shows, in one read: it is what the single reads say; on both databases."""

from acs.facts import Belongs, ContactMade, IncidentOpened
from acs.storage.standing import LAST
from acs.storage.store import Store
from tests.storage.support import (
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


def test_it_is_what_the_single_reads_say(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), sampled(), judged(action="reboot"))
    desk.commit(store, Belongs(router_id=ID, at=NOW, account="77", phone="1", segment="s"))
    for number in range(LAST + 2):
        at = NOW - number
        helped = None if number % 2 else number % 4 == 0
        desk.commit(store, ContactMade(router_id=ID, at=at, channel="phone", helped=helped))
        desk.wait(store.propose(proposal(command_id=f"c{number:02}", at=at), Guard()))
    desk.commit(
        store,
        IncidentOpened(
            at=NOW,
            incident_id="01abc",
            basis="segment",
            place="s",
            kind="power",
            began_at=NOW - 60,
            routers=(ID,),
            affected=(ID,),
        ),
    )
    found = desk.wait(store.standing(ID, NOW))
    assert found is not None
    assert found.row == desk.wait(store.router(ID))
    assert found.row.flapping is False
    assert found.verdict == desk.wait(store.verdict(ID))
    assert found.verdict is not None
    commands = desk.wait(store.commands(ID, (), LAST, None)).items
    assert list(found.commands) == commands
    assert [type(each.consent) for each in found.commands] == [bool] * LAST
    contacts = desk.wait(store.contacts(ID, 0.0))
    assert list(found.contacts) == contacts[:LAST]
    assert {each.helped for each in found.contacts} == {None, True, False}
    assert found.incident == desk.wait(store.incident_of(ID, NOW))
    assert found.incident is not None


def test_a_subscriber_has_all_of_his_routers(desk: Desk, store: Store) -> None:
    for device in (OTHER, None):
        made = informed() if device is None else informed(device=device)
        desk.commit(store, made, Belongs(router_id=made.router_id, at=NOW, account="77"))
    found = desk.wait(store.standings("77", NOW))
    assert found is not None
    subscriber, his = found
    assert subscriber.router_ids == (ID, OTHER_ID)
    assert [each.row.router_id for each in his] == [ID, OTHER_ID]
    assert (his[0].verdict, his[0].commands, his[0].contacts, his[0].incident) == (
        None,
        (),
        (),
        None,
    )
    desk.commit(store, Belongs(router_id=ID, at=NOW, account=""))
    desk.commit(store, Belongs(router_id=OTHER_ID, at=NOW, account=""))
    found = desk.wait(store.standings("77", NOW))
    assert found is not None
    assert found[1] == ()


def test_who_is_unknown_is_none(desk: Desk, store: Store) -> None:
    assert desk.wait(store.standing(ID, NOW)) is None
    assert desk.wait(store.standings("77", NOW)) is None
