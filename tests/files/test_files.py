"""Adding and removing files, and housekeeping: what is kept no longer goes, nothing else."""

import os
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from acs.files.catalogue import BadEntryError
from acs.files.files import Entry
from acs.files.shelf import STALE
from acs.storage.errors import StorageUnavailableError
from tests.files.conftest import DEVICE, FIRMWARE, NOW, FileServer

DAY = 86_400.0


def age(path: Path, at: float) -> None:
    os.utime(path, (at, at))


def tidy(server: FileServer) -> None:
    server.do(lambda: Deferred.fromCoroutine(server.files.tidy()))


@pytest.mark.parametrize(
    "entry",
    [
        Entry(name="../x", kind="firmware", model="x"),
        Entry(name="x", kind="nonsense"),
        Entry(name="x", kind="firmware"),
        Entry(name="x", kind="config", oui="zz"),
    ],
)
def test_bad_entries_cost_no_draft(server: FileServer, entry: Entry) -> None:
    with pytest.raises(BadEntryError):
        server.files.begin(entry, "test")
    assert not server.folder.exists()


def test_a_file_that_cannot_be_listed_is_not_kept(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_row: object) -> None:
        raise StorageUnavailableError("away")

    monkeypatch.setattr(server.store, "add_file", away)
    incoming = server.do(lambda: server.files.begin(FIRMWARE, "test"))
    server.do(lambda: incoming.write(b"x"))
    with pytest.raises(StorageUnavailableError):
        server.do(incoming.keep)
    server.do(incoming.drop)
    assert server.left("files") == server.left("drafts") == []


def test_removing_twice(server: FileServer) -> None:
    row = server.add(b"x")
    assert server.do(lambda: server.files.remove(row.file_id)) is True
    assert server.do(lambda: server.files.remove(row.file_id)) is False
    assert server.left("files") == []


def test_housekeeping(server: FileServer) -> None:
    kept = server.add(b"x")
    for command in ("c1", "c2"):
        link = server.link("u", "0", server.command(command, "upload"))
        assert server.ask("PUT", link, b"old").status == 201
        server.now += 60 * DAY
    (folder,) = {path.parent for path in server.left("uploads")}
    for room in ("files", "uploads"):
        for name, at in (("lost", server.now - STALE - 1), ("fresh", server.now - 10)):
            path = folder.parent / room / name
            path.write_bytes(b"?")
            age(path, at)
    for path in (*server.left("uploads"), *server.left("files")):
        if path.name not in ("lost", "fresh"):
            age(path, NOW)
    tidy(server)
    rows = server.do(lambda: server.store.uploads(DEVICE.router_id, 9))
    assert [row.command_id for row in rows] == ["c2"]
    assert {path.name for path in server.left("uploads")} == {rows[0].path, "fresh"}
    assert {path.name for path in server.left("files")} == {kept.file_id, "fresh"}
    tidy(server)


def test_housekeeping_before_the_first_file(server: FileServer) -> None:
    tidy(server)
    assert not server.folder.exists()
