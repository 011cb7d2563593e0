"""A file server on loopback, with a real store on a SQLite file, in a thread with its reactor."""

import functools
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from twisted.internet import threads
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor

from acs.commands import Command, CommandKind, GuardFacts, Proposal, Refusal
from acs.facts import Event, Fact, Informed
from acs.files.files import Entry, Files
from acs.files.settings import FileSettings
from acs.files.signing import Link, Purpose, Signer
from acs.identity import DeviceId
from acs.storage.file_rows import FileRow
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from acs.storage.upgrading import upgrade

T = TypeVar("T")
KEY = b"k" * 32
NOW = 1_772_360_000.0
DEVICE = DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744001122")
OTHER = DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744001123")
PATIENCE = 20.0  # s: other tests may have the processor
FIRMWARE = Entry(name="hub5-2.0.bin", kind="firmware", product_class="Hub-5", version="2.0")


class CountingMetrics:
    """Counts what the file server reports."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.bytes: Counter[str] = Counter()
        self.connections = 0

    def file_request(self, kind: str, status: int) -> None:
        self.requests[kind, status] += 1

    def file_bytes(self, direction: str, count: int) -> None:
        self.bytes[direction] += count

    def file_connections(self, count: int) -> None:
        self.connections = count


class Reply(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


class FileServer:
    """The file server, and what a test does with it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        reactor: Any = SelectReactor()
        self.reactor = reactor
        self.now = NOW
        self.folder = folder / "files"
        self.metrics = CountingMetrics()
        self.store = Store.open(
            StorageSettings(url=f"sqlite:///{folder}/acs.db", readers=2),
            deliver=self.reactor.callFromThread,
            key=KEY,
        )
        self.files = Files(
            self.store,
            FileSettings(
                **{
                    "listen": "127.0.0.1:0",
                    "free_space": 0,
                    "patience": PATIENCE,
                    "headers_timeout": PATIENCE,
                    **settings,
                }
            ),
            KEY,
            folder=self.folder,
            beside="0.0.0.0:7547",
            clock=self.reactor,
            in_thread=functools.partial(
                threads.deferToThreadPool, self.reactor, self.reactor.getThreadPool()
            ),
            metrics=self.metrics,
            now=lambda: self.now,
        )
        listening = self.reactor.listenTCP(0, self.files.listener, interface="127.0.0.1")
        self.files.listening(listening)
        self.port: int = listening.getHost().port
        self._thread = threading.Thread(
            target=self.reactor.run, kwargs={"installSignalHandlers": False}
        )
        self._thread.start()
        self.commit(*(informed(device) for device in (DEVICE, OTHER)))

    def close(self) -> None:
        self.do(lambda: Deferred.fromCoroutine(self.files.stop(0.1)))
        self.store.close()
        self.reactor.callFromThread(self.reactor.stop)
        self._thread.join(PATIENCE)

    def in_reactor(self, call: Callable[[], T]) -> T:
        blocking: Any = threads.blockingCallFromThread
        found: T = blocking(self.reactor, call)
        return found

    def do(self, call: "Callable[[], Deferred[T]]") -> T:
        """A Deferred's result, or its error raised."""
        blocking: Any = threads.blockingCallFromThread
        found: T = blocking(self.reactor, call)
        return found

    def commit(self, *facts: Fact) -> None:
        self.do(lambda: self.store.commit(facts))

    # --- what the daemon has done before ------------------------------------------------------

    def command(
        self,
        command_id: str,
        kind: CommandKind = "download",
        *,
        device: DeviceId = DEVICE,
        sent: bool = True,
        **arguments: object,
    ) -> str:
        """A command that was sent to a router."""
        proposal = Proposal(
            command_id=command_id,
            router_id=device.router_id,
            kind=kind,
            asked_by="test",
            reason="test",
            at=self.now,
            expires_at=self.now + 3600,
            arguments=arguments,
        )
        self.do(lambda: self.store.propose(proposal, no_guard))
        if sent:
            claimed = self.do(lambda: self.store.claim(device.router_id, self.now, no_guard))
            assert claimed is not None
            assert claimed.command_id == command_id
        return command_id

    def add(self, data: bytes, entry: Entry = FIRMWARE) -> FileRow:
        """A file of the catalogue."""
        incoming = self.do(lambda: self.files.begin(entry, "test"))
        self.do(lambda: incoming.write(data))
        row = self.do(incoming.keep)
        self.do(incoming.drop)
        return row

    def link(self, purpose: Purpose, subject: str, command_id: str, lifetime: float = 600) -> str:
        """The path of a link."""
        link = Link(purpose, subject, command_id, int(self.now + lifetime))
        return Signer(KEY).path(link)

    # --- what a router does -------------------------------------------------------------------

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """One request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, _lower(response), response.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A connection to say anything on."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def raw(self, data: bytes) -> Reply:
        """Send bytes and read a response."""
        with self.connect() as peer:
            peer.sendall(data)
            return reply(peer)

    # --- what is left -------------------------------------------------------------------------

    def left(self, room: str) -> list[Path]:
        """Files in a room of the directory."""
        return sorted((self.folder / room).glob("*"))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that the server does on its own time."""
        ends_at = time.monotonic() + PATIENCE
        while not self.in_reactor(holds):
            assert time.monotonic() < ends_at


def reply(peer: socket.socket, method: str = "GET") -> Reply:
    """Read a response."""
    with HTTPResponse(peer, method=method) as response:
        response.begin()
        return Reply(response.status, _lower(response), response.read())


def _lower(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def no_guard(_command: Command, _facts: GuardFacts) -> tuple[Refusal, ...]:
    return ()


def informed(device: DeviceId) -> Informed:
    return Informed(
        router_id=device.router_id,
        at=NOW - 60,
        device=device,
        events=(Event("2 PERIODIC"),),
        address="127.0.0.1",
        root="Device.",
        namespace="urn:dslforum-org:cwmp-1-2",
        software_version="1.0",
    )


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "acs.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def make(tmp_path: Path, empty: Path) -> Iterator[Callable[..., FileServer]]:
    """``make(upload_limit=…)`` starts a file server with these settings."""
    made: list[FileServer] = []

    def start(**settings: Any) -> FileServer:
        shutil.copy(empty, tmp_path / "acs.db")
        made.append(FileServer(tmp_path, **settings))
        return made[0]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def server(make: Callable[..., FileServer]) -> FileServer:
    return make()
