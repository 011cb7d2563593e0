"""What other systems say piece by piece of routers and subscribers; on both databases."""

import pytest

from acs.facts import Belongs, Placed
from acs.storage.errors import FactRefusedError
from acs.storage.finding import Found
from acs.storage.store import Store
from acs.storage.subscribers import Belonging, Listed
from tests.storage.support import DEVICE, ID, NOW, OTHER, OTHER_ID, Desk, informed

WHOLE = Placed(
    router_id=ID,
    at=NOW,
    account="77",
    phone="+7 916 123-45-67",
    login="u77",
    contract="C-77",
    segment="olt1/3",
    switch_port="12",
    address_prefix="192.0.2.0/24",
    access="GPON",
    utc_offset=3600,
)
PLACE = Belonging(ID, DEVICE.serial_number, "77", "olt1/3", "12", "192.0.2.0/24", "GPON", 3600)
HE = Listed("77", "+7 916 123-45-67", "u77", "C-77", (PLACE,))


def said(desk: Desk, store: Store, **what: str) -> None:
    desk.commit(store, Placed(router_id=ID, at=NOW, **what))  # type: ignore[arg-type]


def test_what_is_said_is_kept_and_what_is_not_said_stays(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), WHOLE)
    assert desk.wait(store.listed_subscriber("77")) == HE
    said(desk, store, segment="olt1/4")
    said(desk, store, login="")
    (router,) = desk.wait(store.subscribers(10, None)).items[0].routers
    assert (router.segment, router.switch_port, router.access) == ("olt1/4", "12", "GPON")
    found = desk.wait(store.listed_subscriber("77"))
    assert found is not None
    assert (found.phone, found.login, found.contract) == (HE.phone, "", "C-77")
    said(desk, store, segment="", address_prefix="")
    found = desk.wait(store.listed_subscriber("77"))
    assert found is not None
    assert (found.routers[0].segment, found.routers[0].address_prefix) == (None, None)
    said(desk, store, account="")
    assert desk.wait(store.router_ids_of("77")) == []
    assert desk.wait(store.listed_subscriber("78")) is None


def test_pieces_within_one_transaction_add_up(desk: Desk, store: Store) -> None:
    first = Placed(router_id=ID, at=NOW, account="77", phone="12345")
    second = Placed(router_id=OTHER_ID, at=NOW, account="77", login="u77")
    desk.commit(store, first, second)
    found = desk.wait(store.listed_subscriber("77"))
    assert found is not None
    assert (found.phone, found.login) == ("12345", "u77")
    assert [each.router_id for each in found.routers] == [ID, OTHER_ID]
    waiting = desk.wait(store.router(ID))
    assert waiting is not None
    assert waiting.enrolment == "quarantined"


def test_a_subscriber_s_own_needs_a_subscriber(desk: Desk, store: Store) -> None:
    for what in ({"phone": "12345"}, {"login": "u"}, {"account": "", "contract": "C"}):
        with pytest.raises(FactRefusedError):
            said(desk, store, **what)
    with pytest.raises(FactRefusedError):
        said(desk, store, account="7" * 2000)
    assert desk.wait(store.router(ID)) is None


def test_known_by_id_serial_and_account(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), WHOLE)
    desk.commit(store, informed(device=OTHER), Belongs(router_id=OTHER_ID, at=NOW, account="78"))
    known = desk.wait(store.belongings({ID}, {OTHER.serial_number, "none"}, {"79"}))
    assert known.routers[ID] == PLACE
    assert known.named == {OTHER.serial_number: (OTHER_ID,)}
    assert set(known.subscribers) == {"77", "78"}
    nothing = desk.wait(store.belongings(set(), set(), set()))
    assert (nothing.routers, nothing.subscribers) == ({}, {})


def test_subscribers_come_in_pages(desk: Desk, store: Store) -> None:
    for number in range(5):
        desk.commit(store, Placed(router_id=f"001122-S{number}", at=NOW, account=f"{number}"))
    page = desk.wait(store.subscribers(3, None))
    assert ([each.account for each in page.items], page.cursor) == (["0", "1", "2"], "2")
    page = desk.wait(store.subscribers(3, page.cursor))
    assert ([each.account for each in page.items], page.cursor) == (["3", "4"], None)
    assert [each.routers[0].router_id for each in page.items] == ["001122-S3", "001122-S4"]


def test_found_by_contract_and_by_the_newest_address(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), WHOLE)
    assert desk.wait(store.find("C-77")) == [Found(("contract",), "77", (ID,))]
    for address in ("192.0.2.7", "192.0.2.8", "192.0.2.8"):
        desk.commit(store, informed(NOW + 60, address=address))
    assert desk.wait(store.find("192.0.2.7")) == []
    assert desk.wait(store.find("192.0.2.8")) == [Found(("address",), "77", (ID,))]
