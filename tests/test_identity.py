"""Router ids: how the three parts are joined and parted again."""

from hypothesis import given
from hypothesis import strategies as st

from acs.identity import DeviceId, parts_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)


def test_the_id_is_percent_encoded_per_part() -> None:
    device = DeviceId("Acme", "0011AA", "R-1 Pro", "SN.42~x_7")
    assert device.router_id == "0011AA-R%2D1%20Pro-SN%2E42%7Ex_7"


def test_without_a_product_class_two_parts_are_left() -> None:
    assert DeviceId("Acme", "0011AA", "", "42").router_id == "0011AA-42"


@given(TEXT, TEXT, TEXT)
def test_the_parts_come_back(oui: str, product_class: str, serial: str) -> None:
    router_id = DeviceId("m", oui, product_class, serial).router_id
    assert parts_of(router_id) == (oui, product_class, serial)
    assert router_id.isascii()
    assert set("/?#&= \n").isdisjoint(router_id)
