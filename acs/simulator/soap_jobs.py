"""More of a simulated router's messages: attributes, objects, transfers, software, its own calls.

Written apart from the server's codec, from TR-069 Amendment 6, annex A.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from acs.simulator.soap import Call, Style, array, local
from acs.simulator.tree import Attributes

_OPERATIONS = {f"{kind}OpStruct": kind for kind in ("Install", "Update", "Uninstall")}
UNKNOWN_TIME = "0001-01-01T00:00:00Z"


class Unit(NamedTuple):
    """What became of a deployment unit (OpResultStruct, A.4.2.3)."""

    uuid: str
    version: str
    state: str
    reference: str = ""
    fault: int = 0
    text: str = ""


class Operation(NamedTuple):
    """A member of ChangeDUState (A.4.1.10); ``kind`` is Install, Update or Uninstall."""

    kind: str
    url: str = ""
    uuid: str = ""
    version: str = ""
    username: str = ""
    password: str = ""


def stamp(at: float) -> str:
    """A time as the standard writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain_response(method: str, **members: object) -> str:
    """A response whose members are plain values."""
    inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in members.items())
    return f"<cwmp:{method}Response>{inside}</cwmp:{method}Response>"


def transfer_response(method: str) -> str:
    """DownloadResponse or UploadResponse (A.3.2.8, A.4.1.5): TransferComplete will follow."""
    return plain_response(method, Status=1, StartTime=UNKNOWN_TIME, CompleteTime=UNKNOWN_TIME)


def attributes_response(style: Style, found: Iterable[tuple[str, Attributes]]) -> str:
    """GetParameterAttributesResponse (A.3.2.5)."""
    structs = [
        f"<ParameterAttributeStruct><Name>{escape(name)}</Name>"
        f"<Notification>{each.notification}</Notification>"
        + array(style, "xsd:string", "AccessList", _strings(each.access_list))
        + "</ParameterAttributeStruct>\n"
        for name, each in found
    ]
    listed = array(style, "cwmp:ParameterAttributeStruct", "ParameterList", structs)
    return f"<cwmp:GetParameterAttributesResponse>{listed}</cwmp:GetParameterAttributesResponse>"


def _strings(texts: Iterable[str]) -> list[str]:
    return [f"<string>{escape(text)}</string>" for text in texts]


def changes_of(call: Call) -> list[tuple[str, int | None, tuple[str, ...] | None]]:
    """SetParameterAttributes: name, notification and access list, None where they stay."""
    found = []
    for struct in call.structs("SetParameterAttributesStruct"):
        parts = {local(child): child for child in struct}
        text = {name: (child.text or "").strip() for name, child in parts.items()}
        writers = parts.get("AccessList")
        listed = (
            tuple((e.text or "").strip() for e in writers if local(e) == "string")
            if writers is not None
            else ()
        )
        found.append(
            (
                text.get("Name", ""),
                int(text["Notification"]) if _is(text.get("NotificationChange")) else None,
                listed if _is(text.get("AccessListChange")) else None,
            )
        )
    return found


def _is(text: str | None) -> bool:
    return text in ("1", "true")


def operations_of(call: Call) -> list[Operation]:
    """ChangeDUState's operations."""
    found = []
    for element in call.argument.iter() if call.argument is not None else ():
        kind = _OPERATIONS.get(_type_of(element)) or _OPERATIONS.get(local(element))
        if kind is not None:
            text = {local(child): (child.text or "").strip() for child in element}
            found.append(
                Operation(
                    kind,
                    text.get("URL", ""),
                    text.get("UUID", ""),
                    text.get("Version", ""),
                    text.get("Username", ""),
                    text.get("Password", ""),
                )
            )
    return found


def _type_of(element: etree._Element) -> str:
    """``xsi:type`` without its prefix: the schema repeats Operations, and tells them apart so."""
    kind = next((str(v) for k, v in element.items() if k.endswith("}type")), "")
    return kind.rpartition(":")[2]


def queued_response(style: Style, method: str, queue: Iterable[tuple[str, int, bool, str]]) -> str:
    """Get(All)QueuedTransfersResponse (A.4.1.3, A.4.1.7): key, state, is it a download, type."""
    is_all = method == "GetAllQueuedTransfers"
    kind = "AllQueuedTransferStruct" if is_all else "QueuedTransferStruct"
    structs = [
        f"<{kind}><CommandKey>{escape(key)}</CommandKey><State>{state}</State>"
        + (
            f"<IsDownload>{int(download)}</IsDownload><FileType>{escape(file_type)}</FileType>"
            "<FileSize>0</FileSize><TargetFileName></TargetFileName>"
            if is_all
            else ""
        )
        + f"</{kind}>"
        for key, state, download, file_type in queue
    ]
    listed = array(style, f"cwmp:{kind}", "TransferList", structs)
    return f"<cwmp:{method}Response>{listed}</cwmp:{method}Response>"


def transfer_complete(key: str, fault: int, text: str, began: float, ended: float) -> str:
    """TransferComplete (A.3.3.2)."""
    return (
        f"<cwmp:TransferComplete><CommandKey>{escape(key)}</CommandKey><FaultStruct>"
        f"<FaultCode>{fault}</FaultCode><FaultString>{escape(text)}</FaultString></FaultStruct>"
        f"<StartTime>{UNKNOWN_TIME if fault else stamp(began)}</StartTime>"
        f"<CompleteTime>{UNKNOWN_TIME if fault else stamp(ended)}</CompleteTime>"
        "</cwmp:TransferComplete>"
    )


def units_complete(key: str, units: Iterable[Unit], at: float) -> str:
    """DUStateChangeComplete (A.4.2.3); the schema repeats Results instead of an array."""
    structs = [
        f"<Results><UUID>{escape(unit.uuid)}</UUID>"
        f"<DeploymentUnitRef>{escape(unit.reference)}</DeploymentUnitRef>"
        f"<Version>{escape(unit.version)}</Version><CurrentState>{unit.state}</CurrentState>"
        f"<Resolved>1</Resolved><ExecutionUnitRefList></ExecutionUnitRefList>"
        f"<StartTime>{stamp(at)}</StartTime><CompleteTime>{stamp(at)}</CompleteTime>"
        f"<Fault><FaultCode>{unit.fault}</FaultCode><FaultString>{escape(unit.text)}</FaultString>"
        "</Fault></Results>\n"
        for unit in units
    ]
    return (
        f"<cwmp:DUStateChangeComplete>{''.join(structs)}<CommandKey>{escape(key)}</CommandKey>"
        "</cwmp:DUStateChangeComplete>"
    )
