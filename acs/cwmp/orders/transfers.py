"""Kinds download, upload, schedule_download and cancel_transfer.

A transfer that the router has accepted ends with TransferComplete, which storage pairs with its
command.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import TRANSFERS, Command
from acs.cwmp.messages import (
    CancelTransfer,
    CancelTransferResponse,
    Download,
    DownloadResponse,
    Envelope,
    Fault,
    ScheduleDownload,
    ScheduleDownloadResponse,
    Upload,
    UploadResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders import file_arguments as files
from acs.cwmp.orders.common import accepted, answered, command_key, failed
from acs.cwmp.state import Handler, Heard, Phase, SessionState, ask
from acs.cwmp.structs import TimeWindow
from acs.facts import CommandFinished


def _url(url: str) -> str:
    if not url:
        raise args.ArgumentError("url: the server did not put its own link there")
    return url


def begin_download(state: SessionState, command: Command) -> Heard:
    """Give the router a file."""
    wanted = args.parse(command.arguments, files.Download)
    message = Download(
        command_key=command_key(command),
        file_type=wanted.file_type,
        url=_url(wanted.url),
        username=wanted.username,
        password=wanted.password,
        file_size=wanted.file_size,
        target_file_name=wanted.target_file_name,
        delay_seconds=wanted.delay,
        success_url=wanted.success_url,
        failure_url=wanted.failure_url,
    )
    return ask(state, "downloading", message)


def begin_upload(state: SessionState, command: Command) -> Heard:
    """Take a file from the router."""
    wanted = args.parse(command.arguments, files.Upload)
    message = Upload(
        command_key=command_key(command),
        file_type=wanted.file_type,
        url=_url(wanted.url),
        username=wanted.username,
        password=wanted.password,
        delay_seconds=wanted.delay,
    )
    return ask(state, "uploading", message)


def begin_schedule_download(state: SessionState, command: Command) -> Heard:
    """Give the router a file at a time that suits."""
    wanted = args.parse(command.arguments, files.ScheduleDownload)
    message = ScheduleDownload(
        command_key=command_key(command),
        file_type=wanted.file_type,
        url=_url(wanted.url),
        username=wanted.username,
        password=wanted.password,
        file_size=wanted.file_size,
        target_file_name=wanted.target_file_name,
        windows=tuple(
            TimeWindow(one.start, one.end, one.mode, one.user_message, one.max_retries)
            for one in wanted.windows
        ),
    )
    return ask(state, "scheduling", message)


def transferring(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """DownloadResponse or UploadResponse: done at once, or TransferComplete follows."""
    message = envelope.message
    assert isinstance(message, DownloadResponse | UploadResponse)
    assert state.command is not None
    result: dict[str, object] = {"status": message.status}
    if message.status == 0:
        times = {"start_time": message.start_time, "complete_time": message.complete_time}
        return answered(state, now, {**result, **times})
    delay = state.command.arguments.get("delay", 0)
    return accepted(state, now, result, takes=float(delay) if isinstance(delay, int) else 0.0)


def scheduled(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """ScheduleDownloadResponse."""
    assert state.command is not None
    wanted = args.parse(state.command.arguments, files.ScheduleDownload)
    return accepted(state, now, {}, takes=float(wanted.windows[-1].end))


def begin_cancel(state: SessionState, command: Command) -> Heard:
    """Take a transfer back."""
    return ask(
        state,
        "cancelling",
        CancelTransfer(args.parse(command.arguments, files.CancelTransfer).command),
    )


def cancelled(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """CancelTransferResponse: no TransferComplete will come (A.4.1.9), so the transfer is over."""
    assert state.command is not None
    key = args.parse(state.command.arguments, files.CancelTransfer).command
    return answered(state, now, {}, given_up(state, key, now))


def given_up(state: SessionState, key: str, now: float) -> CommandFinished:
    """The end of a transfer that the router was told to give up."""
    assert state.command is not None
    return CommandFinished(
        router_id=state.router_id,
        at=now,
        command_id=key,
        kinds=tuple(sorted(TRANSFERS)),
        is_failed=True,
        result={"error": "cancelled", "cancelled_by": state.command.command_id},
    )


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("downloading", DownloadResponse): transferring,
        ("downloading", Fault): failed,
        ("uploading", UploadResponse): transferring,
        ("uploading", Fault): failed,
        ("scheduling", ScheduleDownloadResponse): scheduled,
        ("scheduling", Fault): failed,
        ("cancelling", CancelTransferResponse): cancelled,
        ("cancelling", Fault): failed,
    }
)
