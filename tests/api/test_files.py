"""Routes of the catalogue and of uploads, with real files on disk."""

import asyncio
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock

from acs.api.app import create_app
from acs.api.settings import ApiSettings
from acs.files.files import Files
from acs.files.preparing import NoAddressError, UnfitFileError, UnknownFileError
from acs.files.settings import FileSettings
from acs.storage.file_rows import UploadRow
from tests.api.harness import DEVICE, NOW, Api

P = ParamSpec("P")
T = TypeVar("T")
DATA = bytes(range(256)) * 20_000  # more than the limit of other bodies
HUB = {"name": "hub5.bin", "product_class": "Hub-5", "version": "2.0"}


def at_once(call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Deferred[T]":
    """Blocking calls in the test's own thread."""
    return maybeDeferred(call, *args, **kwargs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def filed(api: Api, folder: Path) -> Api:
    """The application with a file server."""
    api.services = dataclasses.replace(
        api.services,
        files=Files(
            api.store,
            FileSettings(file_limit=len(DATA), free_space=0),
            b"k" * 32,
            folder=folder,
            beside="127.0.0.1:7547",
            clock=Clock(),
            in_thread=at_once,
            metrics=api.metrics,
            now=lambda: NOW,
        ),
    )
    api.app = create_app(api.services, ApiSettings(body_limit=1000))
    return api


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def add(api: Api, data: Any = DATA, **query: str) -> Any:
    return api.request("POST", "/v1/files", params={**HUB, **query}, content=data)


def test_a_file_is_added_listed_shown_and_removed(filed: Api, folder: Path) -> None:
    answer = add(filed, note="for München", oui="001122 00d09e")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert answer.headers["location"] == f"/v1/files/{found['file_id']}"
    assert found == {
        "file_id": found["file_id"],
        "name": "hub5.bin",
        "kind": "1 Firmware Upgrade Image",
        "manufacturer": "",
        "oui": "001122,00D09E",
        "product_class": "Hub-5",
        "model": "",
        "version": "2.0",
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "size": len(DATA),
        "added_at": "2026-03-01T10:13:20Z",
        "added_by": "socket",
        "note": "for München",
    }
    assert (folder / "files" / found["file_id"]).read_bytes() == DATA
    assert left(folder) == [found["file_id"]]
    assert filed.get("/v1/files").json() == {"items": [found]}
    path = f"/v1/files/{found['file_id']}"
    assert filed.get(path).json() == found
    assert filed.request("DELETE", path).status_code == 204
    assert filed.request("DELETE", path).status_code == filed.get(path).status_code == 404
    assert left(folder) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"name": "../x"}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"kind": "7 Other"}, "kind"),
        ({"oui": "xyz"}, "oui"),
        ({"product_class": ""}, "model"),
        ({"sha256": "ab" * 32}, "sha256"),
        ({"sha256": "x"}, "sha256"),
    ],
)
def test_what_is_wrong_is_named_and_leaves_nothing(
    filed: Api, folder: Path, query: dict[str, str], field: str
) -> None:
    answer = add(filed, b"x", **query)
    assert answer.status_code == 422
    assert [(each["where"], each["name"]) for each in answer.json()["errors"]] == [("query", field)]
    assert left(folder) == []
    assert filed.get("/v1/files").json() == {"items": []}


def test_the_right_hash_is_taken(filed: Api) -> None:
    assert add(filed, b"x", sha256=hashlib.sha256(b"x").hexdigest().upper()).status_code == 201


