"""Messages to SOAP, by templates: the same few prefixes at every root, whatever the peer used.

Some routers compare prefixes literally, so they are never renamed. No reading of XML here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from acs.cwmp import messages as m
from acs.cwmp.characters import is_legal
from acs.cwmp.envelope import DEFAULT_NAMESPACE

_CLIENT_FAULTS = {8003, 9003, 9005, 9006, 9007, 9008}  # TR-069 Amendment 6, A.5.1 and A.5.2
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_END = "</soap-env:Body></soap-env:Envelope>"


class UnencodableMessage(ValueError):  # noqa: N818 - says what it is
    """A message of ours cannot be written: a character that XML forbids, or no method name."""


def write_envelope(message: m.Message, namespace: str, identity: str | None) -> bytes:
    """A message as the body of an HTTP request or response; nothing for ``Empty``.

    Raises:
        UnencodableMessage: a text of it holds what XML cannot.
    """
    if isinstance(message, m.Empty):
        return b""
    text = f"{_opening(namespace, identity)}{_WRITERS[type(message)](message)}{_END}"
    if not is_legal(text):
        raise UnencodableMessage("a character that XML forbids")
    return text.encode()


def _opening(namespace: str, identity: str | None) -> str:
    # Answer in kind: a router that sent no ID gets no Header.
    if identity is None:
        return f"{_root(namespace)}<soap-env:Body>"
    return (
        f'{_root(namespace)}<soap-env:Header><cwmp:ID soap-env:mustUnderstand="1">'
        f"{_escaped(identity)}</cwmp:ID></soap-env:Header><soap-env:Body>"
    )


@lru_cache(maxsize=32)
def _root(namespace: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<soap-env:Envelope'
        ' xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:cwmp="{_escaped(namespace or DEFAULT_NAMESPACE)}">'
    )


def _escaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\r" in text:
        text = text.replace("\r", "&#13;")  # a parser turns a bare one into a line feed
    return text


def _call(name: str, content: str = "") -> str:
    return f"<cwmp:{name}>{content}</cwmp:{name}>"


def _leaf(name: str, value: object) -> str:
    return f"<{name}>{_escaped(str(value))}</{name}>"


def _array(name: str, kind: str, items: Iterable[str]) -> str:
    written = list(items)
    return f'<{name} soap-enc:arrayType="{kind}[{len(written)}]">{"".join(written)}</{name}>'


def _inform(message: m.Inform) -> str:
    device = message.device
    events = (
        f"<EventStruct>{_leaf('EventCode', event.code)}"
        f"{_leaf('CommandKey', event.command_key)}</EventStruct>"
        for event in message.events
    )
    return _call(
        "Inform",
        f"<DeviceId>{_leaf('Manufacturer', device.manufacturer)}{_leaf('OUI', device.oui)}"
        f"{_leaf('ProductClass', device.product_class)}"
        f"{_leaf('SerialNumber', device.serial_number)}</DeviceId>"
        f"{_array('Event', 'cwmp:EventStruct', events)}"
        f"{_leaf('MaxEnvelopes', message.max_envelopes)}"
        f"{_leaf('CurrentTime', message.current_time)}{_leaf('RetryCount', message.retry_count)}"
        f"{_values(message.parameters)}",
    )


def _values(parameters: Iterable[m.ParameterValue]) -> str:
    return _array("ParameterList", "cwmp:ParameterValueStruct", map(_value, parameters))


def _value(parameter: m.ParameterValue) -> str:
    kind = f' xsi:type="xsd:{_escaped(parameter.type)}"' if parameter.type else ""
    return (
        f"<ParameterValueStruct><Name>{_escaped(parameter.name)}</Name>"
        f"<Value{kind}>{_escaped(parameter.value)}</Value></ParameterValueStruct>"
    )


def _transfer_complete(message: m.TransferComplete) -> str:
    return _call(
        "TransferComplete",
        f"{_leaf('CommandKey', message.command_key)}<FaultStruct>"
        f"{_leaf('FaultCode', message.fault_code)}{_leaf('FaultString', message.fault_string)}"
        f"</FaultStruct>{_leaf('StartTime', message.start_time)}"
        f"{_leaf('CompleteTime', message.complete_time)}",
    )


def _strings(values: Iterable[str]) -> Iterable[str]:
    return (_leaf("string", value) for value in values)


def _methods(message: m.GetRPCMethodsResponse) -> str:
    return _call(
        "GetRPCMethodsResponse", _array("MethodList", "xsd:string", _strings(message.methods))
    )


def _names(message: m.GetParameterNamesResponse) -> str:
    structs = (
        f"<ParameterInfoStruct>{_leaf('Name', info.name)}{_leaf('Writable', int(info.writable))}"
        "</ParameterInfoStruct>"
        for info in message.parameters
    )
    return _call(
        "GetParameterNamesResponse", _array("ParameterList", "cwmp:ParameterInfoStruct", structs)
    )


def _download_response(message: m.DownloadResponse) -> str:
    return _call(
        "DownloadResponse",
        f"{_leaf('Status', message.status)}{_leaf('StartTime', message.start_time)}"
        f"{_leaf('CompleteTime', message.complete_time)}",
    )


def _fault(message: m.Fault) -> str:
    code = message.soap_code or ("Client" if message.code in _CLIENT_FAULTS else "Server")
    if not message.code and not message.parameters:
        content = _leaf("faultcode", code) + _leaf("faultstring", message.string)
        return f"<soap-env:Fault>{content}</soap-env:Fault>"
    parameters = "".join(
        f"<SetParameterValuesFault>{_leaf('ParameterName', fault.name)}"
        f"{_leaf('FaultCode', fault.code)}{_leaf('FaultString', fault.string)}"
        "</SetParameterValuesFault>"
        for fault in message.parameters
    )
    detail = _call(
        "Fault",
        f"{_leaf('FaultCode', message.code)}{_leaf('FaultString', message.string)}{parameters}",
    )
    return (
        f"<soap-env:Fault>{_leaf('faultcode', code)}<faultstring>CWMP fault</faultstring>"
        f"<detail>{detail}</detail></soap-env:Fault>"
    )


def _unknown(message: m.Unknown) -> str:
    if not _NAME.fullmatch(message.method):
        raise UnencodableMessage("no name of a method")
    return _call(message.method)


def _get_names(message: m.GetParameterNames) -> str:
    level = _leaf("NextLevel", int(message.next_level))
    return _call("GetParameterNames", _leaf("ParameterPath", message.path) + level)


@lru_cache(maxsize=1024)
def _get_values(names: tuple[str, ...]) -> str:
    # The same names go to every router of one model and firmware, again and again.
    return _call("GetParameterValues", _array("ParameterNames", "xsd:string", _strings(names)))


def _set_values(message: m.SetParameterValues) -> str:
    key = _leaf("ParameterKey", message.parameter_key)
    return _call("SetParameterValues", _values(message.parameters) + key)


def _add_object(message: m.AddObject) -> str:
    key = _leaf("ParameterKey", message.parameter_key)
    return _call("AddObject", _leaf("ObjectName", message.object_name) + key)


def _add_object_response(message: m.AddObjectResponse) -> str:
    instance = _leaf("InstanceNumber", message.instance_number)
    return _call("AddObjectResponse", instance + _leaf("Status", message.status))


def _bare(name: str) -> Callable[[Any], str]:
    written = _call(name)
    return lambda _message: written


def _status(name: str) -> Callable[[Any], str]:
    return lambda message: _call(name, _leaf("Status", message.status))


_WRITERS: Mapping[type[m.Message], Callable[[Any], str]] = {
    m.InformResponse: lambda message: _call(
        "InformResponse", f"<MaxEnvelopes>{message.max_envelopes}</MaxEnvelopes>"
    ),
    m.GetParameterValues: lambda message: _get_values(message.names),
    m.GetParameterNames: _get_names,
    m.SetParameterValues: _set_values,
    m.AddObject: _add_object,
    m.Reboot: lambda message: _call("Reboot", _leaf("CommandKey", message.command_key)),
    m.TransferCompleteResponse: _bare("TransferCompleteResponse"),
    m.GetRPCMethods: _bare("GetRPCMethods"),
    m.GetRPCMethodsResponse: _methods,
    m.Fault: _fault,
    m.Unknown: _unknown,
    m.Inform: _inform,
    m.TransferComplete: _transfer_complete,
    m.GetParameterNamesResponse: _names,
    m.GetParameterValuesResponse: lambda message: _call(
        "GetParameterValuesResponse", _values(message.parameters)
    ),
    m.SetParameterValuesResponse: _status("SetParameterValuesResponse"),
    m.SetParameterAttributesResponse: _bare("SetParameterAttributesResponse"),
    m.AddObjectResponse: _add_object_response,
    m.DeleteObjectResponse: _status("DeleteObjectResponse"),
    m.DownloadResponse: _download_response,
    m.RebootResponse: _bare("RebootResponse"),
    m.FactoryResetResponse: _bare("FactoryResetResponse"),
}
