import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.names import Names, fill, first_instance, natural, pattern_of


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("Device.IP.Interface.12.Status", "Device.IP.Interface.{i}.Status"),
        ("Device.IP.Interface.12.", "Device.IP.Interface.{i}."),
        ("Device.IP6.Interface.x1.Status", "Device.IP6.Interface.x1.Status"),
        ("A.1.2.B", "A.{i}.{i}.B"),
        ("", ""),
    ],
)
def test_patterns(name: str, pattern: str) -> None:
    assert pattern_of(name) == pattern


def test_the_sister_of_a_name_has_its_numbers() -> None:
    assert fill("A.{i}.B.{i}.Other", "A.3.B.14.One") == "A.3.B.14.Other"
    assert fill("A.{i}.Above", "A.3.B.14.One") == "A.3.Above"
    assert fill("", "A.3") == ""
    assert first_instance("A.B.3.C.4") == "3"
    assert first_instance("A.B") == ""


def test_names_are_found_in_the_order_of_their_numbers() -> None:
    names = Names(["A.10.B", "A.9.B", "A.9.C"], {"A.{i}.B"})
    assert names.of("A.{i}.B") == ["A.9.B", "A.10.B"]
    assert names.of("A.{i}.C") == []
    assert names.known("A.9.C") == "A.9.C"
    assert names.known("A.9.D") == ""


@given(st.lists(st.text(alphabet="A.019²٣", max_size=8)))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    ordered = sorted(names, key=natural)
    assert sorted(ordered) == sorted(names)
    for name in names:
        fill(pattern_of(name), name)
        first_instance(name)
