import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

from acs.cli.app import app
from acs.simulator.service import Service
from tests.cli.conftest import Handler

Run = Callable[..., Result]
ROUTER = "00A1B2-My%2DBox-S1"
FILE: dict[str, Any] = {
    "file_id": "3f9c0a12be77",
    "name": "hub5.bin",
    "kind": "1 Firmware Upgrade Image",
    "manufacturer": "",
    "oui": "00D09E",
    "product_class": "",
    "model": "Hub 5*",
    "version": "2.0",
    "sha256": hashlib.sha256(b"image").hexdigest(),
    "size": 5_242_880,
    "added_at": "2026-09-21T14:00:00Z",
    "added_by": "socket",
    "note": "",
}


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "hub5.bin"
    path.write_bytes(b"image")
    return str(path)


def answering(status: int = 200, body: object = None) -> tuple[list[httpx.Request], Handler]:
    """What was asked, and a handler that answers everything so."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(status, json=body) if body is not None else httpx.Response(status)

    return seen, handle


def test_add_streams_the_file_and_prints_its_id_alone(run: Run, image: str) -> None:
    seen, handler = answering(201, FILE)
    result = run("files", "add", image, "--model", "Hub 5*", "--version", "2.0", handler=handler)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "3f9c0a12be77\n"
    assert result.stderr == ("hub5.bin is in the catalogue: 1 Firmware Upgrade Image, 5.0 MiB\n")
    (request,) = seen
    assert (request.method, request.url.path, request.content) == ("POST", "/v1/files", b"image")
    assert dict(request.url.params) == {
        "name": "hub5.bin",
        "kind": "firmware",
        "model": "Hub 5*",
        "version": "2.0",
    }
    assert request.headers["content-length"] == "5"


def test_add_with_json_and_all_there_is_to_say(run: Run, image: str) -> None:
    seen, handler = answering(201, FILE)
    options = ("--type", "config", "--name", "a.xml", "--oui", "001122", "--manufacturer", "A B")
    more = ("--product-class", "Hub-5", "--note", "ticket 4711", "--json")
    result = run("files", "add", image, *options, *more, handler=handler)
    assert json.loads(result.stdout) == FILE
    assert dict(seen[0].url.params) == {
        "name": "a.xml",
        "kind": "config",
        "oui": "001122",
        "manufacturer": "A B",
        "product_class": "Hub-5",
        "note": "ticket 4711",
    }


def test_a_file_that_changed_on_its_way_is_taken_out_again(run: Run, image: str) -> None:
    seen, handler = answering(201, {**FILE, "sha256": "00"})
    result = run("files", "add", image, "--model", "x", handler=handler)
    assert result.exit_code == 1
    assert result.stderr == "acs: hub5.bin changed on its way to the daemon; it was not added\n"
    assert [request.method for request in seen] == ["POST", "DELETE"]
    assert seen[1].url.path == "/v1/files/3f9c0a12be77"


def test_what_the_daemon_refuses_is_one_line(run: Run, image: str) -> None:
    problem = {"title": "x", "detail": "model: firmware needs a model"}
    _, handler = answering(422, problem)
    result = run("files", "add", image, handler=handler)
    assert (result.exit_code, result.stderr) == (2, "acs: model: firmware needs a model\n")
    assert run("files", "add", "/nonexistent").exit_code == 2


def test_list(run: Run) -> None:
    _, handler = answering(200, {"items": [FILE]})
    result = run("files", "list", handler=handler)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["FILE", "NAME", "KIND", "FOR", "VERSION", "SIZE", "ADDED", "BY"]
    for cell in ("3f9c0a12be77", "hub5.bin", "00D09E Hub 5*", "2.0", "5.0 MiB", "socket"):
        assert cell in lines[1]
    assert json.loads(run("files", "list", "--json", handler=handler).stdout) == [FILE]
    _, handler = answering(200, {"items": []})
    empty = run("files", "list", handler=handler)
    assert (empty.exit_code, empty.stdout, empty.stderr) == (0, "", "no files\n")


def test_remove(run: Run) -> None:
    seen, handler = answering(204)
    result = run("files", "remove", "3f9c0a12be77", handler=handler)
    assert (result.exit_code, result.stderr) == (0, "3f9c0a12be77 is removed\n")
    assert (seen[0].method, seen[0].url.path) == ("DELETE", "/v1/files/3f9c0a12be77")
    _, handler = answering(404, {"detail": "There is no file 'x'."})
    result = run("files", "remove", "x", handler=handler)
    assert (result.exit_code, result.stderr) == (3, "acs: There is no file 'x'.\n")


def uploads(content: bytes = b"secrets", **changes: Any) -> Handler:
    """An API with one router that has one upload."""
    about = {
        "router_id": ROUTER,
        "command_id": "c1",
        "file_type": "1 Vendor Configuration File",
        "sha256": hashlib.sha256(b"secrets").hexdigest(),
        "size": 7,
        "at": "2026-09-21T14:00:00Z",
        **changes,
    }

    def handle(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0]
        if path.endswith("/content"):
            return httpx.Response(200, content=content)
        if path.endswith("/uploads"):
            return httpx.Response(200, json={"items": [about]})
        if path.endswith("/c1"):
            return httpx.Response(200, json=about)
        if path.endswith("/c2"):
            return httpx.Response(404, json={"detail": "There is no upload 'c2'."})
        return httpx.Response(200, json={"router_id": ROUTER})

    return handle


def test_fetch_writes_a_file_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "config.xml"
    result = run("files", "fetch", ROUTER, "c1", "-o", str(target), handler=uploads())
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert target.read_bytes() == b"secrets"
    assert target.stat().st_mode & 0o777 == 0o600
    assert run("files", "fetch", ROUTER, "c1", handler=uploads()).stdout == "secrets"


def test_fetch_leaves_nothing_that_is_not_whole(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "config.xml"
    target.write_text("before")
    result = run("files", "fetch", ROUTER, "c1", "-o", str(target), handler=uploads(b"sec"))
    assert result.exit_code == 1
    assert "changed on its way" in result.stderr
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]
    missing = run("files", "fetch", ROUTER, "c2", "-o", str(target), handler=uploads())
    assert (missing.exit_code, missing.stderr) == (3, "acs: There is no upload 'c2'.\n")


def test_uploads_are_listed(run: Run) -> None:
    result = run("files", "uploads", ROUTER, handler=uploads())
    for cell in ("c1", "1 Vendor Configuration File", "7 B"):
        assert cell in result.stdout
    assert json.loads(run("files", "uploads", ROUTER, "--json", handler=uploads()).stdout)


@pytest.mark.parametrize("name", ["add", "list", "remove", "uploads", "fetch"])
def test_each_help_teaches_with_an_example(run: Run, name: str) -> None:
    result = run("files", name, "--help")
    _, _, examples = result.stdout.partition("Example")
    assert f"\n    acs files {name}" in examples


def test_types_are_completed(run: Run) -> None:
    command = app.get_command(None, "files")  # type: ignore[arg-type]
    assert isinstance(command, click.Group)
    complete = ShellComplete(command, {}, "acs", "_ACS_COMPLETE")
    found = complete.get_completions(["add", "x", "--type"], "s")
    assert [each.value for each in found] == ["stored-firmware"]


def test_through_a_running_daemon(run: Run, tmp_path: Path) -> None:
    """The command line, the daemon as a process, its disk: a large file there and away again."""
    data = bytes(range(256)) * 40_000  # 10 MB, beyond every limit of other bodies
    image = tmp_path / "hub5.bin"
    image.write_bytes(data)
    service = Service(tmp_path / "state", {})
    service.start()
    try:
        at = ("--socket", str(service.socket))
        added = run("files", "add", str(image), "--model", "Hub 5*", *at)
        assert added.exit_code == 0, added.stderr
        (stored,) = (tmp_path / "state" / "files" / "files").iterdir()
        assert stored.name == added.stdout.strip()
        assert stored.read_bytes() == data
        (row,) = json.loads(run("files", "list", "--json", *at).stdout)
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert run("files", "remove", stored.name, *at).exit_code == 0
        assert not stored.exists()
    finally:
        service.stop()
