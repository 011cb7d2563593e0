"""Downloads, uploads and throughput tests over real sockets: what a link gives and what not."""

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from acs.facts import CommandFailed
from acs.files.files import Entry
from acs.files.shelf import Draft
from acs.storage.errors import StorageUnavailableError
from acs.storage.file_rows import UploadRow
from tests.files.conftest import DEVICE, NOW, OTHER, FileServer, reply

DATA = bytes(range(256)) * 1200  # 307,200 bytes
Make = Callable[..., FileServer]


@pytest.fixture
def link(server: FileServer) -> str:
    """A link to DATA for a download that was sent."""
    row = server.add(DATA)
    return server.link("f", row.file_id, server.command("c1"))


# --- downloads ------------------------------------------------------------------------------------


def test_a_link_gives_the_whole_file(server: FileServer, link: str) -> None:
    got = server.ask("GET", f"{link}/hub5-2.0.bin")
    assert (got.status, got.body) == (200, DATA)
    assert got.headers["content-length"] == str(len(DATA))
    assert got.headers["etag"] == f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["content-type"] == "application/octet-stream"
    server.until(lambda: server.metrics.requests["download", 200] == 1)
    assert server.metrics.bytes["out"] == len(DATA)
    server.until(lambda: server.metrics.connections == 0)


def test_what_is_not_in_memory_is_read_all_the_same(
    server: FileServer, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unready(*_: object) -> int:
        raise BlockingIOError

    monkeypatch.setattr("acs.files.sources.os.preadv", unready)
    assert server.ask("GET", link).body == DATA
    assert server.ask("GET", link, headers={"Range": "bytes=70000-"}).body == DATA[70_000:]
    monkeypatch.setattr("acs.files.sources._NOW_OR_NEVER", None)
    assert server.ask("GET", link).body == DATA


def test_names_behind_a_link_and_queries_do_not_matter(server: FileServer, link: str) -> None:
    for path in (link, f"{link}/", f"{link}/other.bin", f"{link}/x?serial=1", f"{link}/%2e%2e"):
        assert server.ask("GET", path).status == 200, path


def test_head_says_the_length_and_sends_nothing(server: FileServer, link: str) -> None:
    with server.connect() as peer:
        peer.sendall(f"HEAD {link} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        whole = b"".join(iter(lambda: peer.recv(65_536), b""))
    head, _, body = whole.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(DATA)}".encode() in head
    assert body == b""


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=307199-", 307_199, 307_199),
        ("bytes=300000-999999", 300_000, 307_199),
        ("bytes=-5", 307_195, 307_199),
        ("bytes=-999999", 0, 307_199),
    ],
)
def test_ranges(server: FileServer, link: str, asked: str, first: int, last: int) -> None:
    got = server.ask("GET", link, headers={"Range": asked})
    assert (got.status, got.body) == (206, DATA[first : last + 1])
    assert got.headers["content-range"] == f"bytes {first}-{last}/{len(DATA)}"
    assert got.headers["content-length"] == str(last - first + 1)


def test_a_range_beyond_the_end_is_416(server: FileServer, link: str) -> None:
    got = server.ask("GET", link, headers={"Range": "bytes=307200-"})
    assert got.status == 416
    assert got.headers["content-range"] == f"bytes */{len(DATA)}"


def test_several_ranges_and_other_versions_are_answered_with_all(
    server: FileServer, link: str
) -> None:
    etag = server.ask("HEAD", link).headers["etag"]
    for headers, status in (
        ({"Range": "bytes=0-1,5-6"}, 200),
        ({"Range": "lines=0-1"}, 200),
        ({"Range": "bytes=9-3"}, 200),
        ({"Range": "bytes=0-1", "If-Range": '"other"'}, 200),
        ({"Range": "bytes=0-1", "If-Range": etag}, 206),
        ({"If-None-Match": etag}, 304),
    ):
        assert server.ask("GET", link, headers=headers).status == status, headers


def test_an_empty_file_has_no_ranges(server: FileServer) -> None:
    row = server.add(b"")
    link = server.link("f", row.file_id, server.command("c1"))
    assert server.ask("GET", link).body == b""
    assert server.ask("GET", link, headers={"Range": "bytes=0-"}).status == 416


