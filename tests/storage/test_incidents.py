"""Incidents and their routers as stored: pages, and how long they are kept; on both databases."""

from acs.duration import Duration
from acs.facts import IncidentClosed, IncidentGrew, IncidentOpened
from acs.identity import DeviceId
from acs.storage.incident_rows import IncidentMember
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import NOW, Desk, informed

DEVICES = [DeviceId("Acme", "001122", "Box", f"N{number}") for number in range(5)]
IDS = [device.router_id for device in DEVICES]
DAY = 86_400.0


def opened(incident_id: str = "i1", place: str = "seg-1") -> IncidentOpened:
    return IncidentOpened(
        at=NOW,
        incident_id=incident_id,
        basis="segment",
        place=place,
        kind="offline",
        began_at=NOW - 60,
        routers=tuple(IDS),
        affected=(IDS[3], IDS[1]),
        figures={"odds": 20.0},
    )


def known(desk: Desk) -> Store:
    store = desk.open()
    desk.commit(store, *(informed(device=device) for device in DEVICES))
    return store


def test_routers_come_in_pages_the_affected_first(desk: Desk) -> None:
    store = known(desk)
    desk.commit(store, opened())
    wanted = [IDS[1], IDS[3], IDS[0], IDS[2], IDS[4]]
    for size in (1, 2, 3, 4, 5, 9):
        found: list[IncidentMember] = []
        cursor: str | None = None
        while True:
            page = desk.wait(store.incident_page("i1", size, cursor))
            assert len(page.items) <= size
            found += page.items
            cursor = page.cursor
            if cursor is None:
                break
        assert [member.router_id for member in found] == wanted, size
        assert [member.affected for member in found] == [True, True, False, False, False]
    assert found == desk.wait(store.incident_members("i1"))
    assert desk.wait(store.incident_page("none", 5, None)).items == []


def test_one_is_open_in_a_place_at_a_time_whichever_node_was_faster(desk: Desk) -> None:
    store = known(desk)
    assert desk.commit(store, opened("i1"), opened("i2")) == (True, False)
    assert desk.commit(store, opened("i3")) == (False,)
    assert desk.wait(store.incident_members("i2")) == []
    desk.commit(store, IncidentClosed(at=NOW, incident_id="i1"))
    assert desk.commit(store, opened("i4")) == (True,)


def test_incidents_come_in_pages_the_newest_first(desk: Desk) -> None:
    store = known(desk)
    for number in range(3):
        desk.commit(store, opened(f"i{number}", f"seg-{number}"))
    desk.commit(store, IncidentClosed(at=NOW + 5, incident_id="i1"))
    assert [row.incident_id for row in desk.wait(store.incidents()).items] == ["i2", "i0"]
    first = desk.wait(store.incidents(closed=True, limit=2))
    assert [row.incident_id for row in first.items] == ["i2", "i1"]
    second = desk.wait(store.incidents(closed=True, limit=2, cursor=first.cursor))
    assert ([row.incident_id for row in second.items], second.cursor) == (["i0"], None)
    assert desk.commit(store, IncidentGrew(at=NOW, incident_id="i1", affected=(IDS[0],))) == (
        False,
    )


def test_what_is_over_is_forgotten_after_a_while_with_its_routers(desk: Desk) -> None:
    store = known(desk)
    desk.commit(store, opened("i1"), opened("i2", "seg-2"))
    desk.commit(store, IncidentClosed(at=NOW, incident_id="i1"))
    late, kept = NOW + 181 * DAY, Retention(news=Duration(999 * DAY))
    deleted = [desk.wait(store.prune(late, kept, 3)) for _ in range(4)]
    assert deleted == [3, 3, 0, 0], "five routers and their incident"
    rows = desk.wait(store.incidents(closed=True)).items
    assert [row.incident_id for row in rows] == ["i2"]
    assert desk.wait(store.incident_members("i1")) == []
    assert len(desk.wait(store.incident_members("i2"))) == 5
