"""Whether a text is a value of a type or of a syntax, and if not, what is allowed. Pure."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from acs.datamodel.table import Bounds, Syntax

_EMPTY = '""'
_SHOWN = 12  # values of an enumeration named in a sentence
_PATTERN_MAX = 1024  # characters that are matched against a pattern: longer ones take too long
_LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "int": (-(2**31), 2**31 - 1),
        "unsignedInt": (0, 2**32 - 1),
        "long": (-(2**63), 2**63 - 1),
        "unsignedLong": (0, 2**64 - 1),
    }
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


def is_type(kind: str) -> bool:
    """Whether values of this XML schema type can be checked."""
    return kind in _TYPES


def type_refusal(kind: str, text: str) -> str | None:
    """What a value of the type must be, if the text is none; None if it is, or it is not known."""
    check = _TYPES.get(kind)
    return check(text) if check is not None else None


def refusal(syntax: Syntax, text: str) -> str | None:
    """What is allowed, if the text is not; None if it is."""
    if syntax.items is None:
        return _one(syntax, text)
    items = [item.strip() for item in text.split(",")] if text.strip() else []
    if not syntax.items.count.holds(len(items)):
        return f"a list of {syntax.items.count} items, separated by commas"
    if syntax.items.sizes and not _any(syntax.items.sizes, len(text)):
        return f"a list of {_or(syntax.items.sizes)} characters in all"
    for item in items:
        allowed = _one(syntax, item)
        if allowed is not None:
            return f"a list, separated by commas, of items that are each {allowed}"
    return None


def allowed(syntax: Syntax) -> str:
    """What a syntax allows beside its type, in words; empty: nothing is said."""
    unit = "characters" if syntax.type in ("string", "any") else "bytes"
    said = [
        _or(syntax.ranges),
        f"{_or(syntax.sizes)} {unit}" if syntax.sizes else "",
        f"one of {', '.join(value or _EMPTY for value in syntax.values)}" if syntax.values else "",
        f"reported only: {', '.join(syntax.told)}" if syntax.told else "",
        f"matches {' or '.join(pattern or _EMPTY for pattern in syntax.patterns)}"
        if syntax.patterns
        else "",
    ]
    if syntax.items is not None and syntax.items.count != Bounds():
        said.append(f"{syntax.items.count} items")
    return "; ".join(each for each in said if each)


def _one(syntax: Syntax, text: str) -> str | None:
    kind = syntax.type
    wrong = type_refusal(kind, text)
    if wrong is not None:
        return wrong
    if syntax.values and text not in syntax.values and not text.startswith("X_"):
        # vendors may add values of their own (TR-106 Amendment 8, 3.3)
        return f"one of {_listed(syntax.values)}"
    if syntax.told and text in syntax.told:
        return "nothing that only the router itself may report"
    if kind in _LIMITS or kind == "decimal":
        number = float(text) if kind == "decimal" else int(text)
        if syntax.ranges and not _any(syntax.ranges, number):
            return f"a number, {_or(syntax.ranges)}"
    elif syntax.sizes and not _any(syntax.sizes, _length(kind, text)):
        unit = "characters" if kind in ("string", "any") else "bytes"
        return f"{_or(syntax.sizes)} {unit}"
    matched = len(text) > _PATTERN_MAX or any(re.fullmatch(p, text) for p in syntax.patterns)
    return None if matched or not syntax.patterns else f"what matches {_listed(syntax.patterns)}"


def _any(bounds: tuple[Bounds, ...], number: float) -> bool:
    return any(each.holds(number) for each in bounds)


def _or(bounds: tuple[Bounds, ...]) -> str:
    return " or ".join(map(str, bounds))


def _listed(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(value or _EMPTY for value in values[:_SHOWN]) + more


def _length(kind: str, text: str) -> int:
    if kind == "hexBinary":
        return len(text) // 2
    if kind == "base64":
        return len(base64.b64decode(text))
    return len(text)


def _integer(kind: str) -> Callable[[str], str | None]:
    low, high = _LIMITS[kind]
    says = f"a whole number of type {kind}, {low} to {high}"
    return lambda text: (
        None if _INTEGER.fullmatch(text) is not None and low <= int(text) <= high else says
    )


def _boolean(text: str) -> str | None:
    return None if text in ("0", "1", "true", "false") else "a boolean: true, false, 1 or 0"


def _decimal(text: str) -> str | None:
    return None if _DECIMAL.fullmatch(text) is not None else "a decimal number"


def _time(text: str) -> str | None:
    says = "a time such as 2026-03-01T00:00:00Z"
    found = _TIME.fullmatch(text)
    if found is None:
        return says
    try:
        datetime.fromisoformat(found[1])
    except ValueError:
        return says
    return None


def _base64(text: str) -> str | None:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return "base64"
    return None


def _hex(text: str) -> str | None:
    is_hex = re.fullmatch("(?:[0-9A-Fa-f]{2})*", text) is not None
    return None if is_hex else "pairs of hexadecimal digits"


def _anything(_text: str) -> str | None:
    return None


_TYPES: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "string": _anything,
        "any": _anything,
        **{kind: _integer(kind) for kind in _LIMITS},
        "boolean": _boolean,
        "decimal": _decimal,
        "dateTime": _time,
        "base64": _base64,
        "base64Binary": _base64,
        "hexBinary": _hex,
    }
)
