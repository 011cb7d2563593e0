"""Tables for terminals of any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from acs.cli.layout import EMPTY, lines

HEADINGS = ("ROUTER", "MODEL", "SEGMENT", "FIRMWARE", "SEEN")
ROWS = (
    ("0A1001-K2-A0001", "K2", EMPTY, "0.14.0 2.0.0 v605f.0 Build 221227", "now"),
    ("0A1001-K2-A0002", "K2", EMPTY, "3.4.1", "2 s ago"),
)


def drawn(
    width: int | None, headings: tuple[str, ...] = HEADINGS, rows: object = ROWS
) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines(headings, rows, width)]  # type: ignore[arg-type]  # rows of texts


@pytest.mark.parametrize("width", [None, 200])
def test_what_fits_is_one_line_each(width: int | None) -> None:
    heading, first, second = drawn(width)
    assert heading.split() == list(HEADINGS)
    assert first == "0A1001-K2-A0001  K2     -        0.14.0 2.0.0 v605f.0 Build 221227  now"
    assert second.index("3.4.1") == first.index("0.14.0")


def test_an_empty_column_goes_first() -> None:
    heading, first, _ = drawn(70)
    assert heading.split() == ["ROUTER", "MODEL", "FIRMWARE", "SEEN"]
    assert first.endswith("Build 221227  now")


def test_text_folds_at_words_and_ids_do_not() -> None:
    found = drawn(55)
    assert [line.split()[0] for line in found] == [
        "ROUTER",
        "0A1001-K2-A0001",
        "Build",
        "0A1001-K2-A0002",
    ]
    assert all(cell_len(line) <= 55 for line in found)


def test_what_does_not_fit_goes_to_a_second_line() -> None:
    found = drawn(30)
    assert found[0] == "ROUTER           MODEL"
    assert found[1].startswith("    FIRMWARE")
    assert found[2] == "0A1001-K2-A0001  K2"
    assert "0A1001-K2-A0002  K2" in found


def test_a_long_name_is_kept_whole_and_its_value_stands_below() -> None:
    name = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Enable"
    found = drawn(60, ("PARAMETER", "VALUE"), ((name, "1"), ("A.B", "x" * 70)))
    assert found[2:4] == [name, "    1"]
    assert found[4] == "A.B"
    assert "".join(line.strip() for line in found[5:]) == "x" * 70
    assert max(map(len, found[4:])) <= 60


@given(
    st.lists(st.tuples(*[st.text("ab- \u6f22", max_size=30).map(str.strip)] * 3), max_size=4),
    st.one_of(st.none(), st.integers(1, 90)),
)
def test_no_word_is_lost_and_no_line_ends_in_blanks(
    rows: list[tuple[str, ...]], width: int | None
) -> None:
    found = list(lines(("A", "B", "C"), [("1", "2", "3"), *rows], width))
    told = "".join(piece.text for line in found for piece in line)
    assert sorted(letters(told)) == sorted(letters("ABC123" + "".join(map("".join, rows))))
    assert all(line[-1].text == line[-1].text.rstrip() for line in found if line)


def letters(text: str) -> str:
    return text.replace(" ", "").replace(EMPTY, "")
