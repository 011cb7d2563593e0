"""Texts as values of types and syntaxes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.datamodel.table import Bounds, Items, Syntax
from acs.datamodel.values import is_type, refusal, type_refusal

LIMITS = {
    "int": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "long": (-(2**63), 2**63 - 1),
    "unsignedLong": (0, 2**64 - 1),
}


@pytest.mark.parametrize("kind", LIMITS)
@given(number=st.integers(-(2**65), 2**65))
def test_whole_numbers_are_within_their_type(kind: str, number: int) -> None:
    low, high = LIMITS[kind]
    assert (type_refusal(kind, str(number)) is None) == (low <= number <= high)


@pytest.mark.parametrize("kind", [*LIMITS, "decimal"])
@pytest.mark.parametrize("text", ["", " 1", "1 ", "0x1", "1e3", "٣", "--1", "9" * 5000, "1,0"])
def test_what_is_no_number_is_refused(kind: str, text: str) -> None:
    assert type_refusal(kind, text) is not None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("boolean", ["0", "1", "true", "false"], ["", "True", "yes", "2"]),
        ("decimal", ["1", "-1.5", ".5", "+3."], [".", "", "1.2.3"]),
        (
            "dateTime",
            ["0001-01-01T00:00:00Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00.123+03:00"],
            ["", "2026-03-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "now"],
        ),
        ("base64", ["", "YQ==", "YW\nJj"], ["a", "*", "YQ=a"]),
        ("hexBinary", ["", "0a", "0A1f"], ["0", "0g", "0x0a"]),
        ("string", ["", "anything"], []),
        ("vendorsOwn", ["anything"], []),
    ],
)
def test_types(kind: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if type_refusal(kind, text) is not None] == []
    assert [text for text in bad if type_refusal(kind, text) is None] == []
    assert is_type(kind) is (kind != "vendorsOwn")


@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_sizes_of_base64_and_hexadecimal_are_in_bytes(data: bytes, low: int, high: int) -> None:
    sizes = (Bounds(low, high),)
    inside = low <= len(data) <= high
    text = base64.b64encode(data).decode()
    assert (refusal(Syntax("base64", sizes=sizes), text) is None) == inside
    assert (refusal(Syntax("hexBinary", sizes=sizes), data.hex()) is None) == inside
    assert (refusal(Syntax("string", sizes=sizes), "ü" * len(data)) is None) == inside


@given(number=st.integers(-300, 300))
def test_any_of_several_ranges_will_do(number: int) -> None:
    syntax = Syntax("int", ranges=(Bounds(1, 14), Bounds(36, None), Bounds(None, -100)))
    fits = 1 <= number <= 14 or number >= 36 or number <= -100
    assert (refusal(syntax, str(number)) is None) == fits


def test_a_refusal_says_what_is_allowed() -> None:
    assert refusal(Syntax("int", ranges=(Bounds(1, 14), Bounds(36, 36))), "20") == (
        "a number, 1 to 14 or 36"
    )
    assert refusal(Syntax("string", values=("a", "b")), "c") == "one of a, b"
    assert refusal(Syntax("string", sizes=(Bounds(None, 3),)), "abcd") == "at most 3 characters"
    assert refusal(Syntax("string", told=("Complete",)), "Complete") is not None
    assert refusal(Syntax("string", patterns=("a+", "b+")), "c") == "what matches a+, b+"
    assert refusal(Syntax("int"), "x") == ("a whole number of type int, -2147483648 to 2147483647")


def test_vendors_may_add_values() -> None:
    assert refusal(Syntax("string", values=("a",)), "X_EXAMPLE-COM_b") is None


def test_lists_are_checked_item_by_item() -> None:
    syntax = Syntax("string", values=("a", "n"), items=Items(Bounds(1, 2), (Bounds(None, 5),)))
    assert refusal(syntax, "a, n") is None
    assert (
        refusal(syntax, "a,b") == "a list, separated by commas, of items that are each one of a, n"
    )
    assert refusal(syntax, "") == "a list of 1 to 2 items, separated by commas"
    assert refusal(syntax, "a,n,a") is not None
    assert refusal(syntax, "a,    n") == "a list of at most 5 characters in all"


@given(st.text(max_size=30), st.sampled_from(["string", "int", "decimal", "base64", "dateTime"]))
def test_no_text_breaks_a_check(text: str, kind: str) -> None:
    syntax = Syntax(
        kind,  # type: ignore[arg-type]  # one of the names
        ranges=(Bounds(1, 5),),
        sizes=(Bounds(1, 5),),
        patterns=("[0-9]+",),
        items=Items(),
    )
    assert refusal(syntax, text) is None or refusal(syntax, text)
