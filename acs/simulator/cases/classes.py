"""The fault classes: how common each is, what is right for it, and what a reboot does to it.

What each looks like on a router is in the files beside this one.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from diagnostics.verdict import Action

ACCESSES = ("FTTB", "GPON", "xDSL", "DOCSIS", "LTE")
ACCESS_SHARES = (0.5, 0.2, 0.12, 0.12, 0.06)
"""Share of calls by access; proposed, those of an operator whose houses are mostly wired."""


class FaultClass(msgspec.Struct, frozen=True):
    """One class.

    Attributes:
        fault: its id, ``F01`` … ``F22``.
        access: the access technology that can have it, or ``all``.
        share: of the calls from such routers.
        right: the right action.
        acceptable: actions nearly as good.
        reboot_cures: probability that a reboot ends it.
        self_heal_hours: half-life when left alone, hours; None when it stays.
        name: what it is.
    """

    fault: str
    access: str
    share: float
    right: Action
    acceptable: tuple[Action, ...]
    reboot_cures: float
    self_heal_hours: float | None
    name: str


@cache
def fault_classes() -> Mapping[str, FaultClass]:
    """All classes by id."""
    text = (files("acs.simulator.cases") / "faults.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        row["fault"]: msgspec.convert(
            row
            | {
                "acceptable": row["acceptable"].split(),
                "self_heal_hours": row["self_heal_hours"] or None,
            },
            FaultClass,
            strict=False,
        )
        for row in rows
    }


@cache
def shares(access: str) -> tuple[tuple[FaultClass, ...], tuple[float, ...]]:
    """The classes that routers of this access can have, and their shares, which sum to 1."""
    possible = tuple(c for c in fault_classes().values() if c.access in ("all", access))
    total = sum(c.share for c in possible)
    return possible, tuple(c.share / total for c in possible)
