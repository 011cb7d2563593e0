"""Drafts and what is kept: nothing half, nothing outside, nothing left behind."""

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from acs.files.shelf import (
    STALE,
    BadIdError,
    DiskFullError,
    DraftEndedError,
    KeptAlreadyError,
    Shelf,
    TooLargeError,
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "files")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_draft_becomes_a_file_or_nothing(shelf: Shelf, tmp_path: Path) -> None:
    draft = shelf.draft(10)
    draft.write(b"hello")
    draft.keep("files", "f1")
    draft.drop()
    assert shelf.path("files", "f1").read_bytes() == b"hello"
    other = shelf.draft(10)
    other.write(b"x")
    other.drop()
    other.drop()
    assert files_below(tmp_path) == [shelf.path("files", "f1")]


def test_nothing_is_replaced(shelf: Shelf) -> None:
    for data in (b"first", b"second"):
        draft = shelf.draft(10)
        draft.write(data)
        if data == b"first":
            draft.keep("uploads", "u1")
        else:
            with pytest.raises(KeptAlreadyError):
                draft.keep("uploads", "u1")
        draft.drop()
    assert shelf.path("uploads", "u1").read_bytes() == b"first"


def test_the_limit_is_kept_to_the_byte(shelf: Shelf, tmp_path: Path) -> None:
    draft = shelf.draft(5)
    draft.write(b"12345")
    with pytest.raises(TooLargeError, match="more than 5 bytes"):
        draft.write(b"6")
    assert draft.size == 5
    draft.drop()
    assert files_below(tmp_path) == []


@pytest.mark.parametrize(
    "file_id", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0", "é", "a.b"]
)
def test_an_id_is_no_path(shelf: Shelf, file_id: str) -> None:
    with pytest.raises(BadIdError):
        shelf.path("files", file_id)


def test_a_draft_that_ended_takes_nothing(shelf: Shelf) -> None:
    draft = shelf.draft(10)
    draft.drop()
    with pytest.raises(DraftEndedError):
        draft.write(b"x")
    with pytest.raises(DraftEndedError):
        draft.keep("files", "f1")


def test_a_drop_waits_for_the_write_under_way(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = shelf.draft(10)
    entered, go = threading.Event(), threading.Event()
    real = os.write

    def write(file: int, data: Any) -> int:
        entered.set()
        assert go.wait(20)
        return real(file, data)

    monkeypatch.setattr("acs.files.shelf.os.write", write)
    writer = threading.Thread(target=draft.write, args=(b"hello",))
    writer.start()
    assert entered.wait(20)
    dropper = threading.Thread(target=draft.drop)
    dropper.start()
    assert draft._file >= 0  # still open: its number is nobody else's
    go.set()
    writer.join(20)
    dropper.join(20)
    assert draft._file == -1


def test_a_full_disk_is_told_apart(shelf: Shelf, tmp_path: Path) -> None:
    """A real limit of the system, in a process of its own."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from acs.files.shelf import DiskFullError, Shelf\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "draft = Shelf(Path(sys.argv[1])).draft(10**6)\n"
        "draft.write(b'x' * 4000)\n"
        "try:\n"
        "    draft.write(b'x' * 4000)\n"
        "except DiskFullError as error:\n"
        "    print(error)\n"
        "draft.drop()\n"
    )
    assert resource.RLIMIT_FSIZE
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(tmp_path / "full")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("no room for the file")
    assert files_below(tmp_path) == []


def test_free_space_is_looked_at(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "not" / "yet", free_space=2**60)
    with pytest.raises(DiskFullError, match="would stay free"):
        shelf.draft(1)
    Shelf(tmp_path, free_space=1).check_room(1)


def test_only_old_drafts_are_swept(shelf: Shelf) -> None:
    old, young = shelf.draft(1), shelf.draft(1)
    written = old._path.stat().st_mtime
    os.utime(old._path, (0, written - STALE - 1))
    assert shelf.sweep(written) == 1
    assert not old._path.exists()
    assert young._path.exists()
    old.drop()
    young.drop()
    assert Shelf(Path("/nonexistent")).sweep(0) == 0


def test_rooms_are_private(shelf: Shelf) -> None:
    shelf.draft(1).drop()
    for room in ("files", "uploads"):
        assert shelf.path(room, "x").parent.stat().st_mode & 0o777 == 0o700