def test_too_large_and_a_full_disk_leave_nothing(
    filed: Api, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = add(filed, DATA + b"x")
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:acsd:problem:too-large")
    assert left(folder) == []

    def full(_file: int, _data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("acs.files.shelf.os.write", full)
    answer = add(filed)
    assert (answer.status_code, answer.json()["type"]) == (507, "urn:acsd:problem:no-room")
    assert left(folder) == []


def test_a_body_that_breaks_off_leaves_nothing(filed: Api, folder: Path) -> None:
    async def main() -> None:
        sent: list[Any] = []
        pieces = [
            {"type": "http.request", "body": b"x" * 2_000_000, "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Any:
            return pieces.pop(0) if pieces else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/files",
            "raw_path": b"/v1/files",
            "query_string": b"name=x&model=y",
            "headers": [],
            "acs.channel": "socket",
        }
        await filed.app(scope, receive, send)  # type: ignore[arg-type]

    filed.runner.run(main())
    assert left(folder) == []
    assert filed.get("/v1/files").json() == {"items": []}


def test_a_body_is_written_as_it_comes(filed: Api, folder: Path) -> None:
    seen: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield bytes(1_100_000)
            await asyncio.sleep(0)
            seen.extend(path.stat().st_size for path in (folder / "drafts").glob("*"))

    assert add(filed, body()).status_code == 201
    assert seen == sorted(seen)
    assert len(set(seen)) > 2  # it grew: nothing was held back to the end


def test_scopes(filed: Api) -> None:
    read, act = filed.token("read"), filed.token("act")
    for token in (read, act):
        assert filed.get("/v1/files", token=token).status_code == 200
        answer = filed.request("POST", "/v1/files", token=token, params=HUB, content=b"x")
        assert answer.status_code == 403
        assert filed.request("DELETE", "/v1/files/x", token=token).status_code == 403
    assert filed.get("/v1/files", token=filed.token("metrics")).status_code == 403


# --- uploads --------------------------------------------------------------------------------------


@pytest.fixture
def router_id(filed: Api, folder: Path) -> str:
    """A router that uploaded ``secrets`` by command c1."""
    router_id = filed.router()
    row = UploadRow(
        router_id=router_id,
        command_id="c1",
        file_type="1 Vendor Configuration File",
        sha256="ab",
        size=7,
        at=NOW,
        path="p1",
    )
    filed.do(filed.store.add_upload(row))
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "p1").write_bytes(b"secrets")
    return router_id


def test_uploads_are_listed_without_where_they_lie(filed: Api, router_id: str) -> None:
    expected = {
        "router_id": router_id,
        "command_id": "c1",
        "file_type": "1 Vendor Configuration File",
        "sha256": "ab",
        "size": 7,
        "at": "2026-03-01T10:13:20Z",
    }
    path = filed.url(router_id, "/uploads")
    assert filed.get(path).json() == {"items": [expected]}
    assert filed.get(f"{path}/c1").json() == expected
    assert filed.get(f"{path}/c2").status_code == 404


def test_content_needs_a_scope_of_its_own(filed: Api, router_id: str, folder: Path) -> None:
    path = filed.url(router_id, "/uploads/c1/content")
    answer = filed.get(path)
    assert (answer.status_code, answer.content) == (200, b"secrets")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert "c1.bin" in answer.headers["content-disposition"]
    assert filed.get(path, token=filed.token("act")).status_code == 403
    assert filed.get(path, token=filed.token("admin")).status_code == 403
    assert filed.get(path, token=filed.token("secrets")).status_code == 200
    assert filed.get(filed.url(router_id, "/uploads/..%2fp1/content")).status_code == 404
    (folder / "uploads" / "p1").unlink()
    assert filed.get(path).status_code == 404


# --- commands that cannot be prepared -------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownFileError("There is no file 'x' in the catalogue."), 422),
        (UnfitFileError("x is for model 'A', the router has 'B'."), 409),
        (NoAddressError("set [files] public_url."), 409),
    ],
)
def test_why_a_command_cannot_be_prepared_is_said(
    filed: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def propose(*_: Any, **__: Any) -> Any:
        raise error

    filed.services = dataclasses.replace(filed.services, propose=propose)
    filed.app = create_app(filed.services, ApiSettings())
    answer = filed.post(
        filed.url(filed.router(DEVICE), "/commands"), {"kind": "reboot", "reason": "x"}
    )
    assert answer.status_code == status
    assert answer.json()["detail"] == str(error)


def test_without_a_file_server_nothing_is_added(api: Api) -> None:
    assert add(api, b"x").status_code == 503
