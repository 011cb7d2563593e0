"""Filters of the fleet: what can be read, what is said where one cannot, and back to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.storage.filter_language import LONGEST, FilterError, parse, written
from acs.storage.filter_terms import FIELDS, All, Among, Either, Expression, Flag, Known, Not, Test


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("ill", Flag("ill")),
        ("ILL", Flag("ill")),
        ("model = K2", Test("model", "=", "K2")),
        ('model ~ "Archer C*"', Test("model", "~", "Archer C*")),
        ('account = "a \\"b\\" \\\\ c"', Test("account", "=", 'a "b" \\ c')),
        ('account = "and"', Test("account", "=", "and")),
        ("uptime > 14d", Test("uptime", ">", 14 * 86_400.0)),
        ("confidence>=90%", Test("confidence", ">=", 0.9)),
        ("verdict in (reboot, Firmware)", Among("verdict", ("reboot", "firmware"))),
        ("segment not in (a, b)", Not(Among("segment", ("a", "b")))),
        ("segment known", Known("segment")),
        ("not not ill", Not(Not(Flag("ill")))),
        (
            "ill and online or quarantined",
            Either((All((Flag("ill"), Flag("online"))), Flag("quarantined"))),
        ),
        (
            "ill and (online or quarantined)",
            All((Flag("ill"), Either((Flag("online"), Flag("quarantined"))))),
        ),
        ("not ill and online", All((Not(Flag("ill")), Flag("online")))),
        ("access = fttb", Test("access", "=", "FTTB")),
    ],
)
def test_what_is_read(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", 1, "expected a field, not or ("),
        ("   ", 4, "expected a field"),
        ("ill and", 8, "expected a field"),
        ("ill online", 5, 'expected "and", "or" or the end, found \'online\''),
        ("colour = red", 1, "found 'colour'; fields are id, serial"),
        ("model", 6, "after model one of"),
        ("model > 3", 7, "after model comes one of != !~ = ~, in, known"),
        ("uptime = 3d", 8, "after uptime comes one of < <= > >="),
        ("uptime > soon", 10, "allowed is a duration"),
        ("confidence > 3", 14, "0 to 1, or a percentage"),
        ("confidence > nan", 14, "0 to 1"),
        ("verdict = rebot", 11, "verdict is one of none, reboot"),
        ("uptime in (3d)", 11, "uptime is compared by"),
        ("model in ()", 11, "expected a value of model; signs stand in quotes"),
        ("model in (a", 12, 'expected ")"'),
        ("(ill", 5, 'expected ")"'),
        ("ill)", 4, 'expected "and"'),
        ('model = "abc', 9, "a quote that does not end"),
        ("model == K2", 8, "signs stand in quotes"),
        ("model not K2", 11, 'expected "in"'),
        ('"model" = K2', 2, "found 'model'"),
        ("ill; drop table routers", 1, "found 'ill;'"),
    ],
)
def test_what_cannot_be_read_is_said_where(text: str, at: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert str(caught.value).startswith(f"at letter {at}: ")
    assert says in str(caught.value)


def test_filters_are_bounded() -> None:
    with pytest.raises(FilterError, match=f"at most {LONGEST} letters"):
        parse(" " * (LONGEST + 1))
    with pytest.raises(FilterError, match="at most 40 tests"):
        parse(" or ".join(["ill"] * 41))
    with pytest.raises(FilterError, match="at most 20 levels"):
        parse("(" * 25 + "ill" + ")" * 25)
    with pytest.raises(FilterError, match="at most 20 levels"):
        parse("not " * 25 + "ill")
    with pytest.raises(FilterError, match="at most 40 values"):
        parse(f"model in ({', '.join('a' * 45)})")


TEXTS = [name for name, field in FIELDS.items() if field.kind == "text"]
AGES = [name for name, field in FIELDS.items() if field.kind == "age"]
FLAGS = [name for name, field in FIELDS.items() if field.kind == "flag"]
_word = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
_tests = st.one_of(
    st.builds(Flag, st.sampled_from(FLAGS)),
    st.builds(Known, st.sampled_from([*TEXTS, *AGES, "confidence"])),
    st.builds(Test, st.sampled_from(TEXTS), st.sampled_from(["=", "!=", "~", "!~"]), _word),
    st.builds(
        Test,
        st.sampled_from(AGES),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.integers(0, 10**8).map(float),
    ),
    st.builds(
        Test,
        st.just("confidence"),
        st.sampled_from(["<", ">="]),
        st.integers(0, 100).map(lambda share: share / 100),
    ),
    st.builds(Among, st.sampled_from(TEXTS), st.lists(_word, min_size=1, max_size=3).map(tuple)),
)


def _several(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, parts), st.builds(Either, parts))


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(_tests, _several, max_leaves=6)


@given(EXPRESSIONS)
def test_what_is_written_is_read_as_the_same(expression: Expression) -> None:
    text = written(expression)
    if len(text) <= LONGEST:
        assert parse(text) == expression


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    refused_at = 0
    try:
        parse(text)
    except FilterError as error:
        refused_at = error.at
    assert 0 <= refused_at <= len(text)
