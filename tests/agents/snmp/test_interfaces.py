import pytest

from agents.snmp.interfaces import Interface, choose
from agents.snmp.profiles import Choice

ROWS = [
    Interface(1, "lo", "lo", "", 24, 1),
    Interface(2, "ether1", "ether1", "uplink WAN", 6, 1),
    Interface(3, "ether2", "ether2", "", 6, 2),
    Interface(4, "bridge", "bridge", "", 209, 1),
    Interface(5, "pppoe-wan", "pppoe-wan", "", 23, 1),
]


@pytest.mark.parametrize(
    ("choice", "wanted", "route", "label"),
    [
        (Choice(names=("^pppoe-wan$", "^ether1$")), "", None, "pppoe-wan"),
        (Choice(names=("(?i)wan$",)), "", None, "ether1"),
        (Choice(names=("^none$",)), "", 3, "ether2"),
        (Choice(), "", 5, "pppoe-wan"),
        (Choice(), "ether2", 5, "ether2"),
        (Choice(), "uplink WAN", None, "ether1"),
        (Choice(), "#3", None, "ether2"),
        (Choice(types=(23,)), "", None, "pppoe-wan"),
        (Choice(), "", None, None),
        (Choice(), "", 1, None),
        (Choice(), "ether9", None, None),
        (Choice(), "#77", None, None),
        (Choice(names=("^none$",), only_named=True), "", 5, None),
    ],
)
def test_which_one_counts(
    choice: Choice, wanted: str, route: int | None, label: str | None
) -> None:
    found, why = choose(ROWS, choice, wanted=wanted, route=route)
    assert (found.label if found else None) == label
    assert why


def test_one_that_is_up_goes_before_one_that_is_not() -> None:
    rows = [Interface(1, "wan1", oper_status=2), Interface(2, "wan2", oper_status=1)]
    found, _ = choose(rows, Choice(names=("^wan",)))
    assert found == rows[1]


def test_two_of_the_wanted_name_are_none() -> None:
    rows = [Interface(1, "eth0"), Interface(2, "eth0")]
    assert choose(rows, Choice(), wanted="eth0") == (None, "2 interfaces are called eth0")
