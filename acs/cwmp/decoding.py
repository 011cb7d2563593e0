"""Trees of elements to messages: the general way, for every message and every tolerated shape.

Order, sessions and replies are no matter of this; neither are bytes. The calls themselves are read
in ``decoding_router``, ``decoding_server`` and ``decoding_optional``.
"""

from collections.abc import Callable, Mapping

from acs.cwmp import decoding_optional, decoding_router, decoding_server
from acs.cwmp import messages as m
from acs.cwmp.decoding_router import bare
from acs.cwmp.envelope import Opened, namespace_of, open_envelope
from acs.cwmp.fields import members, number_of, strings_of, text_of, value_of, word_of
from acs.cwmp.soap import XML_SPACE, Element
from acs.cwmp.tolerance import method


def read_envelope(root: Element, notes: set[str]) -> m.Envelope:
    """The message in a parsed SOAP envelope; ``notes`` collects the oddities met.

    Raises:
        MalformedMessage: it is no CWMP message, or lacks what nothing can stand for.
    """
    opened = open_envelope(root, notes)
    call = _call(opened, notes)
    namespace = namespace_of(opened, call, notes)
    message: m.Message = m.Empty()
    if call is None:
        notes.add("empty-body")
    else:
        message = read_call(call, notes)
    versions = opened.versions
    return m.Envelope(
        message,
        opened.id,
        namespace,
        tuple(sorted(notes)),
        versions.supported,
        versions.session_timeout,
        versions.use,
    )


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


def _methods(call: Element, notes: set[str]) -> m.GetRPCMethodsResponse:
    return m.GetRPCMethodsResponse(strings_of(members(call, notes), "MethodList", notes))


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
        name = word_of(fields, "ParameterName", notes)
        code = number_of(fields, "FaultCode", notes, 0)
        found.append(m.ParameterFault(name, code, text_of(fields, "FaultString", notes)))
    return tuple(found)


_READERS: Mapping[str, Callable[[Element, set[str]], m.Message]] = {
    **decoding_router.READERS,
    **decoding_server.READERS,
    **decoding_optional.READERS,
    "GetRPCMethods": bare(m.GetRPCMethods()),
    "GetRPCMethodsResponse": _methods,
    "Fault": _fault,
}
