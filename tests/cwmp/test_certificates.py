import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.certificates import Named, named_in
from acs.identity import DeviceId


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (("00D09E-123",), Named("00D09E", None, "123")),
        (("00d09e-Hub%205-4C%2D17",), Named("00D09E", "Hub 5", "4C-17")),
        (("Hub 5 device CA", "00D09E-Hub-123"), Named("00D09E", "Hub", "123")),
        (("00D09E-1", "00D09E-2"), Named("00D09E", None, "1")),
        ((), None),
        (("cpe.example.net",), None),
        (("*.example.net",), None),
        (("00D09E",), None),
        (("00D09E-",), None),
        (("00D09E--1",), None),
        (("00D09E-a-b-c",), None),
        (("00D09G-123",), None),
        ((f"00D09E-{'1' * 65}",), None),
        (("00D09E-1%002",), None),
        (("00D09E-1%0A2",), None),
    ],
)
def test_which_router_a_certificate_names(names: tuple[str, ...], named: Named | None) -> None:
    """TR-069 Amendment 6, 3.3 and 3.4.4."""
    assert named_in(names) == named


_PART = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=64)


@given(_PART, _PART)
def test_a_name_made_of_the_routers_own_is_understood(product_class: str, serial: str) -> None:
    device = DeviceId("", "00D09E", product_class, serial)
    assert named_in((device.router_id,)) == Named("00D09E", product_class, serial)
