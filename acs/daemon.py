"""The one place that builds, connects, starts and stops every part of the daemon.

No rules live here; what a part needs of another is handed to it here and nowhere else.
"""

import gc
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import structlog
from prometheus_client import CollectorRegistry, disable_created_metrics
from twisted.internet.defer import Deferred, TimeoutError, maybeDeferred  # noqa: A004 - Twisted's
from twisted.internet.task import LoopingCall
from twisted.logger import globalLogBeginner

from acs import __version__
from acs.actions.contacts import ContactDesk
from acs.actions.deadlines import Deadlines
from acs.actions.learning import Learning
from acs.actions.newsroom import Newsroom
from acs.actions.supervisor import Supervisor
from acs.api.app import create_app
from acs.api.services import Enrolment, HealthCheck, Services
from acs.api.serving import ApiServer
from acs.api.telemetry import ApiMetrics
from acs.api.watch import CommandWatch
from acs.bridge import from_thread, install_reactor, soon, to_deferred
from acs.commands import Command
from acs.config import Config, command_times
from acs.cwmp.enrolment import enrol
from acs.cwmp.importing import import_routers
from acs.cwmp.proxied import behind
from acs.cwmp.reaching.assembly import Reach
from acs.cwmp.server import CwmpServer
from acs.facts import CommandWithdrawn, Fact
from acs.files.files import Files
from acs.listening import address_of
from acs.log import configure, observe_twisted
from acs.metrics import Metrics
from acs.notify import Notifier
from acs.pages.site import site
from acs.polling.commanding import hasten
from acs.polling.service import Polling, open_polling
from acs.storage.secrets import load_or_create_key
from acs.storage.store import Store
from acs.tls.listeners import TlsListeners
from acs.tls.telemetry import TlsMetrics
from acs.webhooks.assembly import Webhooks
from diagnostics.context import SegmentState

log = structlog.get_logger("daemon")

DRAIN = 8.0  # seconds that running sessions are given to end: with the rest, ten for a stop
_PRUNE_EVERY = 60.0
_PRUNE_ROWS = 2000
_GAUGES_EVERY = 15.0
_FIRMWARES_EVERY = 60.0  # whether they are due to be compared
_TIDY_EVERY = 3600.0
_BACKLOG = 4096
# Seconds. With the usual 5 ms a read, which lets the interpreter go several times, waits that long
# each time for a loop that is busy with routers.
_SWITCH = 0.0005


def run(config: Config) -> int:
    """Run the daemon until SIGTERM or SIGINT; return the exit code."""
    sys.setswitchinterval(_SWITCH)
    reactor = install_reactor()
    configure(config.log)
    globalLogBeginner.beginLoggingTo(
        [cast("Any", observe_twisted)],  # zope's interfaces mean nothing to the type checker
        redirectStandardIO=False,
    )
    daemon = Daemon(config, reactor)
    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(daemon.start()))
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: Deferred.fromCoroutine(daemon.stop())
    )
    # systemd's ExecReload; without a handler it would end the process.
    signal.signal(signal.SIGHUP, lambda *_: from_thread(daemon.reload))
    reactor.run()
    return daemon.exit_code


