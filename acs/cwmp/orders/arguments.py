"""The arguments of every command kind, as types with their limits. Checked twice.

Once when a command is proposed, once when it goes out. What is done with them is the families'
business.

Where a URL may be left empty, the server puts a link of its own into the command before it goes
out. Times are seconds unless said otherwise.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from acs.commands import CommandKind, GentleAction
from acs.cwmp.orders import file_arguments as files
from acs.cwmp.orders.diagnostic_tests import PROTOCOLS, TESTS, TestName
from acs.cwmp.orders.limits import (
    NAME_MAX,
    OBJECT,
    PRINTABLE,
    TEST_SCHEMES,
    ArgumentError,
    Count,
    Name,
    ObjectPath,
    Paths,
    Scalar,
    Text,
    Url,
    check_leaves,
    check_types,
    check_url,
    parse,
)

__all__ = ["ARGUMENTS", "ArgumentError", "parse"]


class _Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Reboot(_Arguments, frozen=True, kw_only=True):
    """``complaint``: what the reboot is to help against; filled in by the server."""

    complaint: dict[str, Any] = {}


class Gentle(_Arguments, frozen=True, kw_only=True):
    """``action``: what is to be done.

    ``path`` and ``value`` are filled in by the server from the router's tree, and ``complaint``,
    what it is to help against.
    """

    action: GentleAction
    path: Annotated[str, Meta(max_length=NAME_MAX, pattern=PRINTABLE)] = ""
    value: Literal["true", "1"] = "true"
    complaint: dict[str, Any] = {}


class Nothing(_Arguments, frozen=True, kw_only=True):
    """Kinds ``refresh`` and ``factory_reset`` take nothing."""


class Get(_Arguments, frozen=True, kw_only=True):
    """``paths``: parameters, or objects, which end with a dot."""

    paths: Paths


class Set(_Arguments, frozen=True, kw_only=True):
    """``values`` by path; ``types`` by path where the router is not to be asked for them.

    The values are read back afterwards unless ``read_back`` is false.
    """

    values: Annotated[dict[Name, Scalar], Meta(min_length=1)]
    types: dict[Name, str] = {}
    read_back: bool = True

    def __post_init__(self) -> None:
        check_leaves(self.values)
        check_types(self.types, self.values)


class Rotate(_Arguments, frozen=True, kw_only=True):
    """``username``: that the router is to log in with; empty: the one it has."""

    username: Annotated[str, Meta(max_length=256, pattern=PRINTABLE)] = ""


class Names(_Arguments, frozen=True, kw_only=True):
    """``path`` may be empty, an object or a parameter (TR-069 Amendment 6, A.3.2.3)."""

    path: Annotated[str, Meta(max_length=NAME_MAX, pattern=PRINTABLE)] = ""
    next_level: bool = False

    def __post_init__(self) -> None:
        if self.next_level and self.path and not self.path.endswith("."):
            raise ValueError(f"path: found {self.path!r}; with next_level it ends with a dot")


class Tree(_Arguments, frozen=True, kw_only=True):
    """``path``: an object, or empty for all that the router has."""

    path: Annotated[str, Meta(max_length=NAME_MAX, pattern=rf"^$|{OBJECT}")] = ""


class Attributes(_Arguments, frozen=True, kw_only=True):
    """``paths`` to read, or ``changes`` to make."""

    paths: tuple[Name, ...] = ()
    changes: tuple["Change", ...] = ()

    def __post_init__(self) -> None:
        if bool(self.paths) == bool(self.changes):
            raise ValueError("one of paths and changes is needed")


class Change(_Arguments, frozen=True, kw_only=True):
    """Attributes of one parameter or object; None leaves one as it is (A.3.2.4)."""

    name: Name
    notification: Annotated[int, Meta(ge=0, le=6)] | None = None
    access_list: tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...] | None = None

    def __post_init__(self) -> None:
        if self.notification is None and self.access_list is None:
            raise ValueError(f"{self.name}: a notification or an access_list is needed")


class Add(_Arguments, frozen=True, kw_only=True):
    """``object``: the table; ``values`` of the new instance, by path below it."""

    object: ObjectPath
    values: dict[Name, Scalar] = {}

    def __post_init__(self) -> None:
        check_leaves(self.values)


class Delete(_Arguments, frozen=True, kw_only=True):
    """``object``: the instance; its last part is a number or an [alias]."""

    object: ObjectPath

    def __post_init__(self) -> None:
        last = self.object[:-1].rpartition(".")[2]
        if not (last.isdecimal() or (last.startswith("[") and last.endswith("]"))):
            raise ValueError(
                f"object: found {self.object!r}, allowed is an instance, as in “Host.3.”"
            )


class ScheduleInform(_Arguments, frozen=True, kw_only=True):
    """``delay`` until the router informs (A.4.1.4)."""

    delay: Count


class Rpc(_Arguments, frozen=True, kw_only=True):
    """``method`` and ``arguments`` by their names in TR-069, or in snake case."""

    method: Annotated[str, Meta(min_length=1, max_length=64)]
    arguments: dict[str, Any] = {}


class Diagnostic(_Arguments, frozen=True, kw_only=True):
    """A test; which of the rest it takes is said in ``diagnostic_tests``.

    Attributes:
        host: to ping, trace, look up; url: to load from or to, empty: the server itself.
        timeout: ms, of one try; interval: ms between two; size: bytes of a try or of an upload.
        gateway: the host is the router's first hop, so that the figures are vitals.
        wan: number of the WANDevice whose line is tested (TR-098).
        parameters: any others of the test's object, by name.
    """

    test: TestName
    host: Text = ""
    url: Url = ""
    server: Text = ""
    count: Count | None = None
    timeout: Count | None = None
    interval: Count | None = None
    size: Count | None = None
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    max_hops: Annotated[int, Meta(ge=1, le=64)] | None = None
    duration: Annotated[int, Meta(ge=1, le=999)] | None = None
    connections: Count | None = None
    dscp: Annotated[int, Meta(ge=0, le=63)] | None = None
    interface: Text = ""
    protocol: str = ""
    gateway: bool = False
    wan: Annotated[int, Meta(ge=1, le=64)] = 1
    parameters: dict[Name, Scalar] = {}

    def __post_init__(self) -> None:
        test = TESTS[self.test]
        given = [name for name in ARGUMENTS_OF_TESTS if getattr(self, name) not in ("", None)]
        odd = [name for name in given if name not in test.arguments]
        if odd:
            allowed = ", ".join(test.arguments) or "none"
            raise ValueError(f"{odd[0]}: {self.test} has no such argument, allowed are {allowed}")
        for name in test.needs:
            if name not in given:
                raise ValueError(f"{name}: {self.test} needs it")
        if self.protocol and self.protocol not in PROTOCOLS:
            allowed = ", ".join(PROTOCOLS)
            raise ValueError(f"protocol: found {self.protocol!r}, allowed are {allowed}")
        check_url(self.url, TEST_SCHEMES)
        check_leaves(self.parameters)


ARGUMENTS_OF_TESTS = tuple(
    name
    for name in Diagnostic.__struct_fields__
    if name not in ("test", "gateway", "wan", "parameters")
)
ARGUMENTS: Mapping[CommandKind, type[msgspec.Struct]] = MappingProxyType(
    {
        "reboot": Reboot,
        "gentle": Gentle,
        "refresh": Nothing,
        "get": Get,
        "set": Set,
        "names": Names,
        "tree": Tree,
        "attributes": Attributes,
        "add": Add,
        "delete": Delete,
        "download": files.Download,
        "upload": files.Upload,
        "schedule_download": files.ScheduleDownload,
        "cancel_transfer": files.CancelTransfer,
        "factory_reset": Nothing,
        "schedule_inform": ScheduleInform,
        "software": files.Software,
        "diagnostic": Diagnostic,
        "rotate_credentials": Rotate,
        "rpc": Rpc,
    }
)
