"""Readers of what routers call and of what they are answered (TR-069 Amendment 6, A.3.3, A.4.2)."""

from collections.abc import Callable, Mapping

from acs.cwmp import messages as m
from acs.cwmp.fields import (
    array_of,
    flag_of,
    members,
    number_of,
    parameter_values,
    repeated,
    text_of,
    transfer_fault,
    value_of,
    word_of,
)
from acs.cwmp.soap import XML_SPACE, Element
from acs.cwmp.structs import Argument, UnitResult
from acs.cwmp.tolerance import device, event
from acs.facts import Event


def bare(message: m.Message) -> Callable[[Element, set[str]], m.Message]:
    """A reader of a call without arguments."""
    return lambda _call, _notes: message


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
        word_of(fields, "CurrentTime", notes),
        number_of(fields, "RetryCount", notes, 0),
        parameter_values(fields, notes),
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


def _inform_response(call: Element, notes: set[str]) -> m.InformResponse:
    return m.InformResponse(number_of(members(call, notes), "MaxEnvelopes", notes, 1))


def _transfer_complete(call: Element, notes: set[str]) -> m.TransferComplete:
    fields = members(call, notes)
    fault = transfer_fault(fields, ("FaultStruct",), notes)
    return m.TransferComplete(
        word_of(fields, "CommandKey", notes),
        fault.code,
        fault.string,
        word_of(fields, "StartTime", notes),
        word_of(fields, "CompleteTime", notes),
    )


def _autonomous_transfer_complete(call: Element, notes: set[str]) -> m.AutonomousTransferComplete:
    fields = members(call, notes)
    return m.AutonomousTransferComplete(
        announce_url=word_of(fields, "AnnounceURL", notes),
        transfer_url=word_of(fields, "TransferURL", notes),
        is_download=flag_of(fields, "IsDownload", notes),
        file_type=word_of(fields, "FileType", notes),
        file_size=number_of(fields, "FileSize", notes, 0),
        target_file_name=text_of(fields, "TargetFileName", notes),
        fault=transfer_fault(fields, ("FaultStruct",), notes),
        start_time=word_of(fields, "StartTime", notes),
        complete_time=word_of(fields, "CompleteTime", notes),
    )


def _request_download(call: Element, notes: set[str]) -> m.RequestDownload:
    fields = members(call, notes)
    arguments = []
    for struct in array_of(fields, "FileTypeArg", "ArgStruct", notes):
        parts = members(struct, notes)
        arguments.append(Argument(word_of(parts, "Name", notes), text_of(parts, "Value", notes)))
    return m.RequestDownload(word_of(fields, "FileType", notes), tuple(arguments))


def _kicked(call: Element, notes: set[str]) -> m.Kicked:
    fields = members(call, notes)
    command, referer, arg, following = (
        text_of(fields, name, notes) for name in ("Command", "Referer", "Arg", "Next")
    )
    return m.Kicked(command, referer, arg, following)


def _kicked_response(call: Element, notes: set[str]) -> m.KickedResponse:
    return m.KickedResponse(word_of(members(call, notes), "NextURL", notes))


def _units_changed(call: Element, notes: set[str]) -> m.DUStateChangeComplete:
    keys = [child for child in call.children if child.name == "CommandKey"]
    if not keys:
        notes.add("no-CommandKey")
    key = value_of(keys[0]).strip(XML_SPACE) if keys else ""
    return m.DUStateChangeComplete(_results(call, notes, named=False), key)


def _units_changed_autonomously(
    call: Element, notes: set[str]
) -> m.AutonomousDUStateChangeComplete:
    return m.AutonomousDUStateChangeComplete(_results(call, notes, named=True))


def _results(call: Element, notes: set[str], *, named: bool) -> tuple[UnitResult, ...]:
    structs, as_in_schema = repeated(call, "Results", "OpResultStruct")
    if not as_in_schema:
        notes.add("array-of-results")
    return tuple(_result(struct, notes, named=named) for struct in structs)


def _result(struct: Element, notes: set[str], *, named: bool) -> UnitResult:
    fields = members(struct, notes)
    return UnitResult(
        uuid=word_of(fields, "UUID", notes),
        deployment_unit_ref=word_of(fields, "DeploymentUnitRef", notes),
        version=word_of(fields, "Version", notes),
        current_state=word_of(fields, "CurrentState", notes),
        resolved=flag_of(fields, "Resolved", notes),
        execution_unit_refs=word_of(fields, "ExecutionUnitRefList", notes),
        start_time=word_of(fields, "StartTime", notes),
        complete_time=word_of(fields, "CompleteTime", notes),
        fault=transfer_fault(fields, ("Fault", "FaultStruct"), notes),
        operation=word_of(fields, "OperationPerformed", notes) if named else "",
    )


READERS: Mapping[str, Callable[[Element, set[str]], m.Message]] = {
    "Inform": _inform,
    "InformResponse": _inform_response,
    "TransferComplete": _transfer_complete,
    "TransferCompleteResponse": bare(m.TransferCompleteResponse()),
    "AutonomousTransferComplete": _autonomous_transfer_complete,
    "AutonomousTransferCompleteResponse": bare(m.AutonomousTransferCompleteResponse()),
    "RequestDownload": _request_download,
    "RequestDownloadResponse": bare(m.RequestDownloadResponse()),
    "Kicked": _kicked,
    "KickedResponse": _kicked_response,
    "DUStateChangeComplete": _units_changed,
    "DUStateChangeCompleteResponse": bare(m.DUStateChangeCompleteResponse()),
    "AutonomousDUStateChangeComplete": _units_changed_autonomously,
    "AutonomousDUStateChangeCompleteResponse": bare(m.AutonomousDUStateChangeCompleteResponse()),
}
