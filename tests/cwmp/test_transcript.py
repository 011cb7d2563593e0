from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.transcript import (
    Entry,
    Transcript,
    TranscriptError,
    file_name,
    read_transcript,
    redact,
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    transcript = Transcript(folder, ("A-1",))
    assert "A-1" in transcript
    assert "B-2" not in transcript
    transcript.write("A-1", 1.5, "router", b"<a>\xe2\x80\xa8\xff</a>")
    transcript.write("A-1", 2.5, "acs", b"", 204)
    transcript.close()
    path = folder / "A-1.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_transcript(path.read_text(encoding="utf-8")) == [
        Entry(1.5, "router", "<a>\u2028\ufffd</a>"),
        Entry(2.5, "acs", "", 204),
    ]


@pytest.mark.parametrize(
    ("text", "number"), [("\nx", 2), ('{"at":1}', 1), ('{"at":1,"from":"me","body":""}', 1)]
)
def test_what_is_no_transcript(text: str, number: int) -> None:
    with pytest.raises(TranscriptError, match=f"line {number}: "):
        read_transcript(text)


@pytest.mark.parametrize(
    "text",
    [
        "<Name>Device.ManagementServer.Password</Name><Value xsi:type='xsd:string'>CANARY</Value>",
        "<Name>A.WiFi.PreSharedKey</Name>\n  <Value>CANARY</Value>",
        "<Name>A.KeyPassphrase</Name><Value>CANARY</Value>",
        "<Name>A.ConnectionRequestPassword</Name><Value>CANARY</Value>",
        "<Password>CANARY</Password>",
        "<cwmp:Password xsi:type='x'>CANARY</cwmp:Password>",
    ],
)
def test_secrets_are_blanked_out(text: str) -> None:
    redacted = redact(text)
    assert "CANARY" not in redacted
    assert "[redacted]" in redacted


def test_the_rest_is_kept() -> None:
    text = "<Name>Device.Uptime</Name><Value>77</Value><Password/><Password></Password>"
    assert redact(text) == text


def test_a_full_disk_does_not_stop_the_conversation(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    transcript = Transcript(blocked, ("A-1",))
    transcript.write("A-1", 1.0, "router", b"<a/>")
    transcript.write("A-1", 2.0, "router", b"<a/>")
    transcript.close()


@given(st.text(min_size=1, max_size=400))
def test_a_file_name_never_leaves_its_folder(router_id: str) -> None:
    name = file_name(router_id)
    assert "/" not in name
    assert not name.startswith(".")
    assert len(name.encode()) < 255
