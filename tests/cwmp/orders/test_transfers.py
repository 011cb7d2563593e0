import pytest

from acs.commands import CommandKind
from acs.cwmp.messages import (
    CancelTransfer,
    Download,
    DownloadResponse,
    Fault,
    ScheduleDownload,
    Upload,
    UploadResponse,
)
from acs.cwmp.structs import TimeWindow
from acs.facts import CommandAnswered, CommandFinished
from tests.cwmp.commanded import command, done, facts_in, failed, hold, outcome, said, toy_router

FIRMWARE = "1 Firmware Upgrade Image"
LOG = "2 Vendor Log File"
URL = "https://files.example.net/f/1"
WINDOWS = [{"start": 60, "end": 3600}, {"start": 86_400, "end": 90_000, "mode": "3 When Idle"}]


def test_a_download_is_accepted_and_the_session_goes_on() -> None:
    asked = command(
        "download",
        file_type=FIRMWARE,
        url=URL,
        username="u",
        password="p",
        file_size=7,
        target_file_name="x.bin",
        delay=30,
        expect_version="2.0",
        file="f1",
    )
    turns = hold(toy_router(), asked, command("get", 2, paths=["Device.DeviceInfo.UpTime"]))
    assert said(turns)[0] == Download("command-1", FIRMWARE, URL, "u", "p", 7, "x.bin", 30)
    first, second = (f for f in facts_in(turns) if isinstance(f, CommandAnswered))
    assert (first.final, first.takes, first.result) == (False, 30.0, {"status": 1})
    assert (second.command_id, second.final) == ("command-2", True)


def test_a_transfer_that_is_done_at_once_is_done() -> None:
    router = toy_router()
    router.says(Download, DownloadResponse(0, "a", "b"))
    router.says(Upload, UploadResponse(0, "a", "b"))
    times = {"status": 0, "start_time": "a", "complete_time": "b"}
    assert done(hold(router, command("download", file_type=FIRMWARE, url=URL))) == times
    assert done(hold(router, command("upload", file_type=LOG, url=URL))) == times


def test_an_upload() -> None:
    turns = hold(toy_router(), command("upload", file_type=LOG, url=URL, delay=5))
    assert said(turns) == [Upload("command-1", LOG, URL, delay_seconds=5)]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert (found.final, found.takes) == (False, 5.0)


def test_a_download_at_a_time_that_suits() -> None:
    asked = command("schedule_download", file_type=FIRMWARE, url=URL, windows=WINDOWS)
    turns = hold(toy_router(), asked)
    windows = (
        TimeWindow(60, 3600, "1 At Any Time"),
        TimeWindow(86_400, 90_000, "3 When Idle"),
    )
    assert said(turns) == [ScheduleDownload("command-1", FIRMWARE, URL, windows)]
    found = outcome(turns)
    assert isinstance(found, CommandAnswered)
    assert (found.final, found.takes) == (False, 90_000.0)


def test_a_transfer_is_cancelled() -> None:
    turns = hold(toy_router(), command("cancel_transfer", 2, command="command-1"))
    assert said(turns) == [CancelTransfer("command-1")]
    assert done(turns) == {}
    (ended,) = (fact for fact in facts_in(turns) if isinstance(fact, CommandFinished))
    assert (ended.command_id, ended.is_failed) == ("command-1", True)
    assert ended.result == {"error": "cancelled", "cancelled_by": "command-2"}


def test_a_transfer_that_cannot_be_cancelled_goes_on() -> None:
    router = toy_router()
    router.says(CancelTransfer, Fault(9021, "too late"))
    turns = hold(router, command("cancel_transfer", 2, command="command-1"))
    assert failed(turns) == {"code": 9021, "string": "too late"}
    assert not [fact for fact in facts_in(turns) if isinstance(fact, CommandFinished)]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("download", {"file_type": FIRMWARE, "file": "f1"}),
        ("upload", {"file_type": LOG}),
        ("schedule_download", {"file_type": FIRMWARE, "file": "f1", "windows": WINDOWS}),
    ],
)
def test_nothing_goes_out_without_a_link(kind: CommandKind, arguments: dict[str, object]) -> None:
    turns = hold(toy_router(), command(kind, 1, **arguments))
    assert said(turns) == []
    assert "link" in str(failed(turns)["error"])


@pytest.mark.parametrize(
    ("kind", "call", "arguments"),
    [
        ("download", Download, {"file_type": FIRMWARE, "url": URL}),
        ("upload", Upload, {"file_type": LOG, "url": URL}),
        (
            "schedule_download",
            ScheduleDownload,
            {"file_type": FIRMWARE, "url": URL, "windows": WINDOWS},
        ),
    ],
)
def test_a_refused_transfer_fails(
    kind: CommandKind, call: type, arguments: dict[str, object]
) -> None:
    router = toy_router()
    router.says(call, Fault(9010, "no"))
    assert failed(hold(router, command(kind, 1, **arguments))) == {"code": 9010, "string": "no"}
