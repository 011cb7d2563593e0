"""Running the command line in this process: against a real API on a Unix socket, or by hand."""

import asyncio
import itertools
import shutil
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred, fail

from acs.actions.guards import refusals
from acs.actions.settings import GuardSettings
from acs.api.app import create_app
from acs.api.services import Enrolment, Services
from acs.api.serving import ApiServer
from acs.api.settings import ApiSettings
from acs.api.tokens import hash_token, new_token
from acs.bridge import to_asyncio
from acs.cli.app import app
from acs.cli.session import Surroundings
from acs.commands import Command, CommandKind, GuardFacts, Proposal, Refusal, new_command_id
from acs.cwmp.credentials import CredentialCache
from acs.cwmp.importing import import_routers
from acs.facts import CommandWithdrawn, ContactMade, Enrolled, Event, Fact, Informed
from acs.identity import DeviceId
from acs.storage.rows import ContactRow
from acs.storage.secrets import load_or_create_key
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from diagnostics.verdict import CauseProbability, Evidence, Verdict

NOW = 1_790_000_000.0

Handler = Callable[[httpx.Request], httpx.Response]

VERDICT = Verdict(
    action="reboot",
    confidence=0.91,
    probabilities={"reboot": 0.91, "none": 0.09},
    causes=(CauseProbability("F01", 0.84), CauseProbability("F18", 0.1)),
    evidence=(
        Evidence("sys.mem_free", "Free memory has fallen by 30 MiB in 9 days.", 3.2, "leak"),
        Evidence("segment", "None of 47 neighbours is in error.", -0.4, "segment"),
    ),
    would_change=("If free memory rose again, nothing would need to be done.",),
    judged_at=NOW - 120,
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """``run("devices", "--json", handler=..., ...)`` runs ``acs devices --json``."""
    for name in ("ACS_SOCKET", "ACS_URL", "ACS_TOKEN", "ACS_CA", "ACS_CONFIG", "ACS_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def call(
        *args: str,
        handler: Handler | None = None,
        now: Callable[[], float] = lambda: NOW,
        **more: Any,
    ) -> Result:
        transport = httpx.MockTransport(handler) if handler else None
        around = Surroundings(now=now, transport=transport)
        return CliRunner().invoke(app, args, obj=around, **more)

    return call


class Daemon:
    """The API with a real store, on a Unix socket, in a thread with a loop of its own.

    What the CWMP server would store is committed with ``commit``.
    """

    def __init__(self, folder: Path) -> None:
        self.socket = str(folder / "api.sock")
        self.url = ""
        self._count = itertools.count()
        self.storage = StorageSettings(url=f"sqlite:///{folder / 'acsd.db'}")
        self.key_file = folder / "key"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._main(),))
        self._thread.start()
        assert self._ready.wait(30)

    async def _main(self) -> None:
        self.store = Store.open(
            self.storage,
            deliver=self._deliver,
            key=load_or_create_key(self.key_file),
        )
        self.credentials = CredentialCache(self.store.credential, seconds=lambda: 0.0)
        self.services = Services(
            store=self.store,
            propose=self._propose,
            diagnose=self._diagnose,
            enrol=self._enrol,
            import_routers=lambda lines, replace, dry_run: import_routers(
                self.store,
                self.credentials,
                lines,
                replace=replace,
                dry_run=dry_run,
                now=NOW,
            ),
            stop_reboots=lambda stopped, by, why: self.store.set_stop(stopped, by, NOW, why),
            withdraw=self.withdraw,
            contact=self.contact,
            segment=lambda _segment: None,
            registry=CollectorRegistry(),
            clock=lambda: NOW,
            version="test",
        )
        settings = ApiSettings(socket=self.socket, listen="127.0.0.1:0")
        server = ApiServer(create_app(self.services, settings), settings, self.services.watch)
        addresses = await server.start()
        assert addresses.tcp is not None
        self.url = "http://{}:{}".format(*addresses.tcp)
        self._ready.set()
        await self._stop.wait()
        await server.stop()
        self.store.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self._loop.close()

    def commit(self, *facts: Fact) -> None:
        """Store facts as the CWMP server would, and tell those who wait for a command."""
        self._in_loop(lambda: self.store.commit(facts))
        for fact in facts:
            command_id = getattr(fact, "command_id", "")
            self._loop.call_soon_threadsafe(self.services.watch.changed, command_id)

    def claim(self, router_id: str) -> Any:
        """Take the router's next command, as a session would."""
        return self._in_loop(lambda: self.store.claim(router_id, NOW, guard))

    def commands(self, router_id: str) -> Any:
        """The router's commands, newest first."""
        return self._in_loop(lambda: self.store.commands(router_id, (), 50, None)).items

    def token(self, scope: str) -> str:
        """A new token."""
        token = new_token()
        self._in_loop(
            lambda: self.store.add_token(hash_token(token), (scope,), token[-6:], None, NOW)
        )
        return token

    def _deliver(self, call: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(call)

    def _in_loop(self, call: Callable[[], "Deferred[Any]"]) -> Any:
        async def wait() -> Any:
            return await to_asyncio(call())

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(30)

    def withdraw(self, fact: CommandWithdrawn) -> "Deferred[Command | None]":
        return self.store.commit((fact,)).addCallback(itemgetter(0))

    def contact(self, made: ContactMade) -> "Deferred[ContactRow]":
        def only(rows: tuple[object, ...]) -> ContactRow:
            (row,) = rows
            assert isinstance(row, ContactRow)
            return row

        return self.store.commit((made,)).addCallback(only)

    def _propose(
        self,
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool,
        arguments: dict[str, object],
        command_id: str = "",
    ) -> "Deferred[Command]":
        proposal = Proposal(
            command_id=command_id or new_command_id(NOW + next(self._count)),  # ids sort by time
            router_id=router_id,
            kind=kind,
            asked_by=asked_by,
            reason=reason,
            at=NOW,
            expires_at=NOW + 3600,
            consent=consent,
            arguments=arguments,
        )
        return self.store.propose(proposal, guard)

    def _diagnose(self, router_id: str) -> "Deferred[Verdict]":
        known: Deferred[Any] = self.store.router(router_id)
        return known.addCallback(lambda row: VERDICT if row else fail(LookupError(router_id)))

    def _enrol(
        self, router_id: str, username: str | None, password: str | None
    ) -> "Deferred[Enrolment]":
        name = username or router_id
        done: Deferred[Any] = self.store.commit(
            (Enrolled(router_id=router_id, at=NOW, username=name, ha1="0" * 32),)
        )
        made = Enrolment(name, None if password else "made-up")
        return done.addCallback(lambda _: made)


def guard(command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
    return refusals(command, facts, GuardSettings(fleet_minimum=1000))


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    # A Unix socket's path may have 107 bytes, pytest's folders are longer.
    folder = Path(tempfile.mkdtemp(prefix="acs-"))
    started = Daemon(folder)
    try:
        yield started
    finally:
        started.close()
        shutil.rmtree(folder)


@pytest.fixture
def acs(run: Callable[..., Result], daemon: Daemon) -> Callable[..., Result]:
    """``acs("devices")`` runs ``acs devices`` against the daemon."""

    def call(command: str, *args: str, **more: Any) -> Result:
        words = command.split()
        return run(*words, "--socket", daemon.socket, *args, **more)

    return call


def informed(serial: str, at: float = NOW - 180, **more: Any) -> Informed:
    """An Inform of a router with this serial number."""
    device = DeviceId("Example", "00A1B2", "My-Box", serial)
    known: dict[str, Any] = {
        "router_id": device.router_id,
        "at": at,
        "device": device,
        "events": (Event("2 PERIODIC"),),
        "address": "192.0.2.7",
        "root": "Device.",
        "namespace": "urn:dslforum-org:cwmp-1-0",
        "software_version": "1.2.3",
        "vitals": {"sys.uptime": 90_000},
    }
    return Informed(**{**known, **more})


@pytest.fixture
def known_router(daemon: Daemon, request: pytest.FixtureRequest) -> str:
    """Id of an enrolled router of the test's own, last seen 3 min ago; its serial is in it."""
    serial = f"S{zlib.crc32(request.node.nodeid.encode()):010d}"
    fact = informed(serial)
    daemon.commit(fact)
    return fact.router_id


@pytest.fixture
def many_routers(daemon: Daemon) -> int:
    """How many routers there are whose serial numbers begin with MANY."""
    daemon.commit(*(informed(f"MANY{number:03d}") for number in range(1, 12)), informed("MANY00"))
    return 12


@pytest.fixture
def verdict() -> Verdict:
    """What the diagnosis says of every router."""
    return VERDICT
