"""Trees of elements to messages: the general way, for every message and every tolerated shape.

Order, sessions and replies are no matter of this; neither are bytes.
"""

from collections.abc import Callable, Mapping

from acs.cwmp import messages as m
from acs.cwmp.envelope import Opened, namespace_of, open_envelope
from acs.cwmp.fields import array_of, members, number_of, text_of, value_of
from acs.cwmp.soap import XML_SPACE, Element
from acs.cwmp.tolerance import (
    boolean,
    device,
    event,
    method,
    needed_number,
    parameter_names,
    value_type,
)
from acs.facts import Event

_INTERNAL_ERROR = 9002  # TR-069 Amendment 6, A.5.1


def read_envelope(root: Element, notes: set[str]) -> m.Envelope:
    """The message in a parsed SOAP envelope; ``notes`` collects the oddities met.

    Raises:
        MalformedMessage: it is no CWMP message, or lacks what nothing can stand for.
    """
    opened = open_envelope(root, notes)
    call = _call(opened, notes)
    namespace = namespace_of(opened, call, notes)
    if call is None:
        notes.add("empty-body")
        return m.Envelope(m.Empty(), opened.id, namespace, tuple(sorted(notes)))
    return m.Envelope(read_call(call, notes), opened.id, namespace, tuple(sorted(notes)))


def knows(name: str) -> bool:
    """Whether a call of this name is one of ``messages``."""
    return name in _READERS


def read_call(call: Element, notes: set[str]) -> m.Message:
    """The message in the element of a call.

    Raises:
        MalformedMessage: it lacks what nothing can stand for.
    """
    reader = _READERS.get(call.name)
    return reader(call, notes) if reader else m.Unknown(method(call.name, notes))


def _call(opened: Opened, notes: set[str]) -> Element | None:
    calls = opened.body.children
    if len(calls) > 1:
        notes.add("several-calls")
    return calls[0] if calls else None


def _inform(call: Element, notes: set[str]) -> m.Inform:
    fields = members(call, notes)
    names = members(fields.get("DeviceId"), notes)
    manufacturer, oui, product_class, serial = (
        text_of(names, name, notes)
        for name in ("Manufacturer", "OUI", "ProductClass", "SerialNumber")
    )
    return m.Inform(
        device((manufacturer, oui, product_class, serial), notes),
        _events(array_of(fields, "Event", "EventStruct", notes), notes),
        number_of(fields, "MaxEnvelopes", notes, 1),
        text_of(fields, "CurrentTime", notes).strip(XML_SPACE),
        number_of(fields, "RetryCount", notes, 0),
        _values(fields, notes),
    )


def _events(structs: list[Element], notes: set[str]) -> tuple[Event, ...]:
    found: list[Event | None] = []
    for struct in structs:
        codes = [value_of(part) for part in struct.children if part.name == "EventCode"] or [""]
        keys = [value_of(part) for part in struct.children if part.name == "CommandKey"]
        if not keys:
            notes.add("no-CommandKey")
        if len(codes) > 1 or len(keys) > 1:
            # Seen with one key for all codes. An event that got lost would be worse.
            notes.add("several-codes-in-event")
        found.extend(
            event(code, keys[min(place, len(keys) - 1)] if keys else "", notes)
            for place, code in enumerate(codes)
        )
    return tuple(one for one in found if one is not None)


def _values(fields: Mapping[str, Element], notes: set[str]) -> tuple[m.ParameterValue, ...]:
    structs = array_of(fields, "ParameterList", "ParameterValueStruct", notes)
    names, values, types = [], [], []
    for struct in structs:
        parts = members(struct, notes)
        names.append(text_of(parts, "Name", notes))
        values.append(text_of(parts, "Value", notes))
        types.append(_type(parts, notes))
    return tuple(map(m.ParameterValue, parameter_names(names, notes), values, types))


def _type(fields: Mapping[str, Element], notes: set[str]) -> str:
    name, value = fields.get("Name"), fields.get("Value")
    if name is not None and value_type(name) is not None:
        notes.add("type-on-name")
    written = value_type(value) if value is not None else ""
    if written is None:
        notes.add("value-without-type")
    return written or ""


def _transfer_complete(call: Element, notes: set[str]) -> m.TransferComplete:
    fields = members(call, notes)
    key = text_of(fields, "CommandKey", notes).strip(XML_SPACE)
    start, complete = (
        text_of(fields, name, notes).strip(XML_SPACE) for name in ("StartTime", "CompleteTime")
    )
    if "FaultStruct" not in fields:
        notes.add("no-FaultStruct")
        return m.TransferComplete(key, 0, "", start, complete)
    fault = members(fields["FaultStruct"], notes)
    # An unreadable code must not pass for success, which is 0.
    code = number_of(fault, "FaultCode", notes, _INTERNAL_ERROR)
    return m.TransferComplete(key, code, text_of(fault, "FaultString", notes), start, complete)


def _methods(call: Element, notes: set[str]) -> m.GetRPCMethodsResponse:
    strings = array_of(members(call, notes), "MethodList", "string", notes)
    return m.GetRPCMethodsResponse(tuple(value_of(member).strip(XML_SPACE) for member in strings))


def _names(call: Element, notes: set[str]) -> m.GetParameterNamesResponse:
    structs = array_of(members(call, notes), "ParameterList", "ParameterInfoStruct", notes)
    names, writable = [], []
    for struct in structs:
        parts = members(struct, notes)
        names.append(text_of(parts, "Name", notes))
        writable.append(boolean(text_of(parts, "Writable", notes), "Writable", notes))
    return m.GetParameterNamesResponse(
        tuple(map(m.ParameterInfo, parameter_names(names, notes), writable))
    )


