"""The envelopes of a simulated router: its own templates and its own reading of the server's calls.

Independent of the server's codec on purpose: a mistake in one would not be hidden by the other.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from acs.facts import Event
from acs.identity import DeviceId
from acs.simulator.faults import CallFaultError

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_SOAP}" '
    'xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="{namespace}">\n'
)


class Style(NamedTuple):
    """How one model writes XML; the oddities are those met in the wild."""

    namespace: str = "urn:dslforum-org:cwmp-1-0"
    with_id: bool = True  # some leave cwmp:ID and even the Header out
    leading_zeros: bool = False  # arrayType="cwmp:ParameterValueStruct[0008]"
    zone: bool = True  # CurrentTime with its time zone
    typed: bool = True  # Value with xsi:type


class Call(NamedTuple):
    """What the server said: ``method`` is the body's first child, "" if there was none."""

    method: str
    id: str | None
    argument: etree._Element | None

    def text(self, name: str) -> str:
        """Text of the argument's child ``name``; "" if absent."""
        for child in self.argument if self.argument is not None else ():
            if local(child) == name:
                return (child.text or "").strip()
        return ""

    def structs(self, name: str) -> "list[etree._Element]":
        """All elements of this name."""
        if self.argument is None:
            return []
        return [element for element in self.argument.iter() if local(element) == name]

    def strings(self) -> list[str]:
        """Texts of all ``string`` elements, in order."""
        if self.argument is None:
            return []
        return [(e.text or "").strip() for e in self.argument.iter() if local(e) == "string"]

    def settings(self) -> list[tuple[str, str, str]]:
        """The ParameterValueStructs as (name, type without prefix, value)."""
        found = []
        for struct in self.argument.iter() if self.argument is not None else ():
            if local(struct) != "ParameterValueStruct":
                continue
            parts = {local(child): child for child in struct}
            value = parts["Value"]
            kind = next((str(v) for k, v in value.items() if k.endswith("}type")), "")
            found.append(
                ((parts["Name"].text or "").strip(), kind.split(":")[-1], value.text or "")
            )
        return found


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" of a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def read_call(body: bytes) -> Call:
    """Read an envelope of the server.

    Raises:
        ValueError: it is no SOAP envelope.
    """
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the server sent what is no XML: {error}") from error
    message_id = None
    for element in root:
        if local(element) == "Header":
            message_id = next((e.text or "" for e in element if local(e) == "ID"), None)
        elif local(element) == "Body":
            argument = next(iter(element), None)
            return Call(local(argument) if argument is not None else "", message_id, argument)
    raise ValueError("the server sent an envelope without Body")


def envelope(style: Style, message_id: str | None, body: str) -> bytes:
    """A whole envelope."""
    header = ""
    if message_id is not None and style.with_id:
        header = (
            '<SOAP-ENV:Header><cwmp:ID SOAP-ENV:mustUnderstand="1">'
            f"{escape(message_id)}</cwmp:ID></SOAP-ENV:Header>\n"
        )
    head = _OPEN.replace("{namespace}", style.namespace)
    return (
        f"{head}{header}<SOAP-ENV:Body>\n{body}\n</SOAP-ENV:Body>\n</SOAP-ENV:Envelope>\n"
    ).encode()


def array(style: Style, kind: str, tag: str, items: list[str]) -> str:
    """A SOAP array."""
    count = f"{len(items):04}" if style.leading_zeros else f"{len(items)}"
    return f'<{tag} SOAP-ENC:arrayType="{kind}[{count}]">{"".join(items)}</{tag}>'


def _values(style: Style, values: Iterable[tuple[str, str, str]]) -> str:
    structs = [
        f"<ParameterValueStruct><Name>{escape(name)}</Name><Value"
        + (f' xsi:type="xsd:{kind}"' if style.typed else "")
        + f">{escape(value)}</Value></ParameterValueStruct>\n"
        for name, kind, value in values
    ]
    return array(style, "cwmp:ParameterValueStruct", "ParameterList", structs)


def inform(
    style: Style,
    device: DeviceId,
    events: Iterable[Event],
    values: Iterable[tuple[str, str, str]],
    *,
    retry_count: int,
    now: float,
) -> str:
    """Inform (A.3.3.1)."""
    structs = [
        f"<EventStruct><EventCode>{escape(event.code)}</EventCode>"
        f"<CommandKey>{escape(event.command_key)}</CommandKey></EventStruct>"
        for event in events
    ]
    clock = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f"<cwmp:Inform><DeviceId><Manufacturer>{escape(device.manufacturer)}</Manufacturer>"
        f"<OUI>{escape(device.oui)}</OUI><ProductClass>{escape(device.product_class)}"
        f"</ProductClass><SerialNumber>{escape(device.serial_number)}</SerialNumber></DeviceId>\n"
        f"{array(style, 'cwmp:EventStruct', 'Event', structs)}\n<MaxEnvelopes>1</MaxEnvelopes>"
        f"<CurrentTime>{clock}{'Z' if style.zone else ''}</CurrentTime>"
        f"<RetryCount>{retry_count}</RetryCount>\n{_values(style, values)}</cwmp:Inform>"
    )


def names_response(style: Style, infos: Iterable[tuple[str, bool]]) -> str:
    """GetParameterNamesResponse (A.3.2.3)."""
    structs = [
        f"<ParameterInfoStruct><Name>{escape(name)}</Name><Writable>{int(writable)}</Writable>"
        "</ParameterInfoStruct>\n"
        for name, writable in infos
    ]
    listed = array(style, "cwmp:ParameterInfoStruct", "ParameterList", structs)
    return f"<cwmp:GetParameterNamesResponse>{listed}</cwmp:GetParameterNamesResponse>"


def values_response(style: Style, values: Iterable[tuple[str, str, str]]) -> str:
    """GetParameterValuesResponse (A.3.2.2)."""
    listed = _values(style, values)
    return f"<cwmp:GetParameterValuesResponse>{listed}</cwmp:GetParameterValuesResponse>"


def methods_response(style: Style, methods: Iterable[str]) -> str:
    """GetRPCMethodsResponse (A.3.1.1)."""
    listed = array(style, "xsd:string", "MethodList", [f"<string>{m}</string>" for m in methods])
    return f"<cwmp:GetRPCMethodsResponse>{listed}</cwmp:GetRPCMethodsResponse>"


def fault(problem: CallFaultError) -> str:
    """A SOAP fault (TR-069 Amendment 6, 3.5) with SetParameterValuesFault where there are any."""
    parameters = "".join(
        f"<SetParameterValuesFault><ParameterName>{escape(p.name)}</ParameterName>"
        f"<FaultCode>{p.code}</FaultCode><FaultString>{p.text}</FaultString>"
        "</SetParameterValuesFault>"
        for p in problem.parameters
    )
    return (
        "<SOAP-ENV:Fault><faultcode>Client</faultcode><faultstring>CWMP fault</faultstring>"
        f"<detail><cwmp:Fault><FaultCode>{problem.code}</FaultCode><FaultString>{problem}"
        f"</FaultString>{parameters}</cwmp:Fault></detail></SOAP-ENV:Fault>"
    )
