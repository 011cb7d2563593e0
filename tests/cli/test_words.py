import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cli import words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86400, "1 d"),
        (276_000, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_spans(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (None, "never"),
        (1000.0, "now"),
        (820.0, "3 min ago"),
        (8200.0, "in 2 h"),
        (990.0, "10 s ago"),
    ],
)
def test_moments_are_told_from_now(at: float | None, text: str) -> None:
    assert words.ago(at, 1000.0) == text


def test_rfc3339_is_utc_with_milliseconds_if_any() -> None:
    assert words.rfc3339(0) == "1970-01-01T00:00:00Z"
    assert words.rfc3339(1.25) == "1970-01-01T00:00:01.250Z"


def test_faults_are_in_words_with_code_and_the_routers_text() -> None:
    assert words.fault(9005) == "the router knows no parameter of that name [9005]"
    assert words.fault(9850, "busy") == 'vendor-specific fault [9850] ("busy")'
    assert words.fault(7).startswith("unknown fault")


@given(st.text())
def test_plain_text_cannot_command_a_terminal(text: str) -> None:
    cleaned = words.plain(text)
    assert words.plain(cleaned) == cleaned
    assert all(char.isprintable() or char not in "\x1b\n\r\x9b\u202e" for char in cleaned)


def test_plain_shows_what_it_took_away() -> None:
    assert words.plain("a\x1b[2Jb\x9bc") == "a\\x1b[2Jb\\x9bc"
    assert words.plain("роутер") == "роутер"


@given(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=200),
    st.integers(1, 60),
)
def test_sparklines_never_exceed_their_width(values: list[float | None], width: int) -> None:
    assert len(words.sparkline(values, width)) <= width


def test_sparklines_rise_with_the_values_and_leave_gaps() -> None:
    assert words.sparkline([0, None, 7], 10) == "▁ █"
    assert words.sparkline([5, 5], 10) == "▁▁"
    assert words.sparkline([None], 10) == ""
    assert words.sparkline([0, 1], 10, utf8=False) == "_@"


def test_squeezing_keeps_the_peak() -> None:
    assert "█" in words.sparkline([0] * 99 + [100] + [0] * 100, 10)


def test_counters_grow_and_a_reset_is_no_growth() -> None:
    assert words.increases([1, 4, 2, None, 9]) == [3, None, None, None]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.5, "1.5"), (2.0, "2"), (0.12345678, "0.1235"), (True, "True"), ("x", "x")],
)
def test_numbers_for_people(value: object, text: str) -> None:
    assert words.number(value) == text