def _values_response(call: Element, notes: set[str]) -> m.GetParameterValuesResponse:
    return m.GetParameterValuesResponse(_values(members(call, notes), notes))


def _status(call: Element, notes: set[str]) -> int:
    # 1, "not yet applied", promises less than 0.
    return number_of(members(call, notes), "Status", notes, 1)


def _add_object_response(call: Element, notes: set[str]) -> m.AddObjectResponse:
    fields = members(call, notes)
    instance = needed_number(text_of(fields, "InstanceNumber", notes), "InstanceNumber")
    return m.AddObjectResponse(instance, number_of(fields, "Status", notes, 1))


def _download_response(call: Element, notes: set[str]) -> m.DownloadResponse:
    fields = members(call, notes)
    start, complete = (
        text_of(fields, name, notes).strip(XML_SPACE) for name in ("StartTime", "CompleteTime")
    )
    return m.DownloadResponse(number_of(fields, "Status", notes, 1), start, complete)


def _fault(call: Element, notes: set[str]) -> m.Fault:
    fields = members(call, notes)
    detail = fields.get("detail") or fields.get("Detail")
    cwmp = detail.child("Fault") if detail is not None else None
    code, text = _soap_fault(fields)
    if cwmp is None:
        notes.add("plain-soap-fault")
        return m.Fault(0, text, (), code)
    inner = _fields_of_fault(cwmp, notes)
    string = text_of(inner, "FaultString", notes)
    if "FaultString" not in inner:
        string = text
    return m.Fault(
        number_of(inner, "FaultCode", notes, 0), string, _parameter_faults(cwmp, notes), code
    )


def _fields_of_fault(fault: Element, notes: set[str]) -> dict[str, Element]:
    # SetParameterValuesFault may come many times.
    head = Element(fault.tag, [])
    head.children = [part for part in fault.children if part.name != "SetParameterValuesFault"]
    return members(head, notes)


def _soap_fault(fields: Mapping[str, Element]) -> tuple[str, str]:
    # SOAP 1.1 has faultcode and faultstring, SOAP 1.2 Code/Value and Reason/Text.
    code = fields.get("faultcode") or _child(fields.get("Code"), "Value")
    text = fields.get("faultstring") or _child(fields.get("Reason"), "Text")
    return (
        value_of(code).strip(XML_SPACE).rpartition(":")[2] if code is not None else "",
        value_of(text) if text is not None else "",
    )


def _child(element: Element | None, name: str) -> Element | None:
    return element.child(name) if element is not None else None


def _parameter_faults(fault: Element, notes: set[str]) -> tuple[m.ParameterFault, ...]:
    found = []
    for part in fault.children:
        if part.name != "SetParameterValuesFault":
            continue
        fields = members(part, notes)
        name = text_of(fields, "ParameterName", notes).strip(XML_SPACE)
        code = number_of(fields, "FaultCode", notes, 0)
        found.append(m.ParameterFault(name, code, text_of(fields, "FaultString", notes)))
    return tuple(found)


def _get_names(call: Element, notes: set[str]) -> m.GetParameterNames:
    fields = members(call, notes)
    path = text_of(fields, "ParameterPath", notes).strip(XML_SPACE)
    next_level = boolean(text_of(fields, "NextLevel", notes), "NextLevel", notes)
    return m.GetParameterNames(path, next_level)


def _get_values(call: Element, notes: set[str]) -> m.GetParameterValues:
    strings = array_of(members(call, notes), "ParameterNames", "string", notes)
    return m.GetParameterValues(tuple(value_of(member).strip(XML_SPACE) for member in strings))


def _set_values(call: Element, notes: set[str]) -> m.SetParameterValues:
    fields = members(call, notes)
    return m.SetParameterValues(_values(fields, notes), text_of(fields, "ParameterKey", notes))


def _add_object(call: Element, notes: set[str]) -> m.AddObject:
    fields = members(call, notes)
    name = text_of(fields, "ObjectName", notes).strip(XML_SPACE)
    return m.AddObject(name, text_of(fields, "ParameterKey", notes))


def _reboot(call: Element, notes: set[str]) -> m.Reboot:
    return m.Reboot(text_of(members(call, notes), "CommandKey", notes).strip(XML_SPACE))


def _inform_response(call: Element, notes: set[str]) -> m.InformResponse:
    return m.InformResponse(number_of(members(call, notes), "MaxEnvelopes", notes, 1))


def _bare(message: m.Message) -> Callable[[Element, set[str]], m.Message]:
    return lambda _call, _notes: message


_READERS: Mapping[str, Callable[[Element, set[str]], m.Message]] = {
    "Inform": _inform,
    "TransferComplete": _transfer_complete,
    "GetRPCMethods": _bare(m.GetRPCMethods()),
    "GetRPCMethodsResponse": _methods,
    "GetParameterNamesResponse": _names,
    "GetParameterValuesResponse": _values_response,
    "SetParameterValuesResponse": lambda call, notes: m.SetParameterValuesResponse(
        _status(call, notes)
    ),
    "SetParameterAttributesResponse": _bare(m.SetParameterAttributesResponse()),
    "AddObjectResponse": _add_object_response,
    "DeleteObjectResponse": lambda call, notes: m.DeleteObjectResponse(_status(call, notes)),
    "DownloadResponse": _download_response,
    "RebootResponse": _bare(m.RebootResponse()),
    "FactoryResetResponse": _bare(m.FactoryResetResponse()),
    "Fault": _fault,
    "InformResponse": _inform_response,
    "TransferCompleteResponse": _bare(m.TransferCompleteResponse()),
    "GetParameterNames": _get_names,
    "GetParameterValues": _get_values,
    "SetParameterValues": _set_values,
    "AddObject": _add_object,
    "Reboot": _reboot,
}
