"""From XML to syntaxes: data types and their chains, facets, patterns (TR-106 Amendment 8, A.2.3).

A syntax that modifies another replaces its ranges, sizes and patterns, and adds to its values.
"""

import re
from typing import Any, cast

import msgspec

from acs.datamodel.documents import Document, Element, Library, children, local
from acs.datamodel.table import Bounds, Items, Syntax, TypeName

_TYPES = (
    "string",
    "int",
    "unsignedInt",
    "long",
    "unsignedLong",
    "boolean",
    "dateTime",
    "base64",
    "hexBinary",
    "decimal",
)
_GONE = "deleted"  # a value of the attribute ``status``
_DEEP = 32  # data types that rest on each other


class SyntaxReader:
    """Reads syntaxes of documents; what cannot be resolved is noted in the library.

    Args:
        library: resolves data types.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def read(self, document: Document, element: Element, base: Syntax | None = None) -> Syntax:
        """The syntax in an element ``syntax`` or ``dataType``, modifying ``base`` if given."""
        return self._read(document, element, base, 0)

    def _read(
        self, document: Document, element: Element, base: Syntax | None, depth: int
    ) -> Syntax:
        found = base
        for child in element:
            name = local(child)
            if name in _TYPES:
                same = found is not None and found.type == name
                start = found if same and found is not None else Syntax(cast("TypeName", name))
                if found is not None and not same:
                    start = msgspec.structs.replace(start, items=found.items)
                found = self._with_facets(document, start, child)
            elif name == "dataType" and child.get("ref"):
                start = self._named(document, child.get("ref", ""), depth)
                if found is not None:
                    start = msgspec.structs.replace(start, items=found.items or start.items)
                found = self._with_facets(document, start, child)
        found = found or Syntax("any")
        for child in children(element, "list"):
            found = msgspec.structs.replace(found, items=_items(child))
        return found

    def _named(self, document: Document, name: str, depth: int) -> Syntax:
        """A named data type."""
        if name in _TYPES:
            return Syntax(cast("TypeName", name))
        resolved = self._library.resolve(document, "dataType", name)
        if resolved is None:
            return Syntax("any")
        if depth > _DEEP:
            self._library.missing[f"dataType {name}: its bases go round in a circle"] = None
            return Syntax("any")
        home, element = resolved
        above = element.get("base")
        base = self._named(home, above, depth + 1) if above else None
        found = self._read(home, element, base, depth + 1)
        return self._with_facets(home, found, element)

    def _with_facets(self, document: Document, syntax: Syntax, element: Element) -> Syntax:
        changed: dict[str, Any] = {}
        if sizes := tuple(_bounds(e, "Length") for e in children(element, "size")):
            changed["sizes"] = sizes
        if ranges := tuple(_bounds(e, "Inclusive") for e in children(element, "range")):
            changed["ranges"] = ranges
        found = [e for e in children(element, "enumeration") if e.get("value") is not None]
        if found:
            changed |= _enumerated(syntax, found)
        if patterns := list(children(element, "pattern")):
            changed["patterns"] = self._patterns(document, patterns)
        return msgspec.structs.replace(syntax, **changed) if changed else syntax

    def _patterns(self, document: Document, elements: list[Element]) -> tuple[str, ...]:
        """All of them, or none: with one left out, what it allows would be refused."""
        read = []
        for each in elements:
            pattern = python_pattern(each.get("value", ""))
            if pattern is None:
                self._library.missing[
                    f"pattern {each.get('value', '')} in {document.file}: it is not checked"
                ] = None
                return ()
            read.append(pattern)
        return tuple(read)


def _enumerated(syntax: Syntax, elements: list[Element]) -> dict[str, tuple[str, ...]]:
    values = dict.fromkeys(syntax.values)
    told = dict.fromkeys(syntax.told)
    for each in elements:
        value = each.get("value", "")
        values.pop(value, None)
        told.pop(value, None)
        if each.get("status") == _GONE:
            continue
        (told if each.get("access") == "readOnly" else values)[value] = None
    return {"values": tuple(values), "told": tuple(told)}


def _items(element: Element) -> Items:
    count = _bounds(element, "Items")
    sizes = tuple(_bounds(e, "Length") for e in children(element, "size"))
    return Items(Bounds(count.low or None, count.high), sizes)


def _bounds(element: Element, what: str) -> Bounds:
    return Bounds(_number(element.get(f"min{what}")), _number(element.get(f"max{what}")))


def _number(text: str | None) -> int | float | None:
    if text is None or not text.strip() or text.strip() == "unbounded":
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


_NAME_CHARACTERS = {"\\i": "[A-Za-z_:]", "\\c": "[A-Za-z0-9_:.-]"}


def python_pattern(pattern: str) -> str | None:
    """A regular expression of XML Schema as one of Python; None if it cannot be had."""
    pieces: list[str] = []
    inside = False  # of [...]
    index = 0
    while index < len(pattern):
        char = pattern[index]
        pair = pattern[index : index + 2]
        if char == "\\":
            if pair[1:] in ("p", "P", "I", "C", "") or (inside and pair in _NAME_CHARACTERS):
                return None
            pieces.append(_NAME_CHARACTERS.get(pair, pair))
            index += 2
            continue
        if inside and (char == "[" or (char == "-" and pair == "-[")):
            return None  # a subtraction of classes
        if char in "[]":
            inside = char == "["
        elif char in "^$" and not inside:
            char = f"\\{char}"
        elif pair == "(?":
            return None
        pieces.append(char)
        index += 1
    made = "".join(pieces)
    try:
        re.compile(made)
    except (re.error, RecursionError, OverflowError):
        return None
    return made
