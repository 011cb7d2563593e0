"""A real store on a SQLite file behind the real application; requests are made in memory."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import structs
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred, fail, succeed

from acs.api.access import CHANNEL, SOCKET
from acs.api.app import create_app
from acs.api.services import Enrolment, HealthCheck, Services
from acs.api.settings import ApiSettings
from acs.api.telemetry import ApiMetrics
from acs.api.tokens import Scope, hash_token, new_token
from acs.api.watch import CommandWatch
from acs.bridge import to_asyncio
from acs.commands import Command, CommandKind, GuardFacts, Proposal, Refusal, new_command_id
from acs.cwmp.credentials import CredentialCache
from acs.cwmp.importing import import_routers
from acs.facts import (
    CommandWithdrawn,
    ContactMade,
    Enrolled,
    Event,
    Fact,
    Informed,
    Judged,
    Sampled,
)
from acs.identity import DeviceId
from acs.metrics import Metrics
from acs.storage.rows import ContactRow
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from diagnostics.context import SegmentState
from diagnostics.sample import Value
from diagnostics.verdict import CauseProbability, Evidence, Verdict

DATABASE = "acs.db"
NOW = 1_772_360_000.0
DEVICE = DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744001122")

VERDICT = Verdict(
    action="reboot",
    confidence=0.91,
    probabilities={"reboot": 0.91, "none": 0.09},
    causes=(CauseProbability("F01", 0.88),),
    evidence=(Evidence("sys.mem_free", "Free memory fell to 9 MB.", 3.2, "memory_leak"),),
    would_change=("Free memory that rises again.",),
    judged_at=NOW - 60,
)


class SeenWatch(CommandWatch):
    """A watch that says when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.began = asyncio.Event()

    async def wait(self, command_id: str, seconds: float) -> None:
        self.began.set()
        await super().wait(command_id, seconds)


