"""Files of targets: CSV with a line of names. Pure; nothing is stored or asked."""

import csv
from collections.abc import Mapping
from typing import Any

import msgspec

from acs.identity import DeviceId, parts_of
from agents.targets import Target, TargetError, checked_target

_COLUMNS = Target.__struct_fields__
_PARTS = 3
_NEEDED = ("router_id", "address", "credential")


def read_targets(text: str) -> tuple[list[Target], list[str]]:
    """The targets of a file, and its bad lines, each as ``line: what is wrong``."""
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    names = rows.fieldnames or []
    unknown = [name for name in names if name not in _COLUMNS]
    missing = [name for name in _NEEDED if name not in names]
    if unknown or missing:
        what = f"unknown columns {unknown}" if unknown else f"no column {missing[0]}"
        return [], [f"1: {what}; allowed are {', '.join(_COLUMNS)}"]
    found: dict[tuple[str, str], Target] = {}
    faults: list[str] = []
    for row in rows:
        try:
            target = _target(row)
        except (TargetError, msgspec.ValidationError, ValueError) as error:
            faults.append(f"{rows.line_num}: {error}")
            continue
        key = (target.router_id, target.name)
        if key in found:
            faults.append(f"{rows.line_num}: {target.router_id} has two targets {target.name!r}")
        found[key] = target
    return list(found.values()), faults


def checked_row(target: Target) -> Target:
    """The target, if the router's id is one, too.

    Raises:
        TargetError: something of it cannot be.
    """
    parts = parts_of(target.router_id)
    padded = (*parts, *("",) * (_PARTS - len(parts)))
    if len(parts) > _PARTS or DeviceId("", *padded[:_PARTS]).router_id != target.router_id:
        raise TargetError(
            f"router_id: found {target.router_id!r}, allowed is OUI-ProductClass-SerialNumber, in "
            "each part all but letters, digits and _ percent-encoded"
        )
    return checked_target(target)


def _target(row: Mapping[str | Any, str | Any]) -> Target:
    if None in row or None in row.values():
        raise ValueError("another number of fields than the first line")
    given = {name: text.strip() for name, text in row.items() if text.strip()}
    for name in _NEEDED:
        if name not in given:
            raise ValueError(f"{name} is empty")
    # Texts become numbers and booleans where the type says so.
    return checked_row(msgspec.convert(given, Target, strict=False))
