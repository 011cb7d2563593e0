"""Which interface of a device counts: its WAN, or the port that a subscriber hangs on.

Pure: rows of IF-MIB in, one of them out. Asking for them is not done here.
"""

import re
from collections.abc import Sequence

import msgspec

from agents.snmp.profiles import Choice

UP = 1
_LOOPBACK, _TUNNEL, _BRIDGE = 24, 131, 209
_NEVER = frozenset({_LOOPBACK, _TUNNEL, _BRIDGE})  # IANAifType-MIB


class Interface(msgspec.Struct, frozen=True):
    """A row of ifTable and ifXTable (RFC 2863), with what an old device lacks left empty."""

    index: int
    name: str = ""
    descr: str = ""
    alias: str = ""
    type: int = 0
    oper_status: int = 0

    @property
    def label(self) -> str:
        """What it is known by: ifName, else ifDescr. It stays when indices move."""
        return self.name or self.descr


def choose(
    rows: Sequence[Interface], choice: Choice, *, wanted: str = "", route: int | None = None
) -> tuple[Interface | None, str]:
    """The interface that counts, and why, or why none does.

    Args:
        rows: all there are.
        choice: the profile's wishes.
        wanted: the one that the target names, by ifName, ifDescr, ifAlias or "#" and its index.
        route: ifIndex of the default route, if the device tells.
    """
    if wanted:
        return _wanted(rows, wanted)
    for pattern in choice.names:
        found = [row for row in rows if _is_named(row, pattern)]
        if found:
            best = min(found, key=lambda row: (row.oper_status != UP, row.index))
            return best, f"{best.label} is named like {pattern}"
    if choice.only_named:
        return None, "no interface is named like " + ", ".join(choice.names)
    for row in rows:
        if row.index == route and row.type not in _NEVER:
            return row, f"the default route leaves by {row.label}"
    usable = [row for row in rows if row.type not in _NEVER and _is_allowed(row, choice)]
    in_use = [row for row in usable if row.oper_status == UP]
    if len(in_use) == 1:
        return in_use[0], f"{in_use[0].label} is the only one that is up"
    return None, f"{len(in_use)} interfaces are up and nothing tells which is the WAN"


def _wanted(rows: Sequence[Interface], wanted: str) -> tuple[Interface | None, str]:
    for field in ("name", "descr", "alias"):
        found = [row for row in rows if getattr(row, field) == wanted]
        if len(found) == 1:
            return found[0], f"{wanted} is the target's"
        if found:
            return None, f"{len(found)} interfaces are called {wanted}"
    if wanted.startswith("#") and wanted[1:].isdigit():
        for row in rows:
            if row.index == int(wanted[1:]):
                return row, f"{wanted} is the target's"
    return None, f"there is no interface {wanted}"


def _is_named(row: Interface, pattern: str) -> bool:
    return any(re.search(pattern, text) for text in (row.name, row.descr, row.alias) if text)


def _is_allowed(row: Interface, choice: Choice) -> bool:
    return not choice.types or row.type in choice.types