def test_a_file_that_is_removed_meanwhile_is_sent_whole(server: FileServer) -> None:
    data = os.urandom(4_000_000)  # more than the system buffers between two sockets
    row = server.add(data)
    link = server.link("f", row.file_id, server.command("c1"))
    with server.connect() as peer:
        peer.sendall(f"GET {link} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        server.until(lambda: server.metrics.bytes["out"] > 0)
        assert server.do(lambda: server.files.remove(row.file_id))
        assert reply(peer).body == data
    assert server.ask("GET", link).status == 404
    assert server.left("files") == []


# --- links that are worth nothing -----------------------------------------------------------------


def test_tampered_links_are_403(server: FileServer, link: str) -> None:
    _, purpose, subject, command, expiry, mac = link.split("/")
    server.command("c2", device=OTHER)
    row = server.add(b"other")
    for path in (
        f"/{purpose}/{row.file_id}/{command}/{expiry}/{mac}",  # another file
        f"/{purpose}/{subject}/c2/{expiry}/{mac}",  # another router's command
        f"/{purpose}/{subject}/{command}/{int(expiry, 16) + 9:x}/{mac}",  # a longer life
        f"/t/100/{command}/{expiry}/{mac}",
        f"/u/0/{command}/{expiry}/{mac}",
        f"{link[:-22]}{'A' * 22}",
        f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}",
    ):
        got = server.ask("GET", path)
        assert got.status == 403, path
        assert DATA[:100] not in got.body
    assert server.metrics.requests["other", 403] == 7


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/f",
        "/f/",
        "/files",
        "/f/../../etc/passwd",
        "/../acs.db",
        "/f/%2e%2e%2facs.db/c1/1/AAAAAAAAAAAAAAAAAAAAAA",
        "//f/1/c1/1/AAAAAAAAAAAAAAAAAAAAAA",
        "/f/1/c1/1/AAAAAAAAAAAAAAAAAAAAAA/a/b",
        "/robots.txt",
    ],
)
def test_what_is_no_link_is_404(server: FileServer, path: str) -> None:
    got = server.ask("GET", path)
    assert (got.status, got.body) == (404, b"Not Found\n")


def test_an_expired_link_is_410(server: FileServer, link: str) -> None:
    server.now += 599
    assert server.ask("GET", link).status == 200
    server.now += 1
    assert server.ask("GET", link).status == 410


def test_a_link_is_good_from_sending_to_the_end(server: FileServer) -> None:
    row = server.add(DATA)
    link = server.link("f", row.file_id, server.command("c1", sent=False))
    assert server.ask("GET", link).status == 403
    server.do(lambda: server.store.claim(DEVICE.router_id, NOW, lambda *_: ()))
    assert server.ask("GET", link).status == 200
    server.commit(CommandFailed(router_id=DEVICE.router_id, at=NOW, command_id="c1", result={}))
    assert server.ask("GET", link).status == 410
    assert server.ask("GET", server.link("f", row.file_id, "unknown")).status == 404


def test_methods_that_a_link_does_not_give_are_405(server: FileServer, link: str) -> None:
    assert server.ask("PUT", link, b"x").status == 405
    upload = server.link("u", "0", "c1")
    assert server.ask("GET", upload).status == 405
    assert server.ask("DELETE", link).status == 405


