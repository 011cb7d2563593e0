"""The daemon and a receiver as two processes' worth of sockets: down, killed, and nothing lost."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from acs.simulator.service import Service, free_port
from acs.webhooks.signing import is_genuine, secret_of
from tests.running import PATIENCE

TABLES = {
    "cwmp": {"enrolment": "open", "connection_requests": False},
    "webhooks": {
        "insecure": True,
        "allow": ["127.0.0.1/32"],
        "first_retry": "50ms",
        "longest_retry": "300ms",
        "timeout": "2s",
    },
}


class Receiver:
    """Takes what is posted to it, while it is up."""

    def __init__(self) -> None:
        self.port = free_port()
        self.secret = b""
        self.seqs: list[int] = []
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def up(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                assert is_genuine(headers, body, receiver.secret, time.time())
                receiver.seqs.append(json.loads(body)["data"]["seq"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def down(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def until(self, count: int) -> None:
        ends_at = time.monotonic() + PATIENCE
        while len(set(self.seqs)) < count:
            assert time.monotonic() < ends_at, self.seqs
            time.sleep(0.01)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "state", TABLES)
    service.start()
    yield service
    service.kill()
    service.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.down()


def happen(api: httpx.Client, times: int) -> None:
    for number in range(times):
        path = "/v1/reboots/resume" if number % 2 else "/v1/reboots/stop"
        assert api.post(path, json={"reason": "a test"}).is_success


def test_a_receiver_that_is_away_and_a_daemon_that_is_killed(
    service: Service, receiver: Receiver
) -> None:
    with service.client() as api:
        url = f"http://127.0.0.1:{receiver.port}/hook"
        made = api.post("/v1/webhooks", json={"url": url}).json()
        receiver.secret = secret_of(made["secret"])
        receiver.up()
        began = time.monotonic()
        happen(api, 2)
        receiver.until(2)
        assert time.monotonic() - began < 2.0, "as soon as it happened"
        receiver.down()
        happen(api, 4)
    service.kill()
    service.start()
    with service.client() as api:
        happen(api, 4)
        receiver.up()
        receiver.until(10)
        assert list(dict.fromkeys(receiver.seqs)) == list(range(1, 11)), "all, in their order"
        path = f"/v1/webhooks/{made['webhook_id']}"
        assert api.post(f"{path}/test").status_code == 202
        receiver.until(11)
        metrics = api.get("/metrics").text
        assert 'acs_webhook_deliveries_total{outcome="delivered"}' in metrics
        assert "acs_events_streams 0.0" in metrics
        with api.stream(
            "GET", "/v1/events", headers={"Accept": "text/event-stream", "Last-Event-ID": "10"}
        ) as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith("id")) == "id: 11"
            began = time.monotonic()
            assert service.stop() == 0, "an open stream does not hold up the end"
            assert time.monotonic() - began < 4.0
            assert [line for line in lines if line.startswith("event")] == ["event: webhook.test"]
    log = service.log.read_text()
    assert made["secret"] not in log
    assert url not in log
