"""Writers of what the server calls and of what it is answered (TR-069 Amendment 6, A.3.2).

Members come in the order of the XML schema: some routers read them by their place. What the
standard leaves optional is in ``encoding_optional``.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from acs.cwmp import messages as m
from acs.cwmp.encoding_router import values
from acs.cwmp.markup import array, bare, call, flag, leaf, status, strings, struct
from acs.cwmp.structs import AttributeChange, ParameterAttributes

# --- parameters -----------------------------------------------------------------------------


def _get_names(message: m.GetParameterNames) -> str:
    return call(
        "GetParameterNames",
        leaf("ParameterPath", message.path),
        flag("NextLevel", message.next_level),
    )


def _names(message: m.GetParameterNamesResponse) -> str:
    structs = (
        struct("ParameterInfoStruct", leaf("Name", info.name), flag("Writable", info.writable))
        for info in message.parameters
    )
    return call(
        "GetParameterNamesResponse", array("ParameterList", "cwmp:ParameterInfoStruct", structs)
    )


@lru_cache(maxsize=1024)
def _get_values(names: tuple[str, ...]) -> str:
    # The same names go to every router of one model and firmware, again and again.
    return call("GetParameterValues", strings("ParameterNames", names))


def _set_values(message: m.SetParameterValues) -> str:
    key = leaf("ParameterKey", message.parameter_key)
    return call("SetParameterValues", values(message.parameters), key)


def _set_attributes(message: m.SetParameterAttributes) -> str:
    changes = array(
        "ParameterList", "cwmp:SetParameterAttributesStruct", map(_set, message.changes)
    )
    return call("SetParameterAttributes", changes)


def _set(change: AttributeChange) -> str:
    return struct(
        "SetParameterAttributesStruct",
        leaf("Name", change.name),
        flag("NotificationChange", change.notification is not None),
        leaf("Notification", change.notification or 0),
        flag("AccessListChange", change.access_list is not None),
        strings("AccessList", change.access_list or ()),
    )


def _attributes(message: m.GetParameterAttributesResponse) -> str:
    found = map(_attribute, message.attributes)
    return call(
        "GetParameterAttributesResponse",
        array("ParameterList", "cwmp:ParameterAttributeStruct", found),
    )


def _attribute(attributes: ParameterAttributes) -> str:
    return struct(
        "ParameterAttributeStruct",
        leaf("Name", attributes.name),
        leaf("Notification", attributes.notification),
        strings("AccessList", attributes.access_list),
    )


# --- objects --------------------------------------------------------------------------------


def _object(name: str) -> Callable[[Any], str]:
    return lambda message: call(
        name,
        leaf("ObjectName", message.object_name),
        leaf("ParameterKey", message.parameter_key),
    )


def _add_object_response(message: m.AddObjectResponse) -> str:
    return call(
        "AddObjectResponse",
        leaf("InstanceNumber", message.instance_number),
        leaf("Status", message.status),
    )


# --- downloads and reboots ---------------------------------------------------------------------


def source_of(message: m.Download | m.Upload | m.ScheduleDownload) -> tuple[str, ...]:
    """What all transfers begin with."""
    return (
        leaf("CommandKey", message.command_key),
        leaf("FileType", message.file_type),
        leaf("URL", message.url),
        leaf("Username", message.username),
        leaf("Password", message.password),
    )


def _download(message: m.Download) -> str:
    return call(
        "Download",
        *source_of(message),
        leaf("FileSize", message.file_size),
        leaf("TargetFileName", message.target_file_name),
        leaf("DelaySeconds", message.delay_seconds),
        leaf("SuccessURL", message.success_url),
        leaf("FailureURL", message.failure_url),
    )


def transfer_response(name: str) -> Callable[[Any], str]:
    """A writer of the answer to a transfer."""
    return lambda message: call(
        name,
        leaf("Status", message.status),
        leaf("StartTime", message.start_time),
        leaf("CompleteTime", message.complete_time),
    )


def key_of(name: str) -> Callable[[Any], str]:
    """A writer of a call that has a CommandKey and nothing else."""
    return lambda message: call(name, leaf("CommandKey", message.command_key))


WRITERS: Mapping[type[m.Message], Callable[[Any], str]] = {
    m.GetParameterNames: _get_names,
    m.GetParameterNamesResponse: _names,
    m.GetParameterValues: lambda message: _get_values(message.names),
    m.GetParameterValuesResponse: lambda message: call(
        "GetParameterValuesResponse", values(message.parameters)
    ),
    m.SetParameterValues: _set_values,
    m.SetParameterValuesResponse: status("SetParameterValuesResponse"),
    m.SetParameterAttributes: _set_attributes,
    m.SetParameterAttributesResponse: bare("SetParameterAttributesResponse"),
    m.GetParameterAttributes: lambda message: call(
        "GetParameterAttributes", strings("ParameterNames", message.names)
    ),
    m.GetParameterAttributesResponse: _attributes,
    m.AddObject: _object("AddObject"),
    m.AddObjectResponse: _add_object_response,
    m.DeleteObject: _object("DeleteObject"),
    m.DeleteObjectResponse: status("DeleteObjectResponse"),
    m.Download: _download,
    m.DownloadResponse: transfer_response("DownloadResponse"),
    m.Reboot: key_of("Reboot"),
    m.RebootResponse: bare("RebootResponse"),
}
