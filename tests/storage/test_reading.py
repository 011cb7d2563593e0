"""Lists of routers: filters and pages; on both databases."""

import pytest

from acs.facts import Belongs, Discovered, Quarantined
from acs.identity import DeviceId
from acs.storage.rows import RouterFilter
from acs.storage.store import Store
from tests.storage.support import NOW, Desk, informed, judged

DEVICES = [DeviceId("Acme", "001122", "X", f"SN{number:02d}") for number in range(7)]
IDS = [device.router_id for device in DEVICES]


@pytest.fixture(autouse=True)
def fleet(desk: Desk, store: Store) -> None:
    for number, device in enumerate(DEVICES[:6]):
        desk.commit(store, informed(NOW + number, device, address=f"192.0.2.{number}"))
    desk.commit(
        store,
        Belongs(router_id=IDS[0], at=NOW, account="A_1", segment="s1"),
        Belongs(router_id=IDS[1], at=NOW, account="AB1", segment="s1"),
        judged(NOW, "reboot", router_id=IDS[1]),
        judged(NOW, "none", router_id=IDS[2]),
        Discovered(
            router_id=IDS[3],
            at=NOW,
            root="Device.",
            software_version="1",
            names=(),
            plan_key="p",
            plan=b"",
            model_name="Größe 100%",
        ),
        Quarantined(router_id=IDS[6], at=NOW + 6, device=DEVICES[6], address="198.51.100.1"),
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RouterFilter(), range(7)),
        (RouterFilter(verdict="reboot"), [1]),
        (RouterFilter(enrolment="quarantined"), [6]),
        (RouterFilter(enrolment="enrolled", seen_since=NOW + 4), [4, 5]),
        (RouterFilter(seen_before=NOW + 2), [0, 1]),
        (RouterFilter(segment="s1"), [0, 1]),
        (RouterFilter(segment="s1", verdict="none"), []),
        (RouterFilter(account="A_1"), [0]),
        (RouterFilter(model="Größe 100%"), [3]),
        (RouterFilter(model="X"), range(7)),
        (RouterFilter(q="sn05"), [5]),
        (RouterFilter(q="a_1"), [0]),  # "_" is no wildcard
        (RouterFilter(q="100%"), [3]),
        (RouterFilter(q="198.51"), [6]),
        (RouterFilter(q="' OR 1=1 --"), []),
    ],
)
def test_filters(desk: Desk, store: Store, wanted: RouterFilter, expected: list[int]) -> None:
    page = desk.wait(store.routers(wanted, 10, None))
    assert [row.router_id for row in page.items] == [IDS[number] for number in expected]
    assert page.cursor is None


def test_pages(desk: Desk, store: Store) -> None:
    found: list[str] = []
    cursor = None
    while True:
        page = desk.wait(store.routers(RouterFilter(), 3, cursor))
        found.extend(row.router_id for row in page.items)
        cursor = page.cursor
        if cursor is None:
            break
    assert found == IDS


def test_counts(desk: Desk, store: Store) -> None:
    assert desk.wait(store.verdict_counts()) == {None: 4, "reboot": 1, "none": 1}
    (segment,) = desk.wait(store.segments(NOW, 5400))
    assert (segment.routers, segment.in_error) == (2, 1)


def test_there_is_no_target_before_the_router_named_one(desk: Desk, store: Store) -> None:
    assert desk.wait(store.connection_target(IDS[6])) is None
    assert desk.wait(store.connection_target("nobody")) is None
