"""Arguments of commands as the API takes them, by kind, with their limits.

Docstrings are the OpenAPI descriptions. Arguments that are left out are not sent on.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from acs.api.fields import Name, ParameterValue, ShortText
from acs.commands import GentleAction
from acs.cwmp.orders.diagnostic_tests import TestName

_Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Size = Annotated[int, Meta(ge=0, le=2**32 - 1)]
_Seconds = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Url = Annotated[str, Meta(min_length=1, max_length=2048, pattern=r"^[^\x00-\x20]*$")]
_Object = Annotated[str, Meta(min_length=2, max_length=256, pattern=r"^[^\x00]*\.$")]
_Path = Annotated[str, Meta(max_length=256, pattern=r"^[^\x00]*$")]


class _Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class NoArguments(_Arguments, frozen=True, kw_only=True):
    """There are none."""


class GentleArguments(_Arguments, frozen=True, kw_only=True):
    """What to do; the router's stored tree says with which parameter.

    Attributes:
        action: renew its DHCP lease, reset its PPP session, or reset its Wi-Fi.
    """

    action: GentleAction


class RotateArguments(_Arguments, frozen=True, kw_only=True):
    """The password is made up, and shown to nobody.

    Attributes:
        username: that the router is to log in with; empty: the one it has.
    """

    username: Annotated[str, Meta(max_length=256, pattern=r"^[^\x00-\x20\x7f]*$")] = ""


class GetArguments(_Arguments, frozen=True, kw_only=True):
    """What to read.

    Attributes:
        paths: full parameter names, or partial paths that end with a dot.
    """

    paths: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=500)]


class SetArguments(_Arguments, frozen=True, kw_only=True):
    """What to write, all of it or nothing.

    Attributes:
        values: full parameter names and their values.
        types: XML schema types of values whose type the router does not tell.
        read_back: read the values again afterwards.
    """

    values: Annotated[dict[Name, ParameterValue], Meta(min_length=1, max_length=500)]
    types: Annotated[dict[Name, Name], Meta(max_length=500)] | UnsetType = UNSET
    read_back: bool | UnsetType = UNSET


class NamesArguments(_Arguments, frozen=True, kw_only=True):
    """Names to list.

    Attributes:
        path: an object, ending with a dot, or a parameter; empty: everything.
        next_level: only the level below the path.
    """

    path: _Path
    next_level: bool = True


class TreeArguments(_Arguments, frozen=True, kw_only=True):
    """A subtree to read whole, names and values.

    Attributes:
        path: an object, ending with a dot; empty: everything.
    """

    path: _Path


class AttributeChangeBody(_Arguments, frozen=True, kw_only=True):
    """New attributes of a parameter, or of all below an object; what is left out stays.

    Attributes:
        name: of the parameter, or an object, ending with a dot.
        notification: 0 none, 1 passive, 2 active, 3 to 6 lightweight.
        access_list: who beside the server may write it, such as ``Subscriber``.
    """

    name: Name
    notification: Annotated[int, Meta(ge=0, le=6)] | UnsetType = UNSET
    access_list: Annotated[tuple[Name, ...], Meta(max_length=16)] | UnsetType = UNSET


class AttributesArguments(_Arguments, frozen=True, kw_only=True):
    """Attributes to read, or to change: one of both.

    Attributes:
        paths: whose attributes to read.
        changes: what to change.
    """

    paths: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    changes: (
        Annotated[tuple[AttributeChangeBody, ...], Meta(min_length=1, max_length=500)] | UnsetType
    ) = UNSET


class AddArguments(_Arguments, frozen=True, kw_only=True):
    """An object to add.

    Attributes:
        object: the table, ending with a dot.
        values: parameters of the new object, by names relative to it.
    """

    object: _Object
    values: Annotated[dict[Name, ParameterValue], Meta(max_length=200)] | UnsetType = UNSET


class DeleteArguments(_Arguments, frozen=True, kw_only=True):
    """An object to delete.

    Attributes:
        object: the instance, ending with a dot.
    """

    object: _Object


class DownloadArguments(_Arguments, frozen=True, kw_only=True):
    """A file for the router to fetch: one of this server's, or one at a URL.

    Attributes:
        file: id of a file of this server.
        url: where else it is.
        file_type: such as ``1 Firmware Upgrade Image``.
        username: at the URL.
        password: at the URL; it is never shown.
        file_size: bytes.
        target_file_name: what the router is to call it.
        delay: seconds that the router is to wait.
        expect_version: software version that the router should then name.
    """

    file: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    url: _Url | UnsetType = UNSET
    file_type: Name | UnsetType = UNSET
    username: ShortText | UnsetType = UNSET
    password: ShortText | UnsetType = UNSET
    file_size: _Size | UnsetType = UNSET
    target_file_name: ShortText | UnsetType = UNSET
    delay: _Seconds | UnsetType = UNSET
    expect_version: Name | UnsetType = UNSET

    def __repr__(self) -> str:
        return "DownloadArguments(redacted)"


class WindowBody(_Arguments, frozen=True, kw_only=True):
    """When a download may happen.

    Attributes:
        start: seconds from now.
        end: seconds from now.
        mode: ``1 At Any Time``, ``2 Immediately``, ``3 When Idle``, ``4 Confirmation Needed``.
        user_message: shown to the user who is to confirm.
        max_retries: -1 leaves their number to the router.
    """

    start: _Seconds
    end: _Count
    mode: Name | UnsetType = UNSET
    user_message: ShortText | UnsetType = UNSET
    max_retries: Annotated[int, Meta(ge=-1, le=2**31 - 1)] | UnsetType = UNSET


class ScheduleDownloadArguments(DownloadArguments, frozen=True, kw_only=True):
    """The same within one or two time windows.

    Attributes:
        windows: one or two.
    """

    windows: Annotated[tuple[WindowBody, ...], Meta(min_length=1, max_length=2)]

    def __repr__(self) -> str:
        return "ScheduleDownloadArguments(redacted)"


class UploadArguments(_Arguments, frozen=True, kw_only=True):
    """A file for the router to send, to this server or to a URL.

    Attributes:
        file_type: such as ``1 Vendor Configuration File`` or ``2 Vendor Log File``.
        url: where to; left out: to this server.
        username: at the URL.
        password: at the URL; it is never shown.
        delay: seconds that the router is to wait.
    """

    file_type: Name | UnsetType = UNSET
    url: _Url | UnsetType = UNSET
    username: ShortText | UnsetType = UNSET
    password: ShortText | UnsetType = UNSET
    delay: _Seconds | UnsetType = UNSET

    def __repr__(self) -> str:
        return "UploadArguments(redacted)"


class CancelTransferArguments(_Arguments, frozen=True, kw_only=True):
    """A transfer to give up.

    Attributes:
        command: id of the command that asked for it.
    """

    command: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[^\x00]*$")]


class ScheduleInformArguments(_Arguments, frozen=True, kw_only=True):
    """When the router is to call.

    Attributes:
        delay: seconds from now.
    """

    delay: _Count


class UnitBody(_Arguments, frozen=True, kw_only=True):
    """Software to install, update or uninstall (TR-069 Amendment 6, A.4.1.10).

    Attributes:
        kind: what to do.
        file: id of a file of this server.
        url: where else the software is.
        uuid: of the deployment unit.
        version: of the unit to update or uninstall.
        username: at the URL.
        password: at the URL; it is never shown.
        execution_env_ref: path of the execution environment.
    """

    kind: Literal["install", "update", "uninstall"]
    file: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    url: _Url | UnsetType = UNSET
    uuid: ShortText | UnsetType = UNSET
    version: ShortText | UnsetType = UNSET
    username: ShortText | UnsetType = UNSET
    password: ShortText | UnsetType = UNSET
    execution_env_ref: ShortText | UnsetType = UNSET

    def __repr__(self) -> str:
        return f"UnitBody(kind={self.kind!r}, redacted)"


class SoftwareArguments(_Arguments, frozen=True, kw_only=True):
    """Changes of the router's software units.

    Attributes:
        operations: in order.
    """

    operations: Annotated[tuple[UnitBody, ...], Meta(min_length=1, max_length=16)]


class DiagnosticArguments(_Arguments, frozen=True, kw_only=True):
    """A test that the router carries out; each takes some of the arguments.

    Attributes:
        test: which.
        host: to ping, to trace or to look up.
        url: to load from or to; left out: this server itself.
        server: name server to ask.
        count: how often to try.
        timeout: of each try, milliseconds.
        interval: between two tries, milliseconds.
        size: bytes of each try, or of an upload.
        port: of the echo server.
        max_hops: of a route.
        duration: of a load, seconds.
        connections: of a load, at once.
        dscp: DiffServ code point.
        interface: path of the interface to use, such as ``Device.IP.Interface.1``.
        protocol: of the Internet.
        gateway: the host is the router's first hop: the figures are then vitals.
        wan: number of the WANDevice whose line is tested (TR-098).
        parameters: any others of the test's object, by name.
    """

    test: TestName
    host: Name | UnsetType = UNSET
    url: _Url | UnsetType = UNSET
    server: Name | UnsetType = UNSET
    count: _Count | UnsetType = UNSET
    timeout: _Count | UnsetType = UNSET
    interval: _Count | UnsetType = UNSET
    size: _Count | UnsetType = UNSET
    port: Annotated[int, Meta(ge=1, le=65_535)] | UnsetType = UNSET
    max_hops: Annotated[int, Meta(ge=1, le=64)] | UnsetType = UNSET
    duration: Annotated[int, Meta(ge=1, le=999)] | UnsetType = UNSET
    connections: _Count | UnsetType = UNSET
    dscp: Annotated[int, Meta(ge=0, le=63)] | UnsetType = UNSET
    interface: Name | UnsetType = UNSET
    protocol: Literal["any", "ipv4", "ipv6"] | UnsetType = UNSET
    gateway: bool | UnsetType = UNSET
    wan: Annotated[int, Meta(ge=1, le=64)] | UnsetType = UNSET
    parameters: Annotated[dict[Name, ParameterValue], Meta(max_length=50)] | UnsetType = UNSET


class RpcArguments(_Arguments, frozen=True, kw_only=True):
    """Any call of the standard.

    Attributes:
        method: its name, such as ``GetRPCMethods``.
        arguments: by the standard's names.
    """

    method: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9]*$")]
    arguments: dict[str, Any] = {}
