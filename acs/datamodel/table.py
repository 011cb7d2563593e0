"""A compiled data model: which objects and parameters there are and what their values may be.

Plain values, as they are sent to the daemon and stored. How XML becomes one is elsewhere.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

TypeName = Literal[
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
    "any",
]
_NAME = re.compile(r"(?P<model>[A-Za-z_][\w-]*):(?P<major>\d{1,6})(?:\.(?P<minor>\d{1,6}))?")
_Text = Annotated[str, Meta(max_length=1024)]
_Path = Annotated[str, Meta(max_length=512)]
_Number = int | float


class ModelError(ValueError):
    """A compiled data model is not in order."""


class Bounds(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A range of numbers, or of lengths; None: no bound. Both ends are allowed."""

    low: _Number | None = None
    high: _Number | None = None

    def holds(self, number: float) -> bool:
        """Whether the number is within."""
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )

    def __str__(self) -> str:
        if self.low == self.high and self.low is not None:
            return f"{self.low}"
        if self.low is None:
            return f"at most {self.high}"
        return f"at least {self.low}" if self.high is None else f"{self.low} to {self.high}"


class Items(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The value is a list, separated by commas (TR-106 Amendment 8, 3.2.3).

    Attributes:
        count: how many items.
        sizes: characters of the whole; any of them will do.
    """

    count: Bounds = Bounds()
    sizes: Annotated[tuple[Bounds, ...], Meta(max_length=64)] = ()


class Syntax(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a value may be (TR-106 Amendment 8, A.2.3). Of several ranges any will do.

    Attributes:
        type: XML schema type of the value, or of each item of a list.
        ranges: of a number.
        sizes: characters of a string, bytes of base64 and hexBinary.
        values: that may be set; empty: any.
        told: values that the router may report and nobody may set.
        patterns: regular expressions of Python for the whole value; any of them will do.
        items: the value is a list.
    """

    type: TypeName
    ranges: Annotated[tuple[Bounds, ...], Meta(max_length=64)] = ()
    sizes: Annotated[tuple[Bounds, ...], Meta(max_length=64)] = ()
    values: Annotated[tuple[_Text, ...], Meta(max_length=2000)] = ()
    told: Annotated[tuple[_Text, ...], Meta(max_length=2000)] = ()
    patterns: Annotated[tuple[_Text, ...], Meta(max_length=64)] = ()
    items: Items | None = None


class ModelParameter(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A parameter: whether it may be set, and the number of its syntax."""

    writable: bool
    syntax: Annotated[int, Meta(ge=0)]


class ModelObject(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An object or, when its path ends with "{i}.", a table.

    Attributes:
        writable: rows may be added and deleted.
        parameters: by name.
    """

    writable: bool
    parameters: Annotated[dict[_Path, ModelParameter], Meta(max_length=2000)] = {}


class DataModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A compiled data model.

    Attributes:
        name: with its version, such as ``Device:2.19``.
        is_service: its objects are below ``Services.`` of whatever root a router has.
        syntaxes: each once; parameters name them by number.
        objects: by path, instances written "{i}"; "" is the root of a service.
        unresolved: what the files referred to and did not hold.
    """

    name: Annotated[str, Meta(max_length=128)]
    is_service: bool
    syntaxes: Annotated[tuple[Syntax, ...], Meta(max_length=20_000)]
    objects: Annotated[dict[_Path, ModelObject], Meta(max_length=20_000)]
    unresolved: Annotated[tuple[_Text, ...], Meta(max_length=1000)] = ()

    @property
    def count(self) -> int:
        """How many parameters there are."""
        return sum(len(each.parameters) for each in self.objects.values())

    def parameter(self, path: str) -> tuple[ModelParameter, Syntax] | None:
        """A parameter by its path with "{i}"; None if the model has none."""
        above, dot, name = path.rpartition(".")
        holder = self.objects.get(above + dot)
        found = holder.parameters.get(name) if holder is not None else None
        return None if found is None else (found, self.syntaxes[found.syntax])

    def below(self, path: str) -> list[tuple[str, ModelParameter, Syntax]]:
        """Parameters at or below a path, in order."""
        wanted = generic(path)
        return [
            (f"{above}{name}", found, self.syntaxes[found.syntax])
            for above, each in self.objects.items()
            if above.startswith(wanted) or wanted.startswith(above)
            for name, found in each.parameters.items()
            if _is_below(f"{above}{name}", wanted)
        ]


def generic(path: str) -> str:
    """A path with its instances as models write them: "{i}" for a number or an alias."""
    return ".".join(
        "{i}" if part.isdecimal() or (part.startswith("[") and part.endswith("]")) else part
        for part in path.split(".")
    )


def _is_below(path: str, above: str) -> bool:
    return path == above or (path.startswith(above) and (not above or above.endswith(".")))


def name_of(text: str) -> tuple[str, tuple[int, int]]:
    """A model's name and version apart: ("Device", (2, 19)).

    Raises:
        ModelError: it is no name of a model.
    """
    found = _NAME.fullmatch(text)
    if found is None:
        raise ModelError(f"{text!r} is no name of a data model, such as Device:2.19")
    return found["model"], (int(found["major"]), int(found["minor"] or 0))


def verify(model: DataModel) -> None:
    """See that what the types cannot say holds too.

    Raises:
        ModelError: a name, a syntax's number or a pattern is wrong.
    """
    name_of(model.name)
    for path, each in model.objects.items():
        if path and not path.endswith("."):
            raise ModelError(f"{path!r} is no path of an object: it ends with no dot")
        for name, parameter in each.parameters.items():
            if parameter.syntax >= len(model.syntaxes):
                raise ModelError(f"{path}{name} has syntax {parameter.syntax}, which is not there")
    for pattern in {p for syntax in model.syntaxes for p in syntax.patterns}:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise ModelError(f"the pattern {pattern!r} cannot be read: {error}") from error