class Api:
    """The application with its store, its loop and what a test may turn."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.runner = asyncio.Runner()
        loop = self.runner.get_loop()
        self.store = Store.open(
            StorageSettings(url=f"sqlite:///{folder}/{DATABASE}", readers=2),
            deliver=lambda call: _deliver(loop, call),
            key=b"k" * 32,
        )
        self.now = NOW
        self.refusals: tuple[Refusal, ...] = ()
        self.segment: SegmentState | None = None
        self.ill: Exception | None = None
        self.contact_finding: str | None = None
        self.watch = SeenWatch()
        registry = CollectorRegistry()
        self.metrics = Metrics(registry, "1.2.3")
        self.credentials = CredentialCache(self.store.credential, seconds=lambda: 0.0)
        self.services = Services(
            store=self.store,
            propose=self.propose,
            diagnose=lambda _: succeed(VERDICT),
            enrol=self.enrol,
            import_routers=lambda lines, replace, dry_run: import_routers(
                self.store,
                self.credentials,
                lines,
                replace=replace,
                dry_run=dry_run,
                now=self.now,
            ),
            stop_reboots=lambda stopped, by, why: self.store.set_stop(stopped, by, self.now, why),
            contact=self.contact,
            segment=lambda _: self.segment,
            registry=registry,
            counted=ApiMetrics(registry),
            clock=lambda: self.now,
            version="1.2.3",
            watch=self.watch,
            withdraw=self.withdraw,
            checks=(
                HealthCheck("storage", self.store.ping),
                HealthCheck("cwmp", lambda: fail(self.ill) if self.ill else None),
            ),
        )
        self.app = create_app(self.services, ApiSettings(**settings))

    def close(self) -> None:
        self.store.close()
        self.runner.close()

    # --- what the daemon does -----------------------------------------------------------------

    def propose(
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
            command_id=command_id or new_command_id(self.now),
            router_id=router_id,
            kind=kind,
            asked_by=asked_by,
            reason=reason,
            at=self.now,
            expires_at=self.now + 3600,
            consent=consent,
            arguments=arguments,
        )
        return self.store.propose(proposal, self.guard)

    def withdraw(self, fact: CommandWithdrawn) -> "Deferred[Command | None]":
        def told(results: tuple[object, ...]) -> Command | None:
            (command,) = results
            assert command is None or isinstance(command, Command)
            if command is not None:
                self.watch.changed(command.command_id)
            return command

        return self.store.commit((fact,)).addCallback(told)

    def contact(self, made: ContactMade) -> "Deferred[ContactRow]":
        def only(rows: tuple[object, ...]) -> ContactRow:
            (row,) = rows
            assert isinstance(row, ContactRow)
            return row

        fact = structs.replace(made, finding=self.contact_finding)
        return self.store.commit((fact,)).addCallback(only)

    def guard(self, _command: Command, _facts: GuardFacts) -> tuple[Refusal, ...]:
        return self.refusals

    def enrol(
        self, router_id: str, username: str | None, password: str | None
    ) -> "Deferred[Enrolment]":
        name = username or router_id
        made = None if password else "made-up-password"
        fact = Enrolled(router_id=router_id, at=self.now, username=name, ha1="0" * 32)
        return self.store.commit((fact,)).addCallback(lambda _: Enrolment(name, made))

    # --- what a test does ---------------------------------------------------------------------

    @staticmethod
    def url(router_id: str, rest: str = "") -> str:
        """A router's path; its id is encoded once more."""
        return f"/v1/routers/{quote(router_id, safe='')}{rest}"

    def do(self, deferred: "Deferred[Any]") -> Any:
        async def wait() -> Any:
            return await to_asyncio(deferred)

        return self.runner.run(wait())

    def commit(self, *facts: Fact) -> Any:
        return self.do(self.store.commit(facts))

    def token(
        self,
        *scopes: Scope,
        name: str = "",
        expires_at: float | None = None,
        account: str | None = None,
    ) -> str:
        token = new_token()
        name = name or f"test-{token[-6:]}"
        hashed = hash_token(token)
        added = self.store.add_token(hashed, scopes, name, expires_at, self.now, account=account)
        self.do(added)
        return token

    def router(
        self,
        device: DeviceId = DEVICE,
        vitals: dict[str, Value] | None = None,
        verdict: Verdict | None = None,
    ) -> str:
        """A router that informed; with vitals it was read too, with a verdict judged."""
        router_id = device.router_id
        informed = Informed(
            router_id=router_id,
            at=self.now - 600,
            device=device,
            events=(Event("2 PERIODIC"),),
            address="192.0.2.17",
            root="Device.",
            namespace="urn:dslforum-org:cwmp-1-4",
            software_version="3.4.1",
            hardware_version="B1",
        )
        self.commit(informed)
        if vitals is not None:
            self.commit(Sampled(router_id=router_id, at=self.now - 600, vitals=vitals))
        if verdict is not None:
            self.commit(Judged(router_id=router_id, at=verdict.judged_at, verdict=verdict))
        return router_id

    def request(
        self, method: str, path: str, *, token: str | None = None, **given: Any
    ) -> httpx.Response:
        """A request with a token, or without one as from the Unix socket."""
        return self.runner.run(self.ask(method, path, token=token, **given))

    async def ask(
        self, method: str, path: str, *, token: str | None = None, **given: Any
    ) -> httpx.Response:
        app: Any = _OnSocket(self.app) if token is None else self.app
        headers = given.pop("headers", {})
        if token:
            headers = {"Authorization": f"Bearer {token}", **headers}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://acsd") as client:
            return await client.request(method, path, headers=headers, **given)

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **given)

    def delete(self, path: str, **given: Any) -> httpx.Response:
        return self.request("DELETE", path, **given)


def _deliver(loop: asyncio.AbstractEventLoop, call: Any) -> None:
    loop.call_soon_threadsafe(call)


class _OnSocket:
    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app({**scope, CHANNEL: SOCKET}, receive, send)
