# ruff: noqa: RUF001 - Russian letters are meant
import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diagnostics import symptoms, wording
from diagnostics.languages import LanguageError, compiled, in_russian, said
from diagnostics.model import shipped
from diagnostics.verdict import ACTIONS
from diagnostics.wording import ALL_CLEAR, HELD, NOTHING_SHOWN, PHRASES, STALE, spoken

HOUR = 3600.0
Stories = Callable[..., Any]


def sentences() -> list[str]:
    """Every sentence that a symptom can say, as it stands in the source."""
    found = [ALL_CLEAR, HELD, NOTHING_SHOWN, STALE]
    for path in sorted(Path(symptoms.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                is_said = text[:1].isupper() or text.startswith("{")
                if is_said and text.endswith(".") and "\n" not in text and " " in text:
                    found.append(text)
    return found


def docstrings() -> set[str]:
    found = set()
    for path in sorted(Path(symptoms.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                found.add(ast.get_docstring(node, clean=False))
    return {text for text in found if text}


LONGEST = 140  # letters: what can be said in one breath and read at a glance
KNOWN_ABROAD = {"CRC", "Wi-Fi"}
SAID = sorted(set(sentences()) - docstrings())


def test_the_sentences_are_found() -> None:
    assert len(SAID) > 120
    assert "Memory in use is {:.0f} %." in SAID


@pytest.mark.parametrize("template", SAID)
@pytest.mark.parametrize("figures", [(1, 1, 1, 1, 1), (12, 5, 3, 2, 7)])
def test_every_sentence_of_a_symptom_has_its_russian(
    template: str, figures: tuple[int, ...]
) -> None:
    sentence = spoken(template, *figures)
    russian = in_russian(sentence)
    assert russian is not None, sentence
    assert russian.endswith(".")
    assert "{" not in russian
    assert any("а" <= letter <= "я" for letter in russian)


@pytest.mark.parametrize("template", SAID)
def test_every_sentence_can_be_said_aloud(template: str) -> None:
    """Short, and in Russian without foreign words but those that every operator says."""
    sentence = spoken(template, 12_345, 5, 3, 2, 7)
    russian = said(sentence, "ru")
    assert max(len(sentence), len(russian)) <= LONGEST
    assert set(re.findall(r"[A-Za-z][A-Za-z-]*", russian)) <= KNOWN_ABROAD


def test_every_clause_noun_and_phrase_has_its_russian() -> None:
    tables = shipped()
    clauses = [says for table in tables.symptoms.values() for says in table.says if says]
    nouns = [cause.says for cause in tables.causes]
    for text in (*clauses, *nouns, *PHRASES.values()):
        assert in_russian(text) is not None, text
    assert set(PHRASES) == set(ACTIONS)


def test_whatever_a_verdict_says_can_be_said_in_russian(story: Stories) -> None:
    ill = [
        story(),
        story().since(4 * HOUR, {"sys.dns_proxy_fail": 0.95}),
        story().since(240 * HOUR, {"wifi.client_rssi_p10": -82, "wifi.retry_ratio": 0.29}),
        story().since(6 * HOUR, {"ppp.state": "Connecting"}),
    ]
    said_by_all = set()
    for each in ill:
        verdict = each.verdict()
        assert verdict.evidence
        said_by_all |= {finding.says for finding in verdict.evidence} | set(verdict.would_change)
    assert any(sentence.startswith("If ") for sentence in said_by_all)
    for sentence in said_by_all:
        assert said(sentence, "ru") != sentence, sentence
        assert said(sentence, "en") == sentence


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("It restarted 1 time in 24 hours.", "За сутки роутер перезапускался 1 раз."),
        ("It restarted 4 times in 24 hours.", "За сутки роутер перезапускался 4 раза."),
        ("It restarted 12 times in 24 hours.", "За сутки роутер перезапускался 12 раз."),
        ("It restarted 21 times in 24 hours.", "За сутки роутер перезапускался 21 раз."),
        (
            "Of a million frames 12,345 arrive damaged over the cable to the house.",
            "По кабелю к дому из миллиона кадров повреждены 12\N{NO-BREAK SPACE}345.",
        ),
        ("It receives -7.5 dBmV; from -7 to +7 dBmV is good.", "-7,5"),
        (
            "If Wi-Fi signals are good, a reboot would be right.",
            "Если сигнал Wi-Fi хороший, то поможет перезагрузка.",
        ),
        (
            "If memory is nearly used up and shrinking, a reboot would be right.",
            "Если памяти почти не осталось, и она убывает, то поможет перезагрузка.",
        ),
        ("Its firmware changed from 1.0.2 to 1,1 3 days ago.", "с 1.0.2 на 1"),
    ],
)
def test_figures_agree_with_their_nouns(english: str, russian: str) -> None:
    assert russian in (in_russian(english) or "")


@pytest.mark.parametrize(
    "text", ["", "Hello.", "If pigs fly, a reboot would be right.", "It restarted many times."]
)
def test_what_is_unknown_stays_as_it_is(text: str) -> None:
    assert in_russian(text) is None
    assert said(text, "ru") == text


def test_a_translation_cannot_have_more_figures_than_its_sentence() -> None:
    with pytest.raises(LanguageError, match="more figures"):
        compiled({"It is {}.": "Это {0} и {1}."})


def test_one_of_anything_is_in_the_singular() -> None:
    assert spoken("{} times in {:.0f} days.", 1, 21) == "1 time in 21 days."
    assert spoken("{:.0f} processes, {:.1f} minutes.", 1, 2.1) == "1 process, 2.1 minutes."
    assert wording.PLURALS
