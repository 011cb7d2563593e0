"""Trees of elements to messages: the general way, for every message and every tolerated shape.

Order, sessions and replies are no matter of this; neither are bytes.
"""

from collections.abc import Callable, Mapping

from acs.cwmp import messages as m
from acs.cwmp.envelope import Opened, namespace_of, open_envelope
from acs.cwmp.soap import XML_SPACE, Element, MalformedMessage
from acs.cwmp.tolerance import (
    boolean,
    device,
    event,
    method,
    needed_number,
    note_array,
    number,
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


def _fields(element: Element | None, notes: set[str]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for child in element.children if element is not None else ():
        if found.setdefault(child.name, child) is not child:
            notes.add("element-twice")
    return found


def _text(fields: Mapping[str, Element], name: str, notes: set[str]) -> str:
    element = fields.get(name)
    if element is None:
        notes.add(f"no-{name}")
        return ""
    return _value(element)


def _value(element: Element) -> str:
    if element.children:
        raise MalformedMessage("mixed-content")
    return element.text


def _number(fields: Mapping[str, Element], name: str, notes: set[str], default: int) -> int:
    if name not in fields:
        notes.add(f"no-{name}")
        return default
    return number(_value(fields[name]), name, notes, default)


def _array(fields: Mapping[str, Element], name: str, struct: str, notes: set[str]) -> list[Element]:
    # Names of array members carry no meaning (SOAP 1.1, 5.4.2), so any child is one.
    element = fields.get(name)
    if element is None:
        notes.add(f"no-{name}")
        return []
    note_array(element, struct, len(element.children), notes)
    return element.children


def _inform(call: Element, notes: set[str]) -> m.Inform:
    fields = _fields(call, notes)
    names = _fields(fields.get("DeviceId"), notes)
    manufacturer, oui, product_class, serial = (
        _text(names, name, notes)
        for name in ("Manufacturer", "OUI", "ProductClass", "SerialNumber")
    )
    return m.Inform(
        device((manufacturer, oui, product_class, serial), notes),
        _events(_array(fields, "Event", "EventStruct", notes), notes),
        _number(fields, "MaxEnvelopes", notes, 1),
        _text(fields, "CurrentTime", notes).strip(XML_SPACE),
        _number(fields, "RetryCount", notes, 0),
        _values(fields, notes),
    )


def _events(structs: list[Element], notes: set[str]) -> tuple[Event, ...]:
    events = []
    for struct in structs:
        fields = _fields(struct, notes)
        code = _value(fields["EventCode"]) if "EventCode" in fields else ""
        found = event(code, _text(fields, "CommandKey", notes), notes)
        if found is not None:
            events.append(found)
    return tuple(events)


def _values(fields: Mapping[str, Element], notes: set[str]) -> tuple[m.ParameterValue, ...]:
    structs = _array(fields, "ParameterList", "ParameterValueStruct", notes)
    names, values, types = [], [], []
    for struct in structs:
        parts = _fields(struct, notes)
        names.append(_text(parts, "Name", notes))
        values.append(_text(parts, "Value", notes))
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
    fields = _fields(call, notes)
    key = _text(fields, "CommandKey", notes).strip(XML_SPACE)
    start, complete = (
        _text(fields, name, notes).strip(XML_SPACE) for name in ("StartTime", "CompleteTime")
    )
    if "FaultStruct" not in fields:
        notes.add("no-FaultStruct")
        return m.TransferComplete(key, 0, "", start, complete)
    fault = _fields(fields["FaultStruct"], notes)
    # An unreadable code must not pass for success, which is 0.
    code = _number(fault, "FaultCode", notes, _INTERNAL_ERROR)
    return m.TransferComplete(key, code, _text(fault, "FaultString", notes), start, complete)


def _methods(call: Element, notes: set[str]) -> m.GetRPCMethodsResponse:
    members = _array(_fields(call, notes), "MethodList", "string", notes)
    return m.GetRPCMethodsResponse(tuple(_value(member).strip(XML_SPACE) for member in members))


def _names(call: Element, notes: set[str]) -> m.GetParameterNamesResponse:
    structs = _array(_fields(call, notes), "ParameterList", "ParameterInfoStruct", notes)
    names, writable = [], []
    for struct in structs:
        parts = _fields(struct, notes)
        names.append(_text(parts, "Name", notes))
        writable.append(boolean(_text(parts, "Writable", notes), "Writable", notes))
    return m.GetParameterNamesResponse(
        tuple(map(m.ParameterInfo, parameter_names(names, notes), writable))
    )


def _values_response(call: Element, notes: set[str]) -> m.GetParameterValuesResponse:
    return m.GetParameterValuesResponse(_values(_fields(call, notes), notes))


def _status(call: Element, notes: set[str]) -> int:
    # 1, "not yet applied", promises less than 0.
    return _number(_fields(call, notes), "Status", notes, 1)


def _add_object_response(call: Element, notes: set[str]) -> m.AddObjectResponse:
    fields = _fields(call, notes)
    instance = needed_number(_text(fields, "InstanceNumber", notes), "InstanceNumber")
    return m.AddObjectResponse(instance, _number(fields, "Status", notes, 1))


def _download_response(call: Element, notes: set[str]) -> m.DownloadResponse:
    fields = _fields(call, notes)
    start, complete = (
        _text(fields, name, notes).strip(XML_SPACE) for name in ("StartTime", "CompleteTime")
    )
    return m.DownloadResponse(_number(fields, "Status", notes, 1), start, complete)


def _fault(call: Element, notes: set[str]) -> m.Fault:
    fields = _fields(call, notes)
    detail = fields.get("detail") or fields.get("Detail")
    cwmp = detail.child("Fault") if detail is not None else None
    code, text = _soap_fault(fields)
    if cwmp is None:
        notes.add("plain-soap-fault")
        return m.Fault(0, text, (), code)
    inner = _fields_of_fault(cwmp, notes)
    string = _value(inner["FaultString"]) if "FaultString" in inner else text
    return m.Fault(
        _number(inner, "FaultCode", notes, 0), string, _parameter_faults(cwmp, notes), code
    )


def _fields_of_fault(fault: Element, notes: set[str]) -> dict[str, Element]:
    # SetParameterValuesFault may come many times.
    head = Element(fault.tag, [])
    head.children = [part for part in fault.children if part.name != "SetParameterValuesFault"]
    return _fields(head, notes)


def _soap_fault(fields: Mapping[str, Element]) -> tuple[str, str]:
    # SOAP 1.1 has faultcode and faultstring, SOAP 1.2 Code/Value and Reason/Text.
    code = fields.get("faultcode") or _child(fields.get("Code"), "Value")
    text = fields.get("faultstring") or _child(fields.get("Reason"), "Text")
    return (
        _value(code).strip(XML_SPACE).rpartition(":")[2] if code is not None else "",
        _value(text) if text is not None else "",
    )


def _child(element: Element | None, name: str) -> Element | None:
    return element.child(name) if element is not None else None


def _parameter_faults(fault: Element, notes: set[str]) -> tuple[m.ParameterFault, ...]:
    found = []
    for part in fault.children:
        if part.name != "SetParameterValuesFault":
            continue
        fields = _fields(part, notes)
        name = _text(fields, "ParameterName", notes).strip(XML_SPACE)
        code = _number(fields, "FaultCode", notes, 0)
        found.append(m.ParameterFault(name, code, _text(fields, "FaultString", notes)))
    return tuple(found)


def _get_names(call: Element, notes: set[str]) -> m.GetParameterNames:
    fields = _fields(call, notes)
    path = _text(fields, "ParameterPath", notes).strip(XML_SPACE)
    return m.GetParameterNames(path, boolean(_text(fields, "NextLevel", notes), "NextLevel", notes))


def _get_values(call: Element, notes: set[str]) -> m.GetParameterValues:
    members = _array(_fields(call, notes), "ParameterNames", "string", notes)
    return m.GetParameterValues(tuple(_value(member).strip(XML_SPACE) for member in members))


def _set_values(call: Element, notes: set[str]) -> m.SetParameterValues:
    fields = _fields(call, notes)
    return m.SetParameterValues(_values(fields, notes), _text(fields, "ParameterKey", notes))


def _add_object(call: Element, notes: set[str]) -> m.AddObject:
    fields = _fields(call, notes)
    name = _text(fields, "ObjectName", notes).strip(XML_SPACE)
    return m.AddObject(name, _text(fields, "ParameterKey", notes))


def _reboot(call: Element, notes: set[str]) -> m.Reboot:
    return m.Reboot(_text(_fields(call, notes), "CommandKey", notes).strip(XML_SPACE))


def _inform_response(call: Element, notes: set[str]) -> m.InformResponse:
    return m.InformResponse(_number(_fields(call, notes), "MaxEnvelopes", notes, 1))


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
