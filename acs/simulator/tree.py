"""The data model of one simulated router: names, values, what may be written.

Answers as TR-069 Amendment 6, A.3.2.1 to A.3.2.3 demand. No XML, no session.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from acs.simulator.faults import (
    INVALID_ARGUMENTS,
    INVALID_NAME,
    INVALID_TYPE,
    INVALID_VALUE,
    NOT_WRITABLE,
    REQUEST_DENIED,
    CallFaultError,
    ParameterFault,
)
from diagnostics.sample import Value

Snapshot = Mapping[str, Value]
Source = str | Callable[[Snapshot], object]

_INTEGERS = ("int", "unsignedInt", "long", "unsignedLong")


class Leaf(NamedTuple):
    """One parameter: XML schema type, where its value comes from, whether the server may set it.

    A ``secret`` reads as empty (TR-181, ManagementServer.ConnectionRequestPassword).
    """

    kind: str
    source: Source
    writable: bool = False
    secret: bool = False


class Attributes(NamedTuple):
    """Who is told of a parameter's changes (0 nobody, 1 passive, 2 active), and who may write."""

    notification: int = 0
    access_list: tuple[str, ...] = ("Subscriber",)


class Tree:
    """All parameters of one router.

    Args:
        leaves: by path.
        refused: prefixes that are listed by name and yet not readable, a fault met in the wild.
        digits: booleans are written 0 and 1.
        tables: what each row of a table has that rows can be added to, by the table's path.
        objects: other objects, which may be empty.
    """

    def __init__(
        self,
        leaves: Mapping[str, Leaf],
        *,
        refused: tuple[str, ...] = (),
        digits: bool = False,
        tables: Mapping[str, Mapping[str, Leaf]] = {},
        objects: Iterable[str] = (),
    ) -> None:
        self._made_with = dict(leaves), tuple(objects)
        self._refused = refused
        self._truth = ("0", "1") if digits else ("false", "true")
        self._tables = dict(tables)
        self.reset()

    def reset(self) -> None:
        """Be as it was made: what was written and added is gone (FactoryReset)."""
        leaves, objects = self._made_with
        self._leaves = dict(leaves)
        self._written: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._attributes: dict[str, Attributes] = {}
        self._objects: dict[str, None] = {}
        for name in (*self._leaves, *objects, *self._tables):
            self._add_objects(name)

    def _add_objects(self, name: str) -> None:
        parts = name.split(".")
        for depth in range(1, len(parts)):
            self._objects.setdefault(".".join(parts[:depth]) + ".")

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of all leaves."""
        return tuple(self._leaves)

    def has(self, name: str) -> bool:
        """Whether there is such a leaf."""
        return name in self._leaves

    def kind(self, name: str) -> str:
        """XML schema type of the leaf ``name``."""
        return self._leaves[name].kind

    def written(self, name: str) -> str:
        """The value last written to ``name``, secrets too; "" if none was."""
        return self._written.get(name, "")

    def text(self, name: str) -> str:
        """A leaf's value, "" if there is none or it depends on the router's state."""
        leaf = self._leaves.get(name)
        if name in self._written or leaf is None or not isinstance(leaf.source, str):
            return self._written.get(name, "")
        return leaf.source

    def settings(self) -> list[tuple[str, str]]:
        """What was written, without secrets, in the order of the tree."""
        return [
            (name, self._written[name])
            for name, leaf in self._leaves.items()
            if name in self._written and not leaf.secret
        ]

    def install(self, name: str, value: str) -> None:
        """Have a leaf this value for good: a factory reset does not change it."""
        for leaves in (self._leaves, self._made_with[0]):
            if name in leaves:
                leaves[name] = leaves[name]._replace(source=value)
        self._written.pop(name, None)

    def put(self, name: str, value: str) -> None:
        """Set a value from inside the router."""
        self._written[name] = value

    def infos(self, path: str, *, next_level: bool) -> list[tuple[str, bool]]:
        """GetParameterNames (A.3.2.3): names with their writability; objects end with ".".

        Raises:
            CallFaultError: 9005 for an unknown path, 9003 for a leaf with ``next_level``.
        """
        if path and not path.endswith("."):
            if path not in self._leaves:
                raise CallFaultError(INVALID_NAME)
            if next_level:
                raise CallFaultError(INVALID_ARGUMENTS)
            return [(path, self._leaves[path].writable)]
        if path and path not in self._objects:
            raise CallFaultError(INVALID_NAME)
        below = [
            name
            for name in (*self._objects, *self._leaves)
            if name.startswith(path) and not (next_level and name == path)
        ]
        if next_level:
            below = [name for name in below if "." not in name[len(path) :].rstrip(".")]
        return [(name, self._is_writable(name)) for name in below]

    def _is_writable(self, name: str) -> bool:
        leaf = self._leaves.get(name)
        if leaf is not None:
            return leaf.writable
        return name in self._tables or f"{name[:-1].rpartition('.')[0]}." in self._tables

    # --- rows of tables (A.3.2.6, A.3.2.7) ----------------------------------------------------

    def add(self, table: str) -> int:
        """AddObject: the new instance's number; numbers are never used again.

        Raises:
            CallFaultError: 9005 for an unknown object, 9001 for one that takes no rows.
        """
        if table not in self._tables:
            raise CallFaultError(REQUEST_DENIED if table in self._objects else INVALID_NAME)
        return self.grow(table, self._tables[table])

    def grow(self, table: str, row: Mapping[str, Leaf]) -> int:
        """Add a row from inside the router."""
        number = max(self._numbers.get(table, 0), *self.instances(table), 0) + 1
        self._numbers[table] = number
        for name, leaf in row.items():
            self._leaves[f"{table}{number}.{name}"] = leaf
        for name in (*(f"{table}{number}.{name}" for name in row), f"{table}{number}."):
            self._add_objects(name)
        self._count(table)
        return number

    def remove(self, instance: str) -> None:
        """DeleteObject.

        Raises:
            CallFaultError: 9005 for an unknown instance, 9001 for one that must stay.
        """
        if instance not in self._objects:
            raise CallFaultError(INVALID_NAME)
        table = f"{instance[:-1].rpartition('.')[0]}."
        if table not in self._tables:
            raise CallFaultError(REQUEST_DENIED)
        self.cut(instance)

    def cut(self, instance: str) -> None:
        """Remove an object from inside the router."""
        for known in (self._leaves, self._objects, self._written, self._attributes):
            for name in [name for name in known if name.startswith(instance)]:
                del known[name]
        self._count(f"{instance[:-1].rpartition('.')[0]}.")

    def forget_numbers(self, table: str) -> None:
        """Have the next row of a table be the first again."""
        self._numbers.pop(table, None)

    def instances(self, table: str) -> list[int]:
        """Numbers of a table's rows."""
        inside = (name[len(table) :] for name in self._objects if name.startswith(table))
        below = {name.partition(".")[0] for name in inside if name}
        return sorted(int(number) for number in below if number.isdecimal())

    def _count(self, table: str) -> None:
        name = f"{table[:-1]}NumberOfEntries"
        if name in self._leaves:
            self._written[name] = f"{len(self.instances(table))}"

    # --- attributes (A.3.2.4, A.3.2.5) --------------------------------------------------------

    def attributes(self, path: str) -> list[tuple[str, Attributes]]:
        """GetParameterAttributes of one name.

        Raises:
            CallFaultError: 9005 for an unknown name.
        """
        return [(name, self._attributes.get(name, Attributes())) for name in self._below(path)]

    def mark(self, path: str, notification: int | None, access: tuple[str, ...] | None) -> None:
        """SetParameterAttributes of one name; None leaves as it is.

        Raises:
            CallFaultError: 9005 for an unknown name.
        """
        for name, old in self.attributes(path):
            self._attributes[name] = Attributes(
                old.notification if notification is None else notification,
                old.access_list if access is None else access,
            )

    def notified(self, least: int) -> list[str]:
        """Names whose changes are told, at least so urgently."""
        return [name for name, each in self._attributes.items() if each.notification >= least]

    def _below(self, path: str) -> list[str]:
        if path in self._leaves:
            return [path]
        if path and path not in self._objects:
            raise CallFaultError(INVALID_NAME)
        return [name for name in self._leaves if name.startswith(path)]

    # --- values ---------------------------------------------------------------------------------

    def values(self, path: str, snapshot: Snapshot) -> list[tuple[str, str, str]]:
        """GetParameterValues (A.3.2.2) of one name: (name, type, value) each.

        Raises:
            CallFaultError: 9005 for an unknown or refused name.
        """
        names = self._below(path)
        readable = [name for name in names if not name.startswith(self._refused or ("\0",))]
        if not readable and names:
            raise CallFaultError(INVALID_NAME)
        return [(name, self._leaves[name].kind, self._read(name, snapshot)) for name in readable]

    def _read(self, name: str, snapshot: Snapshot) -> str:
        leaf = self._leaves[name]
        if leaf.secret:
            return ""
        if name in self._written:
            return self._written[name]
        value = leaf.source if isinstance(leaf.source, str) else leaf.source(snapshot)
        if isinstance(value, bool):
            return self._truth[value]
        return str(value)

    def set(self, values: Iterable[tuple[str, str, str]]) -> None:
        """SetParameterValues (A.3.2.1) of (name, type, value): all of them or none.

        Raises:
            CallFaultError: 9003 with the reason of each parameter that cannot be set.
        """
        wanted = list(values)
        faults = [
            ParameterFault(name, code)
            for name, kind, value in wanted
            if (code := self._refusal(name, kind, value)) is not None
        ]
        names = [name for name, _kind, _value in wanted]
        faults += [
            ParameterFault(name, INVALID_ARGUMENTS)
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        if faults:
            raise CallFaultError(INVALID_ARGUMENTS, faults)
        for name, _kind, value in wanted:
            self._written[name] = value

    def _refusal(self, name: str, kind: str, value: str) -> int | None:
        leaf = self._leaves.get(name)
        if leaf is None:
            return INVALID_NAME
        if not leaf.writable:
            return NOT_WRITABLE
        if kind != leaf.kind:
            return INVALID_TYPE
        if leaf.kind == "boolean" and value not in ("0", "1", "false", "true"):
            return INVALID_VALUE
        if leaf.kind in _INTEGERS:
            digits = value.removeprefix("-")
            if not digits.isdecimal() or (leaf.kind.startswith("unsigned") and digits != value):
                return INVALID_VALUE
        return None
