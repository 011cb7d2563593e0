"""Readers of the calls that a router need not have, and their answers (TR-069 Amendment 6, A.4.1).

As in ``decoding_server``: the answers are a router's, the calls our own.
"""

from collections.abc import Callable, Mapping

from acs.cwmp import messages as m
from acs.cwmp.decoding_router import bare
from acs.cwmp.decoding_server import key_of, source_of, transfer_response
from acs.cwmp.fields import (
    array_of,
    flag_of,
    members,
    number_of,
    optional_text,
    repeated,
    signed_number_of,
    text_of,
    value_of,
    word_of,
)
from acs.cwmp.soap import XML_SPACE, Element, MalformedMessage
from acs.cwmp.structs import (
    InstallUnit,
    Option,
    QueuedTransfer,
    TimeWindow,
    UninstallUnit,
    UnitOperation,
    UpdateUnit,
)
from acs.cwmp.tolerance import value_type

# --- transfers ------------------------------------------------------------------------------


def _upload(call: Element, notes: set[str]) -> m.Upload:
    fields = members(call, notes)
    delay = number_of(fields, "DelaySeconds", notes, 0)
    return m.Upload(*source_of(fields, notes), delay_seconds=delay)


def _schedule_download(call: Element, notes: set[str]) -> m.ScheduleDownload:
    fields = members(call, notes)
    key, file_type, url, username, password = source_of(fields, notes)
    structs = array_of(fields, "TimeWindowList", "TimeWindowStruct", notes)
    return m.ScheduleDownload(
        key,
        file_type,
        url,
        tuple(_window(struct, notes) for struct in structs),
        username,
        password,
        number_of(fields, "FileSize", notes, 0),
        text_of(fields, "TargetFileName", notes),
    )


def _window(struct: Element, notes: set[str]) -> TimeWindow:
    parts = members(struct, notes)
    return TimeWindow(
        number_of(parts, "WindowStart", notes, 0),
        number_of(parts, "WindowEnd", notes, 0),
        word_of(parts, "WindowMode", notes),
        text_of(parts, "UserMessage", notes),
        signed_number_of(parts, "MaxRetries", notes, -1),
    )


def _queued(call: Element, notes: set[str]) -> m.GetQueuedTransfersResponse:
    structs = array_of(members(call, notes), "TransferList", "QueuedTransferStruct", notes)
    return m.GetQueuedTransfersResponse(tuple(_transfer(struct, notes) for struct in structs))


def _transfer(struct: Element, notes: set[str]) -> QueuedTransfer:
    parts = members(struct, notes)
    # 1, "not yet started", promises least.
    return QueuedTransfer(word_of(parts, "CommandKey", notes), number_of(parts, "State", notes, 1))


def _all_queued(call: Element, notes: set[str]) -> m.GetAllQueuedTransfersResponse:
    fields = members(call, notes)
    found = []
    for struct in array_of(fields, "TransferList", "AllQueuedTransferStruct", notes):
        parts = members(struct, notes)
        found.append(
            QueuedTransfer(
                word_of(parts, "CommandKey", notes),
                number_of(parts, "State", notes, 1),
                _known_flag(parts, "IsDownload", notes),
                word_of(parts, "FileType", notes),
                _known_number(parts, "FileSize", notes),
                text_of(parts, "TargetFileName", notes),
            )
        )
    return m.GetAllQueuedTransfersResponse(tuple(found))


def _known_flag(fields: Mapping[str, Element], name: str, notes: set[str]) -> bool | None:
    met: set[str] = set()
    value = flag_of(fields, name, met)
    notes |= met
    return None if met else value


def _known_number(fields: Mapping[str, Element], name: str, notes: set[str]) -> int | None:
    value = number_of(fields, name, notes, -1)
    return None if value < 0 else value


# --- the rest -------------------------------------------------------------------------------