class Daemon:
    """All parts of one process.

    Args:
        config: the configuration.
        reactor: Twisted's asyncio reactor.

    Attributes:
        exit_code: 0, or 1 when the start failed.
    """

    def __init__(self, config: Config, reactor: Any) -> None:
        self._config = config
        self._reactor = reactor
        self._notify = Notifier(os.environ)
        self._loops: list[LoopingCall] = []
        self._port: Any = None
        self._tls_port: Any = None
        self._tls: TlsListeners | None = None
        self._api: ApiServer | None = None
        self._store: Store | None = None
        self._files: Files | None = None
        self._desk: ContactDesk | None = None
        self._server: CwmpServer | None = None
        self._reach: Reach | None = None
        self._polling: Polling | None = None
        self._webhooks: Webhooks | None = None
        self._watch = CommandWatch()
        self._stopping = False
        self.exit_code = 0

    # --- start ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Build and connect everything, then listen. A failure ends the process with code 1."""
        try:
            await self._start()
        except Exception as error:  # whatever it is, the operator is told and the process ends
            if self._stopping:  # what it needed was closed under it: that is no failure
                return
            log.exception("daemon.start_failed", error=str(error))
            sys.stderr.write(f"acs: the daemon cannot start: {' '.join(str(error).split())}\n")
            self.exit_code = 1
            self._reactor.stop()

    async def _start(self) -> None:
        config, reactor = self._config, self._reactor
        # A series of start times beside each counter helps nobody.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        metrics = Metrics(registry, __version__)
        store = self._store = Store.open(
            config.storage,
            deliver=from_thread,
            soon=soon,
            key=load_or_create_key(config.storage.key_path),
            metrics=metrics,
            times=command_times(config),
        )
        watch = self._watch
        reach = self._reach = Reach(
            reactor,
            store,
            config.cwmp,
            config.reach,
            now=time.time,
            token=secrets.token_hex,
            metrics=metrics,
        )
        supervisor = Supervisor(
            store,
            config.actions,
            config.diagnosis,
            now=time.time,
            steady=steady_seconds,
            wake=reach.wake,
            queued=self._command_queued,
            metrics=metrics,
        )
        news = Newsroom(supervisor, watch.changed, metrics)

        def committed(facts: Sequence[Fact], results: Sequence[object]) -> None:
            reach.committed(facts, results)
            news.committed(facts, results)

        server = self._server = CwmpServer(
            store,
            config.cwmp,
            clock=reactor,
            now=time.time,
            guard=supervisor.guard,
            committed=committed,
            claimed=news.command,
            metrics=metrics,
            uniform=random.uniform,
            stun_server=config.reach.stun_server,
        )
        deadlines = Deadlines(
            store,
            supervisor,
            config.actions,
            config.diagnosis,
            now=time.time,
            committed=news.committed,
        )
        learning = Learning(store, config.actions, config.diagnosis, now=time.time, metrics=metrics)
        self._desk = ContactDesk(store, supervisor, now=time.time, metrics=metrics)
        await deadlines.sweep()  # segments are known before the first router is judged
        await learning.sweep()
        await supervisor.firmwares.load()
        if self._stopping:
            return
        tls = self._tls = TlsListeners(reactor, TlsMetrics(registry))
        self._port = _listen(
            reactor, config.cwmp.listen, behind(config.cwmp, server.listener, reactor)
        )
        reach.start()
        if config.cwmp.tls.listen:
            secured = tls.over("cwmp", config.cwmp.tls, server.listener)
            self._tls_port = _listen(
                reactor, config.cwmp.tls.listen, behind(config.cwmp, secured, reactor)
            )
        key = load_or_create_key(config.storage.key_path)
        self._files = Files.on(
            reactor,
            store,
            config.files,
            key,
            database=config.storage.url,
            beside=config.cwmp.listen,
            metrics=metrics,
            tls=tls,
        )
        services = self._services(store, supervisor, server, registry, news)
        self._api = ApiServer(
            create_app(services, config.api, *site(services, key, config.actions.guards)),
            config.api,
            watch,
            tls.metrics,
        )
        await to_deferred(self._api.start())
        self._every(config.actions.sweep, deadlines.sweep)
        self._every(config.actions.sweep, learning.sweep)
        self._every(_FIRMWARES_EVERY, supervisor.firmwares.look)
        self._every(_PRUNE_EVERY, self._prune)
        self._every(_GAUGES_EVERY, lambda: self._gauges(metrics))
        if config.polling.enabled:
            self._polling = await to_deferred(
                open_polling(
                    store,
                    config.polling,
                    guard=supervisor.guard,
                    committed=committed,
                    claimed=news.command,
                    metrics=metrics,
                )
            )
            self._polling.start()
        self._webhooks = Webhooks.started(reactor, store, config.webhooks, registry, __version__)
        self._every(_TIDY_EVERY, self._files.tidy)
        self._every(_TIDY_EVERY, self._settle_identities)
        if self._notify.interval is not None:
            self._every(self._notify.interval, self._alive)
        # What the start made lives as long as the process: let the collector pass over it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        host = self._port.getHost()
        log.info("daemon.ready", version=__version__, cwmp=f"{host.host}:{host.port}")
        self._notify.send("READY=1", f"STATUS=listening on {host.host}:{host.port}")

    def _command_queued(self, router_id: str) -> None:
        if self._store is not None:
            hasten(self._store, router_id, time.time())
        if self._server is not None:
            self._server.command_queued(router_id)

    def _services(
        self,
        store: Store,
        supervisor: Supervisor,
        server: CwmpServer,
        registry: CollectorRegistry,
        news: Newsroom,
    ) -> Services:
        def let_in(
            router_id: str, username: str | None, password: str | None
        ) -> Deferred[Enrolment]:
            made = enrol(store, server.credentials, router_id, (username, password), time.time())
            return made.addCallback(lambda got: Enrolment(got.username, got.password))

        def newest(segment: str) -> SegmentState | None:
            states = supervisor.board.history(segment)
            return states[-1] if states else None

        def withdraw(fact: CommandWithdrawn) -> Deferred[Command | None]:
            def told(results: tuple[object, ...]) -> Command | None:
                news.committed((fact,), results)
                return cast("Command | None", results[0])

            return store.commit((fact,)).addCallback(told)

        assert self._files is not None
        assert self._desk is not None
        return Services(
            store=store,
            files=self._files,
            propose=self._files.proposing(supervisor.propose),
            diagnose=supervisor.judge_again,
            enrol=let_in,
            import_routers=lambda lines, replace, dry_run: import_routers(
                store,
                server.credentials,
                lines,
                replace=replace,
                dry_run=dry_run,
                now=time.time(),
            ),
            withdraw=withdraw,
            stop_reboots=lambda stopped, by, why: store.set_stop(stopped, by, time.time(), why),
            contact=self._desk.record,
            learning=self._config.actions.learning,
            segment=newest,
            registry=registry,
            counted=ApiMetrics(registry),
            clock=time.time,
            version=__version__,
            checks=(
                HealthCheck("storage", lambda: store.commit(())),
                HealthCheck("cwmp", self._check_listening),
            ),
            watch=self._watch,
            webhooks=self._config.webhooks,
        )

    def _check_listening(self) -> None:
        if self._port is None or not self._port.connected:
            raise RuntimeError("the CWMP listener is closed")

    # --- while it runs --------------------------------------------------------------------------

    def reload(self) -> None:
        """Take renewed certificates (SIGHUP); all else of the configuration needs a restart."""
        doors = [each for each in (self._tls, self._api) if each is not None]
        good = [each.reload() for each in doors]
        log.info("daemon.reloaded", certificates="good" if all(good) else "kept the last good ones")

    def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        async def guarded() -> None:
            try:
                await work()
            except Exception:  # a failing periodic job is logged and the loop lives
                log.exception("daemon.periodic_failed", work=getattr(work, "__name__", "gauges"))

        loop = LoopingCall(lambda: Deferred.fromCoroutine(guarded()))
        loop.clock = self._reactor
        loop.start(seconds, now=False)
        self._loops.append(loop)

    async def _prune(self) -> None:
        assert self._store is not None
        await self._store.prune(time.time(), self._config.storage.retention, _PRUNE_ROWS)

    async def _settle_identities(self) -> None:
        assert self._store is not None
        await self._store.settle_identities(time.time())

    async def _gauges(self, metrics: Metrics) -> None:
        assert self._store is not None
        metrics.set_routers(await self._store.verdict_counts())

    async def _alive(self) -> None:
        # Only a daemon that can still commit is alive.
        assert self._store is not None
        await self._store.commit(())
        self._notify.send("WATCHDOG=1")

    # --- stop -----------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Begin nothing new, let what runs end, for eight seconds at most; then close all."""
        self._stopping = True
        log.info("daemon.stopping")
        self._notify.send("STOPPING=1")
        for loop in self._loops:
            if loop.running:
                loop.stop()
        # Both doors close at once; what came in by them ends at the same time.
        api_stopped = to_deferred(self._api.stop()) if self._api is not None else None
        files = self._files
        files_stopped = None if files is None else Deferred.fromCoroutine(files.stop(DRAIN))
        hooks = self._webhooks
        hooks_stopped = None if hooks is None else Deferred.fromCoroutine(hooks.stop())
        server = self._server
        if server is not None:
            await self._drain(server)
            server.close()
        if self._reach is not None:
            await self._reach.stop()
        if self._polling is not None:
            await self._polling.stop()
        if api_stopped is not None:
            await api_stopped
        if files_stopped is not None:
            await files_stopped
        if hooks_stopped is not None:
            await hooks_stopped
        if self._store is not None:
            self._store.close()
        log.info("daemon.stopped")

    async def _drain(self, server: CwmpServer) -> None:
        drained = server.drain()
        for port in (self._port, self._tls_port):
            if port is not None:
                await maybeDeferred(port.stopListening)
        drained.addTimeout(DRAIN, self._reactor)
        try:
            await drained
        except TimeoutError:
            log.warning("daemon.drain_timed_out", sessions=server.sessions)
            await server.suspend()


def steady_seconds() -> float:
    """Seconds of a clock that is never set and, where there is one, runs in a machine's sleep."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
    return time.clock_gettime(clock)


def _listen(reactor: Any, listen: str, factory: Any) -> Any:
    host, port = address_of(listen)
    return reactor.listenTCP(port, factory, backlog=_BACKLOG, interface=host)
