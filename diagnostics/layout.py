"""How the readings of one router are laid out as columns of numbers. Private to the window.

Columns stand in the order counters, gauges, words; each stored as 32-bit floats, NaN for "no
reading". Nothing is judged here.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache

from diagnostics.catalogue import BY_ID, CATALOGUE, Vital
from diagnostics.counters import CounterRule

LEADING = 2
"""Numbers before the readings of a row: seconds since the window's base, seconds covered."""


class Layout:
    """The columns of one router's window.

    Attributes:
        ids: catalogue ids in column order, little-endian 16 bit.
        names: metrics in column order.
        known: the same as a set.
        index: metric to column.
        counters: metric and rule of each counter.
        gauges: metric, lowest and highest valid value of each gauge.
        words: metrics whose readings are words.
        row: packs a row: ``LEADING`` numbers, then the readings.
        readings: packs one 64-bit float for each counter.
    """

    __slots__ = (
        "counters",
        "gauges",
        "ids",
        "index",
        "known",
        "names",
        "readings",
        "row",
        "words",
    )

    def __init__(self, ids: bytes) -> None:
        vitals = [BY_ID[number] for number in struct.unpack(f"<{len(ids) // 2}H", ids)]
        self.ids = ids
        self.names = tuple(vital.metric for vital in vitals)
        self.known = frozenset(self.names)
        self.index = {name: column for column, name in enumerate(self.names)}
        self.counters = tuple((v.metric, CounterRule(v)) for v in vitals if v.kind == "counter")
        self.gauges = tuple(
            (v.metric, v.valid[0], v.valid[1]) for v in vitals if v.kind != "counter" and v.valid
        )
        self.words = tuple(v.metric for v in vitals if v.is_text)
        self.row = struct.Struct(f"<{LEADING + len(vitals)}f")
        self.readings = struct.Struct(f"<{len(self.counters)}d")

    @property
    def numeric(self) -> int:
        """How many columns are counters and gauges; they come first."""
        return len(self.counters) + len(self.gauges)


@lru_cache(maxsize=4096)
def layout_of(ids: bytes) -> Layout:
    """The layout of these ids; routers of one model and firmware share it.

    Raises:
        KeyError: an id is not in the catalogue.
    """
    return Layout(ids)


def widened(layout: Layout, metrics: Iterable[str]) -> Layout:
    """A layout that has ``metrics`` too; names that the catalogue does not know are left out."""
    names = layout.known.union(name for name in metrics if name in CATALOGUE)
    vitals = sorted((CATALOGUE[name] for name in names), key=_order)
    return layout_of(struct.pack(f"<{len(vitals)}H", *(vital.id for vital in vitals)))


def _order(vital: Vital) -> tuple[int, int]:
    return (0 if vital.kind == "counter" else 2 if vital.is_text else 1, vital.id)


EMPTY = layout_of(b"")
