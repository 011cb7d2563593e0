"""The daemon as a subprocess of a demonstration or a benchmark: its files, its start, its end.

Knows the daemon only by its command line, its configuration and its Unix socket.
"""

import contextlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

_SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes on Linux, 104 elsewhere


class ServiceError(Exception):
    """The daemon did not start; the text is the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def toml(tables: Mapping[str, Any], prefix: str = "") -> str:
    """A configuration as TOML: texts, numbers, booleans, lists of texts, tables."""
    lines, below = [], []
    for key, value in tables.items():
        if isinstance(value, Mapping):
            name = f"{prefix}{key}"
            below.append(f"\n[{name}]\n{toml(value, f'{name}.')}")
        elif isinstance(value, bool):
            lines.append(f"{key} = {str(value).lower()}")
        elif isinstance(value, int | float):
            lines.append(f"{key} = {value}")
        elif isinstance(value, str):
            lines.append(f"{key} = {_quoted(value)}")
        else:
            lines.append(f"{key} = [{', '.join(_quoted(item) for item in value)}]")
    return "\n".join(lines) + "\n" + "".join(below)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket that is closed even when nobody listens."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("acs", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout)
            sock.connect(str(self._path))
        except OSError:
            sock.close()
            raise
        self.sock = sock


class Service:
    """One daemon with its state in ``folder``.

    Attributes:
        cwmp_port: where routers speak.
        api_port: where operators and Prometheus speak.
        socket: the API's Unix socket.
        config: the configuration file.
    """

    def __init__(
        self,
        folder: Path,
        tables: Mapping[str, Mapping[str, Any]],
        *,
        cwmp_port: int = 0,
        api_port: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.cwmp_port, self.api_port = cwmp_port or free_port(), api_port or free_port()
        self.database = folder / "acsd.db"
        self.config = folder / "acsd.toml"
        self.log = folder / "acsd.log"
        self.socket = folder / "api.sock"
        self._spare: str | None = None
        if len(str(self.socket)) > _SOCKET_PATH_MAX:
            self._spare = tempfile.mkdtemp(prefix="acs-")
            self.socket = Path(self._spare) / "api.sock"
        self._process: subprocess.Popen[bytes] | None = None
        merged: dict[str, dict[str, Any]] = {
            "cwmp": {"listen": f"127.0.0.1:{self.cwmp_port}"},
            "api": {"listen": f"127.0.0.1:{self.api_port}", "socket": str(self.socket)},
            "storage": {"url": f"sqlite:///{self.database}"},
            "files": {"listen": "127.0.0.1:0"},
            "log": {"level": "warning", "format": "json"},
        }
        for name, table in tables.items():
            merged[name] = {**merged.get(name, {}), **table}
        self.config.write_text(toml(merged), encoding="utf-8")

    @property
    def pid(self) -> int:
        """Process id of the running daemon."""
        assert self._process is not None
        return self._process.pid

    def client(self, timeout: float = 5.0) -> httpx.Client:
        """A client of the API on the Unix socket."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        return httpx.Client(transport=transport, base_url="http://acs", timeout=timeout)

    def start(self, patience: float = 30.0) -> float:
        """Start the daemon and wait until it is healthy; return how long that took, s.

        Raises:
            ServiceError: it ended, or was not healthy in time.
        """
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-m", "acs.cli", "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a terminal's Ctrl-C is for us to pass on
            )
        while time.monotonic() - began < patience:
            if self._process.poll() is not None:
                raise ServiceError(self._last_words())
            if self._is_healthy():
                return time.monotonic() - began
            time.sleep(0.02)
        self.kill()
        raise ServiceError(self._last_words())

    def request(self, method: str, path: str, body: object = None, timeout: float = 2.0) -> int:
        """One request to the API on a connection of its own; return the status.

        Raises:
            OSError: there is no daemon, or it went away.
            http.client.HTTPException: it went away in the middle.
        """
        with contextlib.closing(_UnixConnection(self.socket, timeout)) as connection:
            data = json.dumps(body) if body is not None else None
            connection.request(method, path, data, {"Content-Type": "application/json"})
            with connection.getresponse() as response:
                response.read()
                return response.status

    def _is_healthy(self) -> bool:
        try:
            return self.request("GET", "/healthz", timeout=1.0) == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        if lines and lines[-1].startswith("acs: "):  # the daemon's own word on it
            return f"{lines[-1]} (log: {self.log})"
        return f"the daemon did not start; the end of {self.log}:\n" + "\n".join(lines[-15:])

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill -9."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()

    def stop(self, patience: float = 20.0) -> int | None:
        """SIGTERM, and kill -9 when that does not help; return the exit code."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._spare is not None:
            shutil.rmtree(self._spare, ignore_errors=True)
        return self._process.returncode
