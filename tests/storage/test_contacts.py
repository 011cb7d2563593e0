"""Contacts as rows, and which of them are escalated; on both databases."""

import pytest

from acs.facts import ContactMade
from acs.storage.rows import ContactRow, Remedy
from acs.storage.store import Store
from tests.storage.support import ID, NOW, Desk, Guard, informed, judged, proposal

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture(autouse=True)
def known_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())


def contact(
    desk: Desk, store: Store, at: float, finding: str | None = "F05", **more: object
) -> ContactRow:
    made = ContactMade(router_id=ID, at=at, channel="phone", finding=finding, **more)  # type: ignore[arg-type]
    (row,) = desk.commit(store, made)
    assert isinstance(row, ContactRow)
    return row


def test_a_contact_is_kept_whole(desk: Desk, store: Store) -> None:
    row = contact(desk, store, NOW, line="first", action="reboot", helped=False, note="again")
    assert desk.wait(store.contacts(ID, 0)) == [row]
    assert (row.line, row.action, row.helped, row.note, row.finding, row.escalated) == (
        "first",
        "reboot",
        False,
        "again",
        "F05",
        False,
    )


def test_without_a_finding_it_is_about_the_newest_verdict(desk: Desk, store: Store) -> None:
    desk.commit(store, judged(NOW, "reboot", "F03"))
    assert contact(desk, store, NOW + 1, None).finding == "F03"


@pytest.mark.parametrize(
    ("after", "finding", "escalated"),
    [
        (HOUR, "F05", False),  # still the same contact
        (HOUR + 1, "F05", True),
        (7 * DAY, "F05", True),
        (7 * DAY + 1, "F05", False),
        (2 * DAY, "F01", False),
        (2 * DAY, "F22", False),  # nothing was wrong
    ],
)
def test_a_second_contact_about_a_finding_is_escalated(
    desk: Desk, store: Store, after: float, finding: str, *, escalated: bool
) -> None:
    contact(desk, store, NOW, "F22" if finding == "F22" else "F05")
    assert contact(desk, store, NOW + after, finding).escalated is escalated
    kinds = [event.kind for event in desk.wait(store.events(ID, 0, 9))]
    assert kinds == (["escalated"] if escalated else [])


def test_what_is_told_of_one_escalated_contact_is_one_event(desk: Desk, store: Store) -> None:
    for at in (NOW, NOW + DAY, NOW + DAY + 60):
        contact(desk, store, at)
    assert len(desk.wait(store.events(ID, 0, 9))) == 1
    assert [row.escalated for row in desk.wait(store.contacts(ID, 0))] == [True, True, False]


def test_guards_and_the_diagnosis_see_it(desk: Desk, store: Store) -> None:
    contact(desk, store, NOW)
    contact(desk, store, NOW + DAY)
    guard = Guard()
    desk.wait(store.propose(proposal("c1", NOW + DAY + 1), guard))
    assert guard.facts.escalated_at == NOW + DAY
    window = desk.wait(store.windowed(ID))
    assert window is not None
    assert [(c.finding, c.escalated) for c in window.context.contacts] == [
        ("F05", False),
        ("F05", True),
    ]


def test_what_has_the_key_of_an_earlier_one_is_that_one(desk: Desk, store: Store) -> None:
    first = contact(desk, store, NOW, key="k1", note="a", link="https://v.example.net/1")
    assert contact(desk, store, NOW + 60, key="k1", note="a") == first
    assert contact(desk, store, NOW + 61, key="k2").number != first.number
    assert contact(desk, store, NOW + 62).key is None
    rows = desk.wait(store.contacts(ID, 0))
    assert [row.key for row in rows] == [None, "k2", "k1"]
    assert rows[-1].link == "https://v.example.net/1"


def test_a_key_counts_within_one_transaction_too(desk: Desk, store: Store) -> None:
    made = ContactMade(router_id=ID, at=NOW, channel="chat", key="k1")
    one, other = desk.commit(store, made, made)
    assert one == other
    assert len(desk.wait(store.contacts(ID, 0))) == 1


def test_remedies_are_counted_by_what_was_tried_and_where(desk: Desk, store: Store) -> None:
    for at, channel, tried, helped in (
        (1, "phone", "reboot", True),
        (2, "phone", "reboot", False),
        (3, "phone", "reboot", None),
        (4, "video", "consult_wifi", True),
        (5, "phone", None, None),
        (-9, "phone", "reboot", True),
    ):
        fact = ContactMade(
            router_id=ID, at=NOW + at, channel=channel, action=tried, helped=helped, finding="F22"
        )
        desk.commit(store, fact)
    assert desk.wait(store.remedies(NOW)) == [
        Remedy("reboot", "phone", 3, 1, 1, 0),
        Remedy("", "phone", 1, 0, 0, 0),
        Remedy("consult_wifi", "video", 1, 1, 0, 0),
    ]
