import csv
import re
import string
from pathlib import Path

import pytest

import acs.pages
from acs.pages.words import Words, WordsError, preferred
from diagnostics.verdict import ACTIONS

ROOM = Path(acs.pages.__file__).parent


def rows() -> list[dict[str, str]]:
    text = (ROOM / "words.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_both_languages_say_the_same_figures() -> None:
    for row in rows():
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(row[language]) if name}
            for language in ("en", "ru")
        ]
        assert fields[0] == fields[1], row["key"]
        assert row["en"], row["key"]
        assert row["ru"], row["key"]


def test_no_key_comes_twice() -> None:
    keys = [row["key"] for row in rows()]
    assert len(set(keys)) == len(keys)


def test_templates_name_only_words_that_there_are() -> None:
    words = Words("en", 0.0)
    for template in (ROOM / "templates").glob("*.html"):
        for key in re.findall(r"""\bt\(["']([a-z_0-9.]+)["']""", template.read_text()):
            assert words.has(key), f"{template.name}: {key}"


def test_every_action_has_its_words() -> None:
    words = Words("ru", 0.0)
    for action in ACTIONS:
        assert words.has(f"action.{action}")


def test_an_unknown_key_is_an_error_and_an_unknown_name_stays() -> None:
    words = Words("en", 0.0)
    with pytest.raises(WordsError):
        words("nothing")
    assert words.known("guard", "new_guard") == "new_guard"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("de,ru;q=0.8,en;q=0.7", "ru"),
        ("en;q=0.9,ru;q=0.8", "en"),
        ("ru;q=0", "en"),
        ("ru;q=abc", "en"),
        (",,;q=1", "en"),
    ],
)
def test_the_language_that_a_browser_prefers(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.25, "0.2"),
        (99.5, "99.5"),
        (512.4, "512"),
        (9999, "9999"),
        (61440, "61.4k"),
        (2.5e6, "2.5M"),
        (3e9, "3.0G"),
        (float("nan"), "—"),
        (-5, "-5"),
    ],
)
def test_figures_are_short(value: float, shown: str) -> None:
    assert Words("en", 0.0).figure(value) == shown
