"""The daemon as a process: its start, its end, what systemd hears, what it says when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acs.cwmp.messages import GetParameterNames, InformResponse
from acs.simulator.service import Service
from tests.cwmp.routers import DEVICE, OTHER, inform
from tests.running import PATIENCE, Notifications, Peer, notifications

OPEN: dict[str, dict[str, Any]] = {
    "cwmp": {"enrolment": "open", "connection_requests": False},
}


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifications]:
    """What systemd sets up for a daemon with a watchdog."""
    with notifications(tmp_path) as listening:
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield listening


@pytest.fixture
def service(systemd: Notifications, tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "state", OPEN)
    service.start()
    yield service
    service.kill()
    service.stop()


def exit_code(service: Service, seconds: float) -> int:
    """Wait for the process's end, so long at most."""
    assert service._process is not None
    return service._process.wait(seconds)


# --- a life ---------------------------------------------------------------------------------------


def test_from_start_to_drain(service: Service, systemd: Notifications) -> None:
    started = systemd.until("READY=1")
    assert "STOPPING=1" not in started
    systemd.until("WATCHDOG=1")
    with Peer(service.cwmp_port) as router, Peer(service.cwmp_port) as late:
        begun = router.post(inform())
        assert (begun.status, begun.message) == (200, InformResponse())
        os.kill(service.pid, signal.SIGTERM)
        told_at = time.monotonic()
        systemd.until("STOPPING=1")
        refused = late.post(inform(OTHER))
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) >= 1
        assert service.is_running()
        asked = router.talk()
        assert isinstance(asked[0], GetParameterNames)
        assert exit_code(service, 10.0 - (time.monotonic() - told_at)) == 0
    assert not service.socket.exists()
    assert "rror" not in service.log.read_text()


def test_a_second_start_remembers(service: Service) -> None:
    with Peer(service.cwmp_port) as router:
        router.post(inform())
        router.talk()
    assert service.stop() == 0
    service.start()
    with service.client() as client:
        found = client.get("/v1/routers").json()["items"]
    assert [(router["router_id"], router["enrolment"]) for router in found] == [
        (DEVICE.router_id, "enrolled")
    ]


def test_sigterm_while_it_starts_is_an_orderly_end(tmp_path: Path) -> None:
    service = Service(tmp_path, OPEN | {"log": {"level": "info", "format": "json"}})
    with _started(service.config) as process:
        assert process.stderr is not None
        first = process.stderr.readline()  # the reactor runs, the database is being made
        assert b"storage.upgraded" in first
        process.terminate()
        _, rest = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert b"start_failed" not in rest
    assert b"daemon.stopped" in rest


# --- what keeps it from starting ------------------------------------------------------------------


def _started(config: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "acs.cli", "serve", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def failed_start(config: Path) -> tuple[int, str]:
    """Its exit code and the one line that is for people; all else is structured log."""
    with _started(config) as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert output == b""
    lines = errors.decode().splitlines()
    said = [line for line in lines if not line.startswith("{")]
    for line in lines:
        if line not in said:
            json.loads(line)
    assert len(said) == 1, said
    assert said[0].startswith("acs: ")
    return process.returncode, said[0]


@pytest.mark.parametrize("door", ["cwmp_port", "api_port"])
def test_a_port_that_is_taken(tmp_path: Path, door: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        service = Service(tmp_path, OPEN, **{door: port})
        code, said = failed_start(service.config)
    assert code == 1
    assert "in use" in said
    assert f"127.0.0.1:{port}" in said


def test_a_broken_configuration(tmp_path: Path) -> None:
    config = tmp_path / "acsd.toml"
    config.write_text('[cwmp]\nlisten = "127.0.0.1:0"\nbody_limt = 7\n')
    code, said = failed_start(config)
    assert code == 2  # wrong usage, as for any command
    assert "cwmp.body_limt: unknown key (did you mean 'body_limit'?)" in said


@pytest.mark.parametrize("kind", ["no folder", "not a database"])
def test_a_database_that_cannot_be_used(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"this is no database at all" * 100)
    path = file / "acsd.db" if kind == "no folder" else file
    storage = {"url": f"sqlite:///{path}", "key_file": str(tmp_path / "key")}
    code, said = failed_start(Service(tmp_path, OPEN | {"storage": storage}).config)
    assert code == 1
    assert "cannot start: " in said
    assert "not a" in said.lower() or "unable to open" in said.lower()
