"""Quirks read from TOML files: those of the package and those of a folder of the operator's.

Every mistake is an error that names file, entry, key, what was found and what is allowed.
"""

import difflib
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from acs.cwmp.quirk_book import QuirkBook
from acs.cwmp.quirks import CONDITIONS, Entry

SHIPPED = "quirks.toml"
_KEYS = tuple(field.encode_name for field in msgspec.structs.fields(Entry))
_PATTERNS = "a pattern or a list of patterns"
_SWITCH = "true or false"
_ALLOWED = {
    "name": "a text",
    "why": "a text",
    **dict.fromkeys(CONDITIONS, _PATTERNS),
    "auth": 'a list of "digest" and "basic"',
    "empties_to_end": "a whole number from 1 to 10",
    "names_per_call": "a whole number, 0 or more",
}
_TABLES = ("quirk", "shared_serials")
_PLACE = re.compile(r" - at `\$\.?(?P<key>\w*)[^`]*`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`")


class QuirkFileError(Exception):
    """A file of quirks cannot be used."""


def load_quirks(folder: str = "") -> QuirkBook:
    """The quirks of the package and, from ``*.toml`` in ``folder`` (if any), the operator's.

    The operator's come first; one of the name of a shipped one stands in its place.

    Raises:
        QuirkFileError: a file cannot be read or holds a mistake, or a name comes twice.
    """
    text = (files("acs.cwmp") / SHIPPED).read_text(encoding="utf-8")
    shipped, serials = parse_quirks(text, SHIPPED)
    own: list[Entry] = []
    for path in _paths(folder):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QuirkFileError(f"{path}: cannot be read: {error}") from error
        entries, more = parse_quirks(text, str(path))
        for entry in entries:
            if any(entry.name == other.name for other in own):
                raise QuirkFileError(f"{path}: quirk {entry.name}: name: there is one already")
        own.extend(entries)
        serials = (*serials, *more)
    names = {entry.name for entry in own}
    return QuirkBook((*own, *(entry for entry in shipped if entry.name not in names)), serials)


def _paths(folder: str) -> list[Path]:
    if not folder:
        return []
    try:
        return sorted(path for path in Path(folder).iterdir() if path.suffix == ".toml")
    except OSError as error:
        raise QuirkFileError(f"{folder}: {error.strerror or error}") from error


def parse_quirks(text: str, path: str) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Entries and shared serial numbers of a file's text; ``path`` is for errors.

    Raises:
        QuirkFileError: it is not TOML or holds a mistake.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise QuirkFileError(f"{path}: not TOML: {error}") from error
    for key in raw:
        if key not in _TABLES:
            raise QuirkFileError(f"{path}: {key}: unknown key{_near(key, _TABLES)}")
    tables = raw.get("quirk", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise QuirkFileError(f"{path}: quirk: found no list of tables, allowed are [[quirk]]")
    entries = tuple(_entry(table, f"{path}: quirk {at}") for at, table in enumerate(tables, 1))
    names = [entry.name for entry in entries]
    for at, name in enumerate(names, 1):
        if name in names[: at - 1]:
            raise QuirkFileError(f"{path}: quirk {at} ({name}): name: there is one already")
    return entries, _serials(raw.get("shared_serials", []), path)


def _serials(found: object, path: str) -> tuple[str, ...]:
    try:
        serials = msgspec.convert(found, tuple[str, ...])
        # Conditions are checked where they are defined.
        msgspec.convert({"name": "serials", "why": "-", "oui": serials, "disabled": True}, Entry)
    except msgspec.ValidationError as error:
        what = str(error).removeprefix("oui: ")
        if what == str(error):
            what = f"found {found!r}, allowed is a list of patterns"
        raise QuirkFileError(f"{path}: shared_serials: {what}") from error
    return serials


def _entry(table: dict[str, Any], place: str) -> Entry:
    name = table.get("name")
    if isinstance(name, str):
        place = f"{place} ({name})"
    try:
        return msgspec.convert(table, Entry)
    except msgspec.ValidationError as error:
        raise QuirkFileError(f"{place}: {_explained(str(error), table)}") from error


def _explained(error: str, table: dict[str, Any]) -> str:
    unknown = _UNKNOWN.match(error)
    if unknown is not None:
        return f"{unknown['key']}: unknown key{_near(unknown['key'], _KEYS)}"
    missing = _MISSING.match(error)
    if missing is not None:
        return f"{missing['key']}: found nothing, allowed is {_ALLOWED[missing['key']]}"
    at = _PLACE.search(error)
    if at is None:  # our own words
        return error
    key = at["key"]
    return f"{key}: found {table.get(key)!r}, allowed is {_ALLOWED.get(key, _SWITCH)}"


def _near(key: str, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, allowed, 1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{hint}; allowed here: {', '.join(allowed)}"