def _schedule_inform(call: Element, notes: set[str]) -> m.ScheduleInform:
    fields = members(call, notes)
    delay = number_of(fields, "DelaySeconds", notes, 0)
    return m.ScheduleInform(delay, word_of(fields, "CommandKey", notes))


def _change_units(call: Element, notes: set[str]) -> m.ChangeDUState:
    structs, as_in_schema = repeated(call, "Operations", "OpStruct")
    if not as_in_schema:
        notes.add("array-of-operations")
    keys = [child for child in call.children if child.name == "CommandKey"]
    key = "".join(child.text for child in keys[:1]).strip(XML_SPACE)
    return m.ChangeDUState(tuple(_operation(struct, notes) for struct in structs), key)


def _operation(struct: Element, notes: set[str]) -> UnitOperation:
    kind = value_type(struct) or struct.name
    fields = members(struct, notes)
    uuid, version, url, environment = (
        optional_text(fields, name).strip(XML_SPACE)
        for name in ("UUID", "Version", "URL", "ExecutionEnvRef")
    )
    username, password = (optional_text(fields, name) for name in ("Username", "Password"))
    if kind == "InstallOpStruct":
        return InstallUnit(url, uuid, username, password, environment)
    if kind == "UpdateOpStruct":
        return UpdateUnit(uuid, version, url, username, password)
    if kind == "UninstallOpStruct":
        return UninstallUnit(uuid, version, environment)
    raise MalformedMessage("unknown-operation")


def _set_vouchers(call: Element, notes: set[str]) -> m.SetVouchers:
    vouchers = array_of(members(call, notes), "VoucherList", "base64", notes)
    return m.SetVouchers(tuple("".join(value_of(member).split()) for member in vouchers))


def _get_options(call: Element, notes: set[str]) -> m.GetOptions:
    return m.GetOptions(word_of(members(call, notes), "OptionName", notes))


def _options(call: Element, notes: set[str]) -> m.GetOptionsResponse:
    structs = array_of(members(call, notes), "OptionList", "OptionStruct", notes)
    return m.GetOptionsResponse(tuple(_option(struct, notes) for struct in structs))


def _option(struct: Element, notes: set[str]) -> Option:
    parts = members(struct, notes)
    return Option(
        name=word_of(parts, "OptionName", notes),
        voucher_sn=word_of(parts, "VoucherSN", notes),
        state=number_of(parts, "State", notes, 0),
        mode=word_of(parts, "Mode", notes),
        start_date=word_of(parts, "StartDate", notes),
        expiration_date=optional_text(parts, "ExpirationDate").strip(XML_SPACE),
        is_transferable=flag_of(parts, "IsTransferable", notes),
    )


READERS: Mapping[str, Callable[[Element, set[str]], m.Message]] = {
    "Upload": _upload,
    "UploadResponse": lambda call, notes: m.UploadResponse(*transfer_response(call, notes)),
    "ScheduleDownload": _schedule_download,
    "ScheduleDownloadResponse": bare(m.ScheduleDownloadResponse()),
    "CancelTransfer": lambda call, notes: m.CancelTransfer(key_of(call, notes)),
    "CancelTransferResponse": bare(m.CancelTransferResponse()),
    "GetQueuedTransfers": bare(m.GetQueuedTransfers()),
    "GetQueuedTransfersResponse": _queued,
    "GetAllQueuedTransfers": bare(m.GetAllQueuedTransfers()),
    "GetAllQueuedTransfersResponse": _all_queued,
    "FactoryReset": bare(m.FactoryReset()),
    "FactoryResetResponse": bare(m.FactoryResetResponse()),
    "ScheduleInform": _schedule_inform,
    "ScheduleInformResponse": bare(m.ScheduleInformResponse()),
    "ChangeDUState": _change_units,
    "ChangeDUStateResponse": bare(m.ChangeDUStateResponse()),
    "SetVouchers": _set_vouchers,
    "SetVouchersResponse": bare(m.SetVouchersResponse()),
    "GetOptions": _get_options,
    "GetOptionsResponse": _options,
}
