"""Says in another language what the diagnosis said in English. Decides nothing.

The English sentence is what is stored; its figures are taken from it again, so that a verdict of
last week can be read in any language, and judging costs nothing more.
"""

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from diagnostics.wording import PLURALS

Language = Literal["en", "ru"]

_FIELD = re.compile(r"\{(?::[^}]*)?\}")
_SLOT = re.compile(r"\{(\d)(?::([^|}]*)\|([^|}]*)\|([^|}]*))?\}")
_NUMBER = r"(-?[\d,]+(?:\.\d+)?|nan|inf)"
_WORDS = r"([^;]*?)"
_PLURAL = re.compile(rf"\\ ({PLURALS})\b")
_IF = "If {}, {}."
_KEPT = 4096
_FEW, _TEENS = range(2, 5), range(11, 15)


class LanguageError(ValueError):
    """The table of sentences is not as it should be."""


class _Sentence(NamedTuple):
    """How one English sentence is recognised, and what it is in the other language.

    ``words`` are the fields that are no figures: a version such as 1.0 stays as it is.
    """

    pattern: re.Pattern[str]
    other: str
    words: frozenset[int]


def said(sentence: str, language: Language) -> str:
    """A sentence of the diagnosis in a language; as it is where that does not know it."""
    return sentence if language == "en" else in_russian(sentence) or sentence


@lru_cache(maxsize=_KEPT)
def in_russian(sentence: str) -> str | None:
    """The Russian for a sentence, a clause or a noun of the diagnosis; None when unknown."""
    whole, patterns = _table()
    known = whole.get(sentence)
    if known is not None:
        return known
    condition = _condition(sentence)
    if condition is not None:
        return condition
    for pattern, other, words in patterns:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return _filled(other, found.groups(), words)
    return None


def _condition(sentence: str) -> str | None:
    """``If <clause>, <phrase>.``: both parts are in the table."""
    if not sentence.startswith("If "):
        return None
    whole, _ = _table()
    clause, _, phrase = sentence.removeprefix("If ").removesuffix(".").rpartition(", ")
    if clause not in whole or phrase not in whole:
        return None
    return _filled(whole[_IF], (whole[clause], whole[phrase]))


@cache
def _table() -> tuple[dict[str, str], tuple[_Sentence, ...]]:
    text = (files(__package__) / "russian.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    return compiled(dict(rows))


def compiled(sentences: dict[str, str]) -> tuple[dict[str, str], tuple[_Sentence, ...]]:
    """Sentences without figures, and patterns of those with figures.

    Raises:
        LanguageError: a translation asks for a figure that its sentence does not have.
    """
    patterns: list[_Sentence] = []
    whole: dict[str, str] = {}
    for english, other in sentences.items():
        fields = _FIELD.findall(english)
        if any(int(slot) >= len(fields) for slot, *_ in _SLOT.findall(other)):
            raise LanguageError(f"{english!r}: its translation has more figures")
        if not fields or english == _IF:
            whole[english] = other
        else:
            words = frozenset(index for index, field in enumerate(fields) if field == "{}")
            patterns.append(_Sentence(_pattern(english, fields), other, words))
    return whole, tuple(patterns)


def _pattern(english: str, fields: list[str]) -> re.Pattern[str]:
    plain = [re.escape(part) for part in _FIELD.split(english)]
    groups = [_WORDS if field == "{}" else _NUMBER for field in fields]
    pattern = plain[0] + "".join(g + p for g, p in zip(groups, plain[1:], strict=True))
    return re.compile(_PLURAL.sub(_either, pattern))


def _either(found: re.Match[str]) -> str:
    """A noun that stands in the plural may be said in the singular."""
    plural = found[1]
    singular = plural.removesuffix("es") if plural == "processes" else plural.removesuffix("s")
    return rf"\ (?:{plural}|{singular})"


def _filled(other: str, figures: tuple[str, ...], words: frozenset[int] = frozenset()) -> str:
    def slot(found: re.Match[str]) -> str:
        figure = figures[int(found[1])]
        if found[2] is not None:
            return found[2 + _form(figure)]
        return figure if int(found[1]) in words else _figure(figure)

    return _SLOT.sub(slot, other)


def _figure(text: str) -> str:
    """A number as it is written in Russian: a comma before the decimals, spaces in thousands."""
    if not re.fullmatch(_NUMBER, text):
        return text
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def _form(figure: str) -> int:
    """Which of the three forms of a noun goes with a number: 1 день, 2 дня, 5 дней."""
    digits = figure.replace(",", "").lstrip("-")
    if not digits.isdigit():
        return 1
    number = int(digits) % 100
    if number in _TEENS:
        return 2
    return 0 if number % 10 == 1 else 1 if number % 10 in _FEW else 2
