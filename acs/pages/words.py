"""The pages' words in English and Russian, and how figures and times are written. No rules."""

import csv
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

from diagnostics.languages import Language, said

LANGUAGES: tuple[Language, ...] = ("en", "ru")
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_LARGER = (("KiB", "GiB", 1_048_576.0), ("KiB", "MiB", 1024.0), ("kbit/s", "Mbit/s", 1000.0))
_THOUSAND, _MILLION, _BILLION, _TEN = 1e3, 1e6, 1e9, 10.0


class WordsError(KeyError):
    """A word of the pages is in no table."""


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    text = (files(__package__) / "words.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["key"]: row for row in rows}


def preferred(accepted: str) -> Language:
    """The language that a browser's Accept-Language asks for (RFC 9110, 12.5.4); else English."""
    weighed: list[tuple[float, int, Language]] = []
    for place, each in enumerate(accepted.split(",")[:20]):
        tag, _, parameter = each.partition(";")
        name = tag.strip().lower().partition("-")[0]
        weight = parameter.strip().lower().removeprefix("q=") or "1"
        try:
            quality = float(weight)
        except ValueError:
            continue
        if name in LANGUAGES and quality > 0:
            weighed.append((quality, -place, "ru" if name == "ru" else "en"))
    return max(weighed)[2] if weighed else "en"


class Words:
    """What a page says, in one language.

    Args:
        language: of the page.
        now: Unix seconds.
    """

    def __init__(self, language: Language, now: float) -> None:
        self.language = language
        self.now = now

    def __call__(self, key: str, **given: object) -> str:
        """The text of a key with its fields filled in.

        Raises:
            WordsError: no table has the key.
        """
        try:
            text = _table()[key][self.language]
        except KeyError:
            raise WordsError(key) from None
        return text.format(**given) if given else text

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in _table()

    def known(self, group: str, name: str | None) -> str:
        """A word of a group of names; a name that the group lacks stays as it is."""
        key = f"{group}.{name}"
        return self(key) if self.has(key) else name or "—"

    def said(self, sentence: str) -> str:
        """A sentence of the diagnosis."""
        return said(sentence, self.language)

    def percent(self, share: float | None) -> str:
        """A share as a whole percentage."""
        return "—" if share is None else f"{share * 100:.0f} %"

    def time(self, at: float | datetime | None, offset: int = 0) -> str:
        """A moment, in UTC or in the local time of an offset (seconds)."""
        if at is None:
            return "—"
        moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
        zone = timezone(timedelta(seconds=offset)) if offset else UTC
        form = "%d.%m.%Y %H:%M" if self.language == "ru" else "%Y-%m-%d %H:%M"
        return f"{moment.astimezone(zone).strftime(form)} {_zone(offset)}"

    def span(self, seconds: float | None) -> str:
        """A length of time, to its two largest units."""
        if seconds is None:
            return "—"
        left = max(0.0, seconds)
        days, left = divmod(left, _DAY)
        hours, left = divmod(left, _HOUR)
        minutes, left = divmod(left, _MINUTE)
        if days:
            return self("span.days", days=int(days), hours=int(hours))
        if hours:
            return self("span.hours", hours=int(hours), minutes=int(minutes))
        return self("span.minutes", minutes=int(minutes)) if minutes else self("span.now")

    def ago(self, at: float | datetime | None) -> str:
        """How long ago a moment was."""
        if at is None:
            return self("never")
        then = at.timestamp() if isinstance(at, datetime) else at
        return self("ago", span=self.span(self.now - then))

    def reading(self, value: float, unit: str, *, per_hour: bool = False) -> str:
        """A reading in a unit that people use; growth of a counter if it is per hour."""
        if unit == "s" and not per_hour:
            return self.span(value)
        for base, larger, size in _LARGER:
            if unit == base and abs(value) >= size:
                return f"{self.figure(value / size)} {larger}"
        scale, _, plain = unit.partition(" ")
        if plain:  # of the catalogue: "0.1 dB"
            value, unit = value * float(scale), plain
        return f"{self.figure(value)} {self.known('unit', unit)}" + (
            self("per_hour") if per_hour else ""
        )

    def figure(self, value: float) -> str:
        """A number, short."""
        if not math.isfinite(value):
            return "—"
        for size, letter in ((_BILLION, "G"), (_MILLION, "M"), (_THOUSAND * _TEN, "k")):
            if abs(value) >= size:
                unit = _THOUSAND if letter == "k" else size
                return f"{value / unit:.1f}{letter}"
        digits = 0 if abs(value) >= _THOUSAND / _TEN or value == int(value) else 1
        return f"{value:.{digits}f}"


def _zone(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // 60, 60)
    if not offset:
        return "UTC"
    return f"UTC{'+' if offset > 0 else '-'}{hours}" + (f":{minutes:02}" if minutes else "")
