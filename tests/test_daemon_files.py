"""Files through a whole daemon: an operator adds one, a router fetches it, another is sent back."""

import hashlib
import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpx
import pytest

from acs.cwmp.messages import Download, DownloadResponse, Message, Upload, UploadResponse
from acs.simulator.service import Service
from tests.cwmp.routers import DEVICE, SAYS, inform
from tests.running import PATIENCE, Peer

IMAGE = bytes(range(256)) * 8_000  # 2 MB
ROUTER = f"/v1/routers/{quote(DEVICE.router_id, safe='')}"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(
        tmp_path / "state",
        {
            "cwmp": {"enrolment": "open", "connection_requests": False},
            "files": {"listen": "127.0.0.1:0", "free_space": 0},
            "log": {"level": "debug", "format": "json"},
        },
    )
    service.start()
    yield service
    service.kill()
    service.stop()


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SAYS, Download, DownloadResponse(1, "", ""))
    monkeypatch.setitem(SAYS, Upload, UploadResponse(1, "", ""))


def session(service: Service) -> list[Message]:
    """What the router was asked in a session."""
    with Peer(service.cwmp_port) as router:
        router.post(inform())
        return router.talk()


def transfer(method: str, url: str, body: bytes | None = None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        connection.request(method, parts.path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def ask(client: httpx.Client, kind: str, **arguments: Any) -> Any:
    body = {"kind": kind, "reason": "test", "arguments": arguments}
    return client.post(f"{ROUTER}/commands", json=body)


def counted(client: httpx.Client, line: str) -> str:
    """The metrics once they say so; a transfer is counted when the router has it."""
    ends_at = time.monotonic() + PATIENCE
    while line not in (text := str(client.get("/metrics").text)):
        assert time.monotonic() < ends_at, text
    return text


def signature(url: str) -> str:
    """What makes a link good."""
    return url.split("/")[-2]


def test_firmware_from_the_operator_to_the_router(service: Service, client: httpx.Client) -> None:
    session(service)  # now it is known
    about = {"name": "box-2.0.bin", "product_class": DEVICE.product_class, "version": "2.0"}
    added = client.post("/v1/files", params=about, content=IMAGE)
    assert added.status_code == 201, added.text
    asked = ask(client, "download", file=added.json()["file_id"])
    assert asked.status_code == 202, asked.text
    (download,) = [each for each in session(service) if isinstance(each, Download)]
    assert download.file_type == "1 Firmware Upgrade Image"
    assert (download.file_size, download.target_file_name) == (len(IMAGE), "box-2.0.bin")
    assert download.command_key == asked.json()["command_id"]
    assert transfer("GET", download.url) == (200, IMAGE)
    command = client.get(f"/v1/commands/{asked.json()['command_id']}").json()
    assert command["arguments"]["expect_version"] == "2.0"
    assert command["arguments"]["url"] == download.url.replace(
        signature(download.url), "[redacted]"
    )
    metrics = counted(client, 'acs_file_requests_total{kind="download",status="2xx"} 1.0')
    assert 'acs_file_bytes_total{direction="out"} 2.048e+06' in metrics
    assert service.stop() == 0
    # The link is good for a day: it stands in no log and in no answer.
    for text in (service.log.read_text(), metrics, json.dumps(command), asked.text):
        assert signature(download.url) not in text


def test_a_configuration_from_the_router_to_the_operator(
    service: Service, client: httpx.Client
) -> None:
    session(service)
    asked = ask(client, "upload", file_type="1 Vendor Configuration File")
    assert asked.status_code == 202, asked.text
    (upload,) = [each for each in session(service) if isinstance(each, Upload)]
    assert transfer("PUT", upload.url, b"<config/>")[0] == 201
    assert transfer("PUT", upload.url, b"<other/>")[0] == 409
    (row,) = client.get(f"{ROUTER}/uploads").json()["items"]
    assert row["sha256"] == hashlib.sha256(b"<config/>").hexdigest()
    assert row["command_id"] == asked.json()["command_id"]
    content = client.get(f"{ROUTER}/uploads/{row['command_id']}/content")
    assert content.content == b"<config/>"


def test_firmware_of_other_routers_is_refused_in_a_sentence(
    service: Service, client: httpx.Client
) -> None:
    session(service)
    about = {"name": "other.bin", "product_class": "Other-*"}
    file_id = client.post("/v1/files", params=about, content=b"x").json()["file_id"]
    refused = ask(client, "download", file=file_id)
    assert refused.status_code == 409
    assert cast("str", refused.json()["detail"]).startswith(
        f"other.bin is for product class 'Other-*', the router has {DEVICE.product_class!r}."
    )
    assert ask(client, "download", file="0000").status_code == 422
    assert client.get("/v1/commands").json()["items"] == []


def test_uploads_outlive_a_kill(service: Service, client: httpx.Client, tmp_path: Path) -> None:
    session(service)
    ask(client, "upload", file_type="1 Vendor Configuration File")
    (upload,) = [each for each in session(service) if isinstance(each, Upload)]
    assert transfer("PUT", upload.url, b"<config/>")[0] == 201
    service.kill()
    service.start()
    with service.client() as again:
        (row,) = again.get(f"{ROUTER}/uploads").json()["items"]
        content = again.get(f"{ROUTER}/uploads/{row['command_id']}/content")
    assert content.content == b"<config/>"
