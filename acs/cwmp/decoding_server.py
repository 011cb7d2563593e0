"""Readers of what the server calls and of what it is answered (TR-069 Amendment 6, A.3.2).

The answers are a router's and read with patience; the calls are our own, read by simulated routers.
What the standard leaves optional is in ``decoding_optional``.
"""

from collections.abc import Callable, Mapping

from acs.cwmp import messages as m
from acs.cwmp.decoding_router import bare
from acs.cwmp.fields import (
    array_of,
    flag_of,
    members,
    number_of,
    parameter_values,
    strings_of,
    text_of,
    word_of,
)
from acs.cwmp.soap import Element
from acs.cwmp.structs import AttributeChange, ParameterAttributes
from acs.cwmp.tolerance import needed_number, parameter_names

# --- parameters -----------------------------------------------------------------------------


def _get_names(call: Element, notes: set[str]) -> m.GetParameterNames:
    fields = members(call, notes)
    path = word_of(fields, "ParameterPath", notes)
    return m.GetParameterNames(path, flag_of(fields, "NextLevel", notes))


def _names(call: Element, notes: set[str]) -> m.GetParameterNamesResponse:
    structs = array_of(members(call, notes), "ParameterList", "ParameterInfoStruct", notes)
    names, writable = [], []
    for struct in structs:
        parts = members(struct, notes)
        names.append(text_of(parts, "Name", notes))
        writable.append(flag_of(parts, "Writable", notes))
    return m.GetParameterNamesResponse(
        tuple(map(m.ParameterInfo, parameter_names(names, notes), writable))
    )


def _get_values(call: Element, notes: set[str]) -> m.GetParameterValues:
    return m.GetParameterValues(strings_of(members(call, notes), "ParameterNames", notes))


def _values(call: Element, notes: set[str]) -> m.GetParameterValuesResponse:
    return m.GetParameterValuesResponse(parameter_values(members(call, notes), notes))


def _set_values(call: Element, notes: set[str]) -> m.SetParameterValues:
    fields = members(call, notes)
    key = text_of(fields, "ParameterKey", notes)
    return m.SetParameterValues(parameter_values(fields, notes), key)


def _set_attributes(call: Element, notes: set[str]) -> m.SetParameterAttributes:
    fields = members(call, notes)
    structs = array_of(fields, "ParameterList", "SetParameterAttributesStruct", notes)
    return m.SetParameterAttributes(tuple(_set(struct, notes) for struct in structs))


def _set(struct: Element, notes: set[str]) -> AttributeChange:
    parts = members(struct, notes)
    notification, access_list = None, None
    if flag_of(parts, "NotificationChange", notes):
        notification = number_of(parts, "Notification", notes, 0)
    if flag_of(parts, "AccessListChange", notes):
        access_list = strings_of(parts, "AccessList", notes)
    return AttributeChange(word_of(parts, "Name", notes), notification, access_list)


def _get_attributes(call: Element, notes: set[str]) -> m.GetParameterAttributes:
    return m.GetParameterAttributes(strings_of(members(call, notes), "ParameterNames", notes))


def _attributes(call: Element, notes: set[str]) -> m.GetParameterAttributesResponse:
    fields = members(call, notes)
    found = []
    for struct in array_of(fields, "ParameterList", "ParameterAttributeStruct", notes):
        parts = members(struct, notes)
        found.append(
            ParameterAttributes(
                word_of(parts, "Name", notes),
                number_of(parts, "Notification", notes, 0),
                strings_of(parts, "AccessList", notes),
            )
        )
    return m.GetParameterAttributesResponse(tuple(found))


# --- objects --------------------------------------------------------------------------------


def _object(call: Element, notes: set[str]) -> tuple[str, str]:
    fields = members(call, notes)
    return word_of(fields, "ObjectName", notes), text_of(fields, "ParameterKey", notes)


def _add_object_response(call: Element, notes: set[str]) -> m.AddObjectResponse:
    fields = members(call, notes)
    instance = needed_number(text_of(fields, "InstanceNumber", notes), "InstanceNumber")
    return m.AddObjectResponse(instance, status_of(fields, notes))


def status_of(fields: Mapping[str, Element], notes: set[str]) -> int:
    """The Status of an answer."""
    # 1, "not yet applied", promises less than 0.
    return number_of(fields, "Status", notes, 1)


# --- downloads and reboots ---------------------------------------------------------------------


def source_of(fields: Mapping[str, Element], notes: set[str]) -> tuple[str, str, str, str, str]:
    """What all transfers begin with: key, file type, URL, user name and password."""
    return (
        word_of(fields, "CommandKey", notes),
        word_of(fields, "FileType", notes),
        word_of(fields, "URL", notes),
        text_of(fields, "Username", notes),
        text_of(fields, "Password", notes),
    )


def _download(call: Element, notes: set[str]) -> m.Download:
    fields = members(call, notes)
    return m.Download(
        *source_of(fields, notes),
        file_size=number_of(fields, "FileSize", notes, 0),
        target_file_name=text_of(fields, "TargetFileName", notes),
        delay_seconds=number_of(fields, "DelaySeconds", notes, 0),
        success_url=word_of(fields, "SuccessURL", notes),
        failure_url=word_of(fields, "FailureURL", notes),
    )


def transfer_response(call: Element, notes: set[str]) -> tuple[int, str, str]:
    """The answer to a transfer: status, start and completion."""
    fields = members(call, notes)
    start, complete = (word_of(fields, name, notes) for name in ("StartTime", "CompleteTime"))
    return status_of(fields, notes), start, complete


def key_of(call: Element, notes: set[str]) -> str:
    """The CommandKey of a call that has nothing else, or whose rest is read elsewhere."""
    return word_of(members(call, notes), "CommandKey", notes)


READERS: Mapping[str, Callable[[Element, set[str]], m.Message]] = {
    "GetParameterNames": _get_names,
    "GetParameterNamesResponse": _names,
    "GetParameterValues": _get_values,
    "GetParameterValuesResponse": _values,
    "SetParameterValues": _set_values,
    "SetParameterValuesResponse": lambda call, notes: m.SetParameterValuesResponse(
        status_of(members(call, notes), notes)
    ),
    "SetParameterAttributes": _set_attributes,
    "SetParameterAttributesResponse": bare(m.SetParameterAttributesResponse()),
    "GetParameterAttributes": _get_attributes,
    "GetParameterAttributesResponse": _attributes,
    "AddObject": lambda call, notes: m.AddObject(*_object(call, notes)),
    "AddObjectResponse": _add_object_response,
    "DeleteObject": lambda call, notes: m.DeleteObject(*_object(call, notes)),
    "DeleteObjectResponse": lambda call, notes: m.DeleteObjectResponse(
        status_of(members(call, notes), notes)
    ),
    "Download": _download,
    "DownloadResponse": lambda call, notes: m.DownloadResponse(*transfer_response(call, notes)),
    "Reboot": lambda call, notes: m.Reboot(key_of(call, notes)),
    "RebootResponse": bare(m.RebootResponse()),
}
