"""Writers of what routers call and of what they are answered (TR-069 Amendment 6, A.3.3, A.4.2)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from acs.cwmp import messages as m
from acs.cwmp.markup import array, bare, call, escaped, flag, leaf, struct
from acs.cwmp.structs import TransferFault, UnitResult


def values(parameters: Iterable[m.ParameterValue]) -> str:
    """A ParameterList of names, types and values."""
    return array("ParameterList", "cwmp:ParameterValueStruct", map(_value, parameters))


def _value(parameter: m.ParameterValue) -> str:
    kind = f' xsi:type="xsd:{escaped(parameter.type)}"' if parameter.type else ""
    return (
        f"<ParameterValueStruct><Name>{escaped(parameter.name)}</Name>"
        f"<Value{kind}>{escaped(parameter.value)}</Value></ParameterValueStruct>"
    )


def _inform(message: m.Inform) -> str:
    device = message.device
    events = (
        struct("EventStruct", leaf("EventCode", event.code), leaf("CommandKey", event.command_key))
        for event in message.events
    )
    return call(
        "Inform",
        struct(
            "DeviceId",
            leaf("Manufacturer", device.manufacturer),
            leaf("OUI", device.oui),
            leaf("ProductClass", device.product_class),
            leaf("SerialNumber", device.serial_number),
        ),
        array("Event", "cwmp:EventStruct", events),
        leaf("MaxEnvelopes", message.max_envelopes),
        leaf("CurrentTime", message.current_time),
        leaf("RetryCount", message.retry_count),
        values(message.parameters),
    )


def _fault(name: str, fault: TransferFault) -> str:
    return struct(name, leaf("FaultCode", fault.code), leaf("FaultString", fault.string))


def _transfer_complete(message: m.TransferComplete) -> str:
    return call(
        "TransferComplete",
        leaf("CommandKey", message.command_key),
        _fault("FaultStruct", TransferFault(message.fault_code, message.fault_string)),
        leaf("StartTime", message.start_time),
        leaf("CompleteTime", message.complete_time),
    )


def _autonomous_transfer_complete(message: m.AutonomousTransferComplete) -> str:
    return call(
        "AutonomousTransferComplete",
        leaf("AnnounceURL", message.announce_url),
        leaf("TransferURL", message.transfer_url),
        flag("IsDownload", message.is_download),
        leaf("FileType", message.file_type),
        leaf("FileSize", message.file_size),
        leaf("TargetFileName", message.target_file_name),
        _fault("FaultStruct", message.fault),
        leaf("StartTime", message.start_time),
        leaf("CompleteTime", message.complete_time),
    )


def _request_download(message: m.RequestDownload) -> str:
    arguments = (
        struct("ArgStruct", leaf("Name", one.name), leaf("Value", one.value))
        for one in message.arguments
    )
    return call(
        "RequestDownload",
        leaf("FileType", message.file_type),
        array("FileTypeArg", "cwmp:ArgStruct", arguments),
    )


def _kicked(message: m.Kicked) -> str:
    return call(
        "Kicked",
        leaf("Command", message.command),
        leaf("Referer", message.referer),
        leaf("Arg", message.arg),
        leaf("Next", message.next),
    )


def _result(result: UnitResult, *more: str) -> str:
    # No SOAP array: the schema repeats the member itself.
    return struct(
        "Results",
        leaf("UUID", result.uuid),
        leaf("DeploymentUnitRef", result.deployment_unit_ref),
        leaf("Version", result.version),
        leaf("CurrentState", result.current_state),
        flag("Resolved", result.resolved),
        leaf("ExecutionUnitRefList", result.execution_unit_refs),
        leaf("StartTime", result.start_time),
        leaf("CompleteTime", result.complete_time),
        _fault("Fault", result.fault),
        *more,
    )


def _units_changed(message: m.DUStateChangeComplete) -> str:
    return call(
        "DUStateChangeComplete",
        *map(_result, message.results),
        leaf("CommandKey", message.command_key),
    )


def _units_changed_autonomously(message: m.AutonomousDUStateChangeComplete) -> str:
    return call(
        "AutonomousDUStateChangeComplete",
        *(_result(one, leaf("OperationPerformed", one.operation)) for one in message.results),
    )


WRITERS: Mapping[type[m.Message], Callable[[Any], str]] = {
    m.Inform: _inform,
    m.InformResponse: lambda message: call(
        "InformResponse", f"<MaxEnvelopes>{message.max_envelopes}</MaxEnvelopes>"
    ),
    m.TransferComplete: _transfer_complete,
    m.TransferCompleteResponse: bare("TransferCompleteResponse"),
    m.AutonomousTransferComplete: _autonomous_transfer_complete,
    m.AutonomousTransferCompleteResponse: bare("AutonomousTransferCompleteResponse"),
    m.RequestDownload: _request_download,
    m.RequestDownloadResponse: bare("RequestDownloadResponse"),
    m.Kicked: _kicked,
    m.KickedResponse: lambda message: call("KickedResponse", leaf("NextURL", message.next_url)),
    m.DUStateChangeComplete: _units_changed,
    m.DUStateChangeCompleteResponse: bare("DUStateChangeCompleteResponse"),
    m.AutonomousDUStateChangeComplete: _units_changed_autonomously,
    m.AutonomousDUStateChangeCompleteResponse: bare("AutonomousDUStateChangeCompleteResponse"),
}
