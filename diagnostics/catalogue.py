"""The catalogue of vitals: what each metric is, in which unit, and how its readings behave.

Loaded once from ``vitals.tsv`` beside this file. What a reading means for a router's health is not
decided here.
"""

import csv
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

Kind = Literal["gauge", "counter", "state", "derived"]
Resets = Literal["boot", "usually", "persists"]

_TEXT_UNITS = frozenset({"enum", "string", "event", "id"})
_NARROW, _WIDE = 32, 64


class CatalogueError(ValueError):
    """The catalogue of vitals is not as it should be."""


class Vital(msgspec.Struct, frozen=True):
    """One metric of the catalogue.

    Attributes:
        id: never reused; stored samples are keyed by it.
        metric: its name, such as ``eth.fcs_err``.
        layer: the part of the service it belongs to.
        access: the access technology that has it, or ``all``.
        unit: unit of every reading.
        kind: ``counter`` only ever grows between resets; ``state`` is one of several words or
            conditions; ``derived`` was calculated by the collector.
        tr181: path patterns below ``Device.``, ``{i}`` stands for an instance.
        tr098: path patterns below ``InternetGatewayDevice.``.
        width: bits of a counter when all sources agree, else None (32 or 64).
        resets: ``boot`` at a restart only; ``usually`` at a restart as a rule, and silently when
            the interface goes administratively down; ``persists`` not at a restart (TR-181,
            DSL.Line.Stats: totals should continue across reboots). None for no counter.
        per_second: the fastest growth of a counter that is physically plausible as a mean.
        valid: lowest and highest reading that is one; beyond lies "no data" (-274 degrees in
            TR-181, TemperatureSensor.Value; speed 0; RSSI 0). None for text.
        healthy: the normal range in words.
        warn: the doubtful range in words.
        critical: the bad range in words.
        basis: where the ranges come from.
    """

    id: int
    metric: str
    layer: str
    access: str
    unit: str
    kind: Kind
    tr181: tuple[str, ...]
    tr098: tuple[str, ...]
    width: int | None
    resets: Resets | None
    per_second: float
    valid: tuple[float, float] | None
    healthy: str
    warn: str
    critical: str
    basis: str

    @property
    def is_text(self) -> bool:
        """Whether readings are words, not numbers."""
        return self.valid is None


def _paths(cell: str) -> tuple[str, ...]:
    return tuple(path for path in (part.strip() for part in cell.split(";")) if path)


def _width(cell: str) -> int | None:
    widths = {int(part.rpartition(":")[2]) for part in _paths(cell)}
    if not widths <= {_NARROW, _WIDE}:
        raise CatalogueError(f"unknown counter width in {cell!r}")
    return widths.pop() if len(widths) == 1 else None


def _vital(row: Mapping[str, str]) -> Vital:
    is_counter = row["kind"] == "counter"
    if row["kind"] not in get_args(Kind) or (row["resets"] in get_args(Resets)) != is_counter:
        raise CatalogueError(f"{row['metric']}: kind {row['kind']!r}, resets {row['resets']!r}")
    is_text = not row["valid_low"]
    if is_text != (row["kind"] == "state" and row["unit"] in _TEXT_UNITS):
        raise CatalogueError(f"{row['metric']}: a valid range is for numbers, and needed there")
    return Vital(
        id=int(row["id"]),
        metric=row["metric"],
        layer=row["layer"],
        access=row["access"],
        unit=row["unit"],
        kind=msgspec.convert(row["kind"], Kind),
        tr181=_paths(row["tr181"]),
        tr098=_paths(row["tr098"]),
        width=_width(row["counter_width"]),
        resets=msgspec.convert(row["resets"] or None, Resets | None),
        per_second=float(row["per_second"] or 0),
        valid=None if is_text else (float(row["valid_low"]), float(row["valid_high"])),
        healthy=row["healthy"],
        warn=row["warn"],
        critical=row["critical"],
        basis=row["thr_source"],
    )


def parse(text: str) -> dict[str, Vital]:
    """The catalogue of a table of tab-separated values.

    Raises:
        CatalogueError: a row contradicts itself, or a name or an id comes twice.
    """
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    vitals = [_vital(row) for row in rows]
    table = {vital.metric: vital for vital in vitals}
    if len(table) != len(vitals) or len({vital.id for vital in vitals}) != len(vitals):
        raise CatalogueError("a metric or an id comes twice")
    return table


CATALOGUE: Mapping[str, Vital] = MappingProxyType(
    parse((files(__package__) / "vitals.tsv").read_text(encoding="utf-8"))
)
BY_ID: Mapping[int, Vital] = MappingProxyType({vital.id: vital for vital in CATALOGUE.values()})
