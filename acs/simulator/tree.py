"""The data model of one simulated router: names, values, what may be written.

Answers as TR-069 Amendment 6, A.3.2.1 to A.3.2.3 demand. No XML, no session.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from diagnostics.sample import Value

Snapshot = Mapping[str, Value]
Source = str | Callable[[Snapshot], object]

METHOD_NOT_SUPPORTED = 9000
INVALID_ARGUMENTS = 9003
INVALID_NAME = 9005
INVALID_TYPE = 9006
INVALID_VALUE = 9007
NOT_WRITABLE = 9008

_TEXTS = {
    METHOD_NOT_SUPPORTED: "Method not supported",
    INVALID_ARGUMENTS: "Invalid arguments",
    INVALID_NAME: "Invalid parameter name",
    INVALID_TYPE: "Invalid parameter type",
    INVALID_VALUE: "Invalid parameter value",
    NOT_WRITABLE: "Attempt to set a non-writable parameter",
}
_INTEGERS = ("int", "unsignedInt", "long", "unsignedLong")


class Leaf(NamedTuple):
    """One parameter: XML schema type, where its value comes from, whether the server may set it.

    A ``secret`` reads as empty (TR-181, ManagementServer.ConnectionRequestPassword).
    """

    kind: str
    source: Source
    writable: bool = False
    secret: bool = False


class ParameterFault(NamedTuple):
    """Why one parameter of SetParameterValues cannot be set."""

    name: str
    code: int

    @property
    def text(self) -> str:
        """The fault's text."""
        return _TEXTS[self.code]


class CallFaultError(Exception):
    """The router answers a call with this CWMP fault."""

    def __init__(self, code: int, parameters: Iterable[ParameterFault] = ()) -> None:
        super().__init__(_TEXTS[code])
        self.code = code
        self.parameters = tuple(parameters)


class Tree:
    """All parameters of one router.

    ``refused`` are prefixes that are listed by name and yet not readable, a fault met in the wild.
    """

    def __init__(
        self, leaves: Mapping[str, Leaf], *, refused: tuple[str, ...] = (), digits: bool = False
    ) -> None:
        self._leaves = dict(leaves)
        self._written: dict[str, str] = {}
        self._refused = refused
        self._truth = ("0", "1") if digits else ("false", "true")
        self._objects: dict[str, None] = {}
        for name in self._leaves:
            parts = name.split(".")
            for depth in range(1, len(parts)):
                self._objects.setdefault(".".join(parts[:depth]) + ".")

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of all leaves."""
        return tuple(self._leaves)

    def kind(self, name: str) -> str:
        """XML schema type of the leaf ``name``."""
        return self._leaves[name].kind

    def reset(self) -> None:
        """Forget what was written (FactoryReset)."""
        self._written.clear()

    def written(self, name: str) -> str:
        """The value last written to ``name``, secrets too; "" if none was."""
        return self._written.get(name, "")

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
        return [(name, name in self._leaves and self._leaves[name].writable) for name in below]

    def values(self, path: str, snapshot: Snapshot) -> list[tuple[str, str, str]]:
        """GetParameterValues (A.3.2.2) of one name: (name, type, value) each.

        Raises:
            CallFaultError: 9005 for an unknown or refused name.
        """
        if path in self._leaves:
            names = [path]
        elif path in self._objects or not path:
            names = [name for name in self._leaves if name.startswith(path)]
        else:
            raise CallFaultError(INVALID_NAME)
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
