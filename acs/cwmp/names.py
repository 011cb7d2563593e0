"""Paths of parameters: instance numbers, patterns, order. What they mean is not known here."""

import re
from collections.abc import Collection, Iterable

_INSTANCE = re.compile(r"\.\d+(?=\.|$)")


def pattern_of(name: str) -> str:
    """A path with its instance numbers replaced by ``{i}``."""
    return _INSTANCE.sub(".{i}", name)


class Names:
    """A router's names, by those of ``patterns`` that they have."""

    def __init__(self, names: Iterable[str], patterns: Collection[str]) -> None:
        self.all = frozenset(names)
        self._found: dict[str, list[str]] = {}
        for name in self.all:
            pattern = pattern_of(name)
            if pattern in patterns:
                self._found.setdefault(pattern, []).append(name)
        for found in self._found.values():
            found.sort(key=natural)

    def of(self, pattern: str) -> list[str]:
        """The names of a pattern, by instance."""
        return self._found.get(pattern, [])

    def known(self, name: str) -> str:
        """The name if the router has it, else ""."""
        return name if name in self.all else ""


def natural(name: str) -> list[tuple[int, str]]:
    """A sort key: instance 2 comes before instance 10."""
    return [
        (int(part), "") if part.isdigit() and part.isascii() else (-1, part)
        for part in name.split(".")
    ]


def fill(pattern: str, name: str) -> str:
    """``pattern`` with the instance numbers that ``name`` has in the same places."""
    if not pattern:
        return ""
    numbers = iter([part for part in name.split(".") if part.isdigit()])
    return ".".join(next(numbers, "") if p == "{i}" else p for p in pattern.split("."))


def first_instance(name: str) -> str:
    """The first instance number in a path, "" if there is none."""
    return next((part for part in name.split(".") if part.isdigit()), "")
