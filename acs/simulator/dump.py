"""A simulated product from a dump of a real router's parameters, as CSV.

Columns: Parameter, Object, Writable, Value, Value type; more are ignored. Nothing is asked of
routers here.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from acs.secret_names import is_secret
from acs.simulator.equipment import rows_of
from acs.simulator.illness import Body
from acs.simulator.product import Leaves, Model, of
from acs.simulator.soap import Style
from acs.simulator.tree import Leaf

_COLUMNS = ("Parameter", "Object", "Writable", "Value", "Value type")
_ROOTS = ("Device.", "InternetGatewayDevice.")
_EMPTY = {"boolean": "0", "dateTime": "0001-01-01T00:00:00Z", "string": ""}
_NUMBERS = ("int", "unsignedInt", "long", "unsignedLong")
_INSTANCE = re.compile(r"\.\d+\.$")
_MOST = 100_000  # rows


class DumpError(ValueError):
    """The file is no dump of a router's parameters."""


def read_dump(text: str) -> Model:
    """A product that has the parameters of a dump.

    Raises:
        DumpError: columns are missing, there is no root object, or there are too many rows.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise DumpError(f"column {missing[0]!r} is missing; a dump has {', '.join(_COLUMNS)}")
    try:
        rows = [row for _, row in zip(range(_MOST + 1), reader, strict=False)]
    except csv.Error as error:
        raise DumpError(f"line {reader.line_num} is no CSV: {error}") from error
    rows = [{name: row[name] or "" for name in _COLUMNS} for row in rows]
    if len(rows) > _MOST:
        raise DumpError(f"more than {_MOST} rows")
    root = next((r for r in _ROOTS for row in rows if row["Parameter"].startswith(r)), None)
    if root is None:
        raise DumpError(f"no parameter is below {' or '.join(_ROOTS)}")
    return _model(rows, root)


def _model(rows: list[dict[str, str]], root: str) -> Model:
    inside = [row for row in rows if f"{row['Parameter']}.".startswith(root)]
    leaves = {row["Parameter"]: _leaf(row) for row in inside if row["Object"] != "true"}
    objects = {f"{row['Parameter']}.": row for row in inside if row["Object"] == "true"}
    told = {row["Parameter"]: row["Value"] for row in rows}
    info = f"{root}DeviceInfo."

    def say(name: str, *others: str, otherwise: str) -> str:
        found = (told.get(each, "") for each in (f"DeviceID.{name}", *(info + o for o in others)))
        return next((text for text in found if text), otherwise)

    def made(_model: Model, serial: str, _body: Body) -> Leaves:
        return {**leaves, **_own(root, serial, leaves)}

    return Model(
        manufacturer=say("Manufacturer", "Manufacturer", otherwise="Unknown"),
        oui=say("OUI", "ManufacturerOUI", otherwise="000000")[:6],
        product_class=say("ProductClass", "ProductClass", "ModelName", otherwise="Dump"),
        name=told.get(f"{info}ModelName") or "Dump",
        firmware=told.get(f"{info}SoftwareVersion") or "1.0",
        root=root,
        style=Style(),
        leaves=made,
        tables=dict(_tables(objects, leaves)),
        objects=tuple(objects),
    )


def serial_of(text: str) -> str:
    """The serial number in a dump; "" if there is none."""
    for row in csv.DictReader(io.StringIO(text)):
        name = row.get("Parameter") or ""
        if name == "DeviceID.SerialNumber" or name.endswith(".DeviceInfo.SerialNumber"):
            return (row.get("Value") or "").strip()
    return ""


def _leaf(row: Mapping[str, str]) -> Leaf:
    kind = (row["Value type"] or "xsd:string").rpartition(":")[2]
    name = row["Parameter"]
    return Leaf(kind, row["Value"] or "", row["Writable"] == "true", secret=is_secret(name))


def _own(root: str, serial: str, leaves: Leaves) -> Leaves:
    """What a router that lives says otherwise than its dump, and what it cannot do without."""
    info, server = f"{root}DeviceInfo.", f"{root}ManagementServer."
    found: Leaves = {f"{info}SerialNumber": Leaf("string", serial)}
    if f"{info}UpTime" in leaves:
        found[f"{info}UpTime"] = leaves[f"{info}UpTime"]._replace(source=of("sys.uptime"))
    for name in ("ParameterKey", "ConnectionRequestURL"):
        found[server + name] = Leaf("string", "")
    found[f"{server}ConnectionRequestUsername"] = Leaf("string", "", writable=True)
    found[f"{server}ConnectionRequestPassword"] = Leaf("string", "", writable=True, secret=True)
    return found


def _tables(
    objects: Mapping[str, Mapping[str, str]], leaves: Leaves
) -> Iterable[tuple[str, Leaves]]:
    """Tables that may be written, with what their first row has, empty."""
    by_table: dict[str, str] = {}
    for path in objects:
        if _INSTANCE.search(path):
            table = path[: path.rstrip(".").rindex(".") + 1]
            by_table.setdefault(table, path)
    for path, each in objects.items():  # tables that were empty when the dump was made
        if each["Writable"] == "true" and not _INSTANCE.search(path) and path not in by_table:
            yield path, rows_of(path)
    for table, first in by_table.items():
        if objects.get(table, {}).get("Writable") != "true":
            continue
        row = {
            name[len(first) :]: leaf._replace(source=_empty(leaf.kind))
            for name, leaf in leaves.items()
            if name.startswith(first) and not re.search(r"\.\d+\.", name[len(first) - 1 :])
        }
        yield table, row


def _empty(kind: str) -> str:
    return "0" if kind in _NUMBERS else _EMPTY.get(kind, "")
