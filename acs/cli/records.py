"""Raw records as CSV (RFC 4180) for spreadsheets and scripts. No command's own columns.

Values are the API's own, not formatted for people; only what a spreadsheet or a terminal would
obey is made harmless.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what spreadsheets take for the start of one
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
Record = Mapping[str, Any]


def as_csv(value: object) -> str:
    """A document of the API as CSV: a heading line with the fields' names, CR LF after each line.

    A list has a line for each record; what is nested in one stays JSON in its cell, so that a list
    has the same columns whatever is in it. A document around a list (``items``) is that list. Any
    other document is one line, and what is nested in it has columns named by the path, joined with
    dots. An empty list is no line at all: its columns are not known.

    Text that begins with ``=``, ``+``, ``-`` or ``@`` gets an apostrophe in front, so that no
    spreadsheet computes it (numbers stay as they are); control characters are written as in JSON.
    """
    records = list(_records(msgspec.to_builtins(value)))
    columns = list(dict.fromkeys(name for record in records for name in record))
    out = io.StringIO()
    writer = csv.writer(out)  # the dialect excel: CR LF, quotes where needed
    if columns:
        writer.writerow(map(_text, columns))
    writer.writerows([_cell(record.get(name)) for name in columns] for record in records)
    return out.getvalue()


def _records(value: object) -> Iterable[Record]:
    if isinstance(value, Mapping):
        inside = value.get("items")
        if not isinstance(inside, list | tuple):
            return [dict(_flat(value, ""))]
        value = inside
    if not isinstance(value, list | tuple):
        return [{"value": value}]
    return [each if isinstance(each, Mapping) else {"value": each} for each in value]


def _flat(record: Record, above: str) -> Iterable[tuple[str, object]]:
    for name, value in record.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    text = msgspec.json.encode(value).decode()
    return _CONTROL.sub(_escaped, text)


def _text(text: str) -> str:
    safe = _CONTROL.sub(_escaped, text)
    return f"'{safe}" if text.startswith(_FORMULA) else safe


def _escaped(hit: re.Match[str]) -> str:
    return f"\\u{ord(hit[0]):04x}"