def test_a_file_whose_bytes_are_gone_is_500_and_storage_that_is_away_503(
    server: FileServer, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.left("files")[0].unlink()
    assert server.ask("GET", link).status == 500

    def away(_command_id: str) -> Any:
        raise StorageUnavailableError("away")

    monkeypatch.setattr(server.store, "command", away)
    got = server.ask("GET", link)
    assert (got.status, got.headers["retry-after"]) == (503, "30")


# --- uploads --------------------------------------------------------------------------------------


def test_an_upload_is_kept_with_its_hash(server: FileServer) -> None:
    command = server.command("c1", "upload", file_type="1 Vendor Configuration File")
    got = server.ask("PUT", f"{server.link('u', '0', command)}/config.bin", DATA)
    assert got.status == 201
    (row,) = server.do(lambda: server.store.uploads(DEVICE.router_id, 9))
    assert (row.command_id, row.size, row.at) == ("c1", len(DATA), NOW)
    assert row.file_type == "1 Vendor Configuration File"
    assert row.sha256 == hashlib.sha256(DATA).hexdigest()
    assert server.files.path_of(row).read_bytes() == DATA
    assert server.files.path_of(row).stat().st_mode & 0o777 == 0o600
    server.until(lambda: not server.left("drafts"))
    assert server.metrics.requests["upload", 201] == 1
    assert server.metrics.bytes["in"] == len(DATA)


def test_a_second_upload_is_409_and_changes_nothing(server: FileServer) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    assert server.ask("POST", link, b"first").status == 201
    assert server.ask("PUT", link, b"second").status == 409
    (path,) = server.left("uploads")
    assert path.read_bytes() == b"first"


def test_chunks_and_expect_continue(server: FileServer) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    with server.connect() as peer:
        head = f"PUT {link} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        peer.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert peer.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
        assert reply(peer).status == 201
    assert server.left("uploads")[0].read_bytes() == b"hello!"


def test_an_upload_that_is_refused_is_not_invited(make: Make) -> None:
    server = make(upload_limit=10)
    link = server.link("u", "0", server.command("c1", "upload"))
    head = f"PUT {link} HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
    assert server.raw(head.encode()).status == 413


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_that_is_too_large_is_413_and_leaves_nothing(
    make: Make, *, chunked: bool
) -> None:
    server = make(upload_limit=100_000)
    link = server.link("u", "0", server.command("c1", "upload"))
    with server.connect() as peer:
        if chunked:
            peer.sendall(
                f"PUT {link} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            )
            piece = b"%x\r\n%b\r\n" % (50_000, bytes(50_000))
            peer.sendall(piece * 3)
        else:
            peer.sendall(
                f"PUT {link} HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n".encode()
            )
        assert reply(peer).status == 413
    server.until(lambda: not server.left("drafts"))
    assert server.left("uploads") == []
    # The limit itself is allowed, and a failed upload may be repeated.
    assert server.ask("PUT", link, bytes(100_000)).status == 201


def test_a_peer_that_goes_away_leaves_nothing_and_may_come_again(server: FileServer) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    with server.connect() as peer:
        peer.sendall(f"PUT {link} HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc".encode())
        server.until(lambda: server.metrics.bytes["in"] == 3)
    server.until(lambda: server.metrics.connections == 0 and not server.left("drafts"))
    assert server.left("uploads") == []
    assert server.ask("PUT", link, b"whole").status == 201


def test_of_uploads_at_the_same_time_one_is_taken(server: FileServer) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    barrier = threading.Barrier(8)

    def upload(number: int) -> int:
        barrier.wait(20)
        return server.ask("PUT", link, bytes([number]) * 200_000).status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(upload, range(8)))
    assert statuses == [201, *[409] * 7]
    (path,) = server.left("uploads")
    assert len(set(path.read_bytes())) == 1
    server.until(lambda: not server.left("drafts"))


def test_while_one_upload_comes_another_is_not_begun(server: FileServer) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    with server.connect() as first:
        first.sendall(f"PUT {link} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc".encode())
        server.until(lambda: server.metrics.bytes["in"] == 3)
        head = f"PUT {link} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n".encode()
        assert server.raw(head).status == 409  # before its body came
        first.sendall(b"defghi")
        assert reply(first).status == 201
    assert server.left("uploads")[0].read_bytes() == b"abcdefghi"


def test_of_uploads_on_two_nodes_one_is_kept(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    assert server.ask("PUT", link, b"first").status == 201
    # The other node looked before the first one's row was there.
    monkeypatch.setattr(server.store, "upload", lambda *_: succeed(None))
    assert server.ask("PUT", link, b"second").status == 409
    (path,) = server.left("uploads")
    assert path.read_bytes() == b"first"


def test_uploads_of_many_commands_at_the_same_time(server: FileServer) -> None:
    links = [server.link("u", "0", server.command(f"c{number}", "upload")) for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        bodies = [os.urandom(300_000 + number) for number in range(12)]
        answers = list(pool.map(lambda at: server.ask("PUT", links[at], bodies[at]), range(12)))
    assert {answer.status for answer in answers} == {201}
    rows = server.do(lambda: server.store.uploads(DEVICE.router_id, 99))
    kept = {row.command_id: server.files.path_of(row).read_bytes() for row in rows}
    assert kept == {f"c{number}": bodies[number] for number in range(12)}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
def test_bodies_that_are_not_the_file_itself_are_415(
    server: FileServer, headers: dict[str, str]
) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    assert server.ask("PUT", link, b"x", headers).status == 415


def test_a_full_disk_is_507_and_leaves_nothing(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    real = os.write

    def write(file: int, data: Any) -> int:
        if len(data) > 1000 and bytes(data[:1]) == b"F":
            raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr("acs.files.shelf.os.write", write)
    got = server.ask("PUT", link, b"F" * 50_000)
    assert (got.status, got.body) == (507, b"There is no room for the upload.\n")
    server.until(lambda: not server.left("drafts"))
    assert server.left("uploads") == []
    monkeypatch.undo()
    assert server.ask("PUT", link, b"F" * 50_000).status == 201


def test_space_that_is_to_stay_free_stays_free(make: Make) -> None:
    server = make(free_space=2**60)
    link = server.link("u", "0", server.command("c1", "upload"))
    got = server.ask("PUT", link, b"x")
    assert (got.status, got.headers["retry-after"]) == (507, "30")
    server.until(lambda: not server.left("drafts"))


def test_an_upload_that_storage_cannot_record_is_503_and_leaves_nothing(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))

    def away(_row: object) -> Any:
        raise StorageUnavailableError("away")

    monkeypatch.setattr(server.store, "add_upload", away)
    assert server.ask("PUT", link, b"x").status == 503
    assert server.left("uploads") == []
    server.until(lambda: not server.left("drafts"))
    monkeypatch.undo()
    assert server.ask("PUT", link, b"x").status == 201


def test_bytes_are_durable_before_they_are_acknowledged(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = server.link("u", "0", server.command("c1", "upload"))
    done: list[str] = []
    keep = Draft.keep

    def kept(self: Draft, room: Any, file_id: str) -> None:
        keep(self, room, file_id)
        done.append("file")

    add = server.store.add_upload

    def added(row: UploadRow) -> "Deferred[bool]":
        def note(new: bool) -> bool:  # noqa: FBT001 - a callback
            done.append("row")
            return new

        return add(row).addCallback(note)

    monkeypatch.setattr(Draft, "keep", kept)
    monkeypatch.setattr(server.store, "add_upload", added)
    assert server.ask("PUT", link, b"x").status == 201
    assert done == ["file", "row"]


# --- throughput tests -----------------------------------------------------------------------------


def test_throughput_tests_both_ways(make: Make) -> None:
    server = make(test_limit=2_000_000)
    link = server.link("t", "1500000", server.command("c1", "diagnostic"))
    got = server.ask("GET", f"{link}/test.bin")
    assert (got.status, len(got.body)) == (200, 1_500_000)
    assert server.ask("HEAD", link).headers["content-length"] == "1500000"
    assert server.ask("PUT", link, bytes(1_000_000)).status == 201
    assert server.metrics.bytes == {"out": 1_500_000, "in": 1_000_000}
    assert server.ask("PUT", link, bytes(2_000_001)).status == 413
    assert server.ask("GET", server.link("t", "2000001", "c1")).status == 413
    assert server.left("uploads") == []


def test_rates_are_kept(make: Make) -> None:
    server = make(connection_rate=400_000)
    row = server.add(bytes(200_000), Entry(name="a.bin", kind="config"))
    link = server.link("f", row.file_id, server.command("c1"))
    began = server.reactor.seconds()
    assert len(server.ask("GET", link).body) == 200_000
    # Half a second's worth, of which the burst and the last piece are not waited for.
    assert server.reactor.seconds() - began > 0.05
