"""Writers of the calls that a router need not have, and their answers (TR-069 Amendment 6, A.4.1).

Members come in the order of the XML schema, as in ``encoding_server``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from acs.cwmp import messages as m
from acs.cwmp.encoding_server import key_of, source_of, transfer_response
from acs.cwmp.markup import array, bare, call, flag, given, leaf, struct
from acs.cwmp.structs import (
    InstallUnit,
    Option,
    QueuedTransfer,
    TimeWindow,
    UnitOperation,
    UpdateUnit,
)

# --- transfers ------------------------------------------------------------------------------


def _upload(message: m.Upload) -> str:
    return call("Upload", *source_of(message), leaf("DelaySeconds", message.delay_seconds))


def _schedule_download(message: m.ScheduleDownload) -> str:
    return call(
        "ScheduleDownload",
        *source_of(message),
        leaf("FileSize", message.file_size),
        leaf("TargetFileName", message.target_file_name),
        array("TimeWindowList", "cwmp:TimeWindowStruct", map(_window, message.windows)),
    )


def _window(window: TimeWindow) -> str:
    return struct(
        "TimeWindowStruct",
        leaf("WindowStart", window.start),
        leaf("WindowEnd", window.end),
        leaf("WindowMode", window.mode),
        leaf("UserMessage", window.user_message),
        leaf("MaxRetries", window.max_retries),
    )


def _queued(message: m.GetQueuedTransfersResponse) -> str:
    return _transfers("GetQueuedTransfersResponse", "QueuedTransferStruct", message.transfers)


def _all_queued(message: m.GetAllQueuedTransfersResponse) -> str:
    return _transfers("GetAllQueuedTransfersResponse", "AllQueuedTransferStruct", message.transfers)


def _transfers(name: str, kind: str, transfers: Iterable[QueuedTransfer]) -> str:
    structs = (
        struct(
            kind,
            leaf("CommandKey", one.command_key),
            leaf("State", one.state),
            *(_whole(one) if kind == "AllQueuedTransferStruct" else ()),
        )
        for one in transfers
    )
    return call(name, array("TransferList", f"cwmp:{kind}", structs))


def _whole(transfer: QueuedTransfer) -> tuple[str, ...]:
    return (
        "" if transfer.is_download is None else flag("IsDownload", transfer.is_download),
        leaf("FileType", transfer.file_type),
        "" if transfer.file_size is None else leaf("FileSize", transfer.file_size),
        leaf("TargetFileName", transfer.target_file_name),
    )


# --- the rest -------------------------------------------------------------------------------


def _schedule_inform(message: m.ScheduleInform) -> str:
    return call(
        "ScheduleInform",
        leaf("DelaySeconds", message.delay_seconds),
        leaf("CommandKey", message.command_key),
    )


def _change_units(message: m.ChangeDUState) -> str:
    key = leaf("CommandKey", message.command_key)
    return call("ChangeDUState", *map(_operation, message.operations), key)


def _operation(one: UnitOperation) -> str:
    # No SOAP array: the schema repeats the member itself. An operation without UUID or without
    # URL is another one than with an empty one, so what is empty is left out.
    if isinstance(one, InstallUnit):
        kind, members = (
            "InstallOpStruct",
            [
                leaf("URL", one.url),
                given("UUID", one.uuid),
                given("Username", one.username),
                given("Password", one.password),
                given("ExecutionEnvRef", one.execution_env_ref),
            ],
        )
    elif isinstance(one, UpdateUnit):
        kind, members = (
            "UpdateOpStruct",
            [
                given("UUID", one.uuid),
                given("Version", one.version),
                given("URL", one.url),
                given("Username", one.username),
                given("Password", one.password),
            ],
        )
    else:
        kind, members = (
            "UninstallOpStruct",
            [
                leaf("UUID", one.uuid),
                given("Version", one.version),
                given("ExecutionEnvRef", one.execution_env_ref),
            ],
        )
    return f'<Operations xsi:type="cwmp:{kind}">{"".join(members)}</Operations>'


def _set_vouchers(message: m.SetVouchers) -> str:
    vouchers = (leaf("base64", voucher) for voucher in message.vouchers)
    return call("SetVouchers", array("VoucherList", "soap-enc:base64", vouchers))


def _options(message: m.GetOptionsResponse) -> str:
    options = array("OptionList", "cwmp:OptionStruct", map(_option, message.options))
    return call("GetOptionsResponse", options)


def _option(option: Option) -> str:
    return struct(
        "OptionStruct",
        leaf("OptionName", option.name),
        leaf("VoucherSN", option.voucher_sn),
        leaf("State", option.state),
        leaf("Mode", option.mode),
        leaf("StartDate", option.start_date),
        given("ExpirationDate", option.expiration_date),
        flag("IsTransferable", option.is_transferable),
    )


WRITERS: Mapping[type[m.Message], Callable[[Any], str]] = {
    m.Upload: _upload,
    m.UploadResponse: transfer_response("UploadResponse"),
    m.ScheduleDownload: _schedule_download,
    m.ScheduleDownloadResponse: bare("ScheduleDownloadResponse"),
    m.CancelTransfer: key_of("CancelTransfer"),
    m.CancelTransferResponse: bare("CancelTransferResponse"),
    m.GetQueuedTransfers: bare("GetQueuedTransfers"),
    m.GetQueuedTransfersResponse: _queued,
    m.GetAllQueuedTransfers: bare("GetAllQueuedTransfers"),
    m.GetAllQueuedTransfersResponse: _all_queued,
    m.FactoryReset: bare("FactoryReset"),
    m.FactoryResetResponse: bare("FactoryResetResponse"),
    m.ScheduleInform: _schedule_inform,
    m.ScheduleInformResponse: bare("ScheduleInformResponse"),
    m.ChangeDUState: _change_units,
    m.ChangeDUStateResponse: bare("ChangeDUStateResponse"),
    m.SetVouchers: _set_vouchers,
    m.SetVouchersResponse: bare("SetVouchersResponse"),
    m.GetOptions: lambda message: call("GetOptions", leaf("OptionName", message.option_name)),
    m.GetOptionsResponse: _options,
}
