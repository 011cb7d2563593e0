"""The process of ``acs poll``: storage, diagnosis and polling, without any listener.

No rules live here; it connects parts as the daemon does.
"""

import sys
import time
from collections.abc import Sequence
from typing import Any, cast

import structlog
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred, succeed
from twisted.logger import globalLogBeginner

from acs import __version__
from acs.actions.newsroom import Newsroom
from acs.actions.supervisor import Supervisor
from acs.bridge import from_thread, install_reactor, soon, to_deferred
from acs.config import Config, command_times
from acs.facts import Fact
from acs.log import configure, observe_twisted
from acs.metrics import Metrics
from acs.polling.commanding import hasten
from acs.polling.service import Polling, open_polling
from acs.storage.secrets import load_or_create_key
from acs.storage.store import Store

log = structlog.get_logger("polling")


def run(config: Config) -> int:
    """Poll until SIGTERM or SIGINT; return the exit code."""
    reactor = install_reactor()
    configure(config.log)
    globalLogBeginner.beginLoggingTo(
        [cast("Any", observe_twisted)],  # zope's interfaces mean nothing to the type checker
        redirectStandardIO=False,
    )
    process = _Process(config, reactor)
    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(process.start()))
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: Deferred.fromCoroutine(process.stop())
    )
    reactor.run()
    return process.exit_code


class _Process:
    def __init__(self, config: Config, reactor: Any) -> None:
        self._config = config
        self._reactor = reactor
        self._store: Store | None = None
        self._polling: Polling | None = None
        self.exit_code = 0

    async def start(self) -> None:
        try:
            await self._start()
        except Exception as error:  # whatever it is, the operator is told and the process ends
            log.exception("polling.start_failed", error=str(error))
            sys.stderr.write(f"acs: cannot poll: {' '.join(str(error).split())}\n")
            self.exit_code = 1
            self._reactor.stop()

    async def _start(self) -> None:
        config = self._config
        metrics = Metrics(CollectorRegistry(), __version__)
        store = self._store = Store.open(
            config.storage,
            deliver=from_thread,
            soon=soon,
            key=load_or_create_key(config.storage.key_path),
            metrics=metrics,
            times=command_times(config),
        )
        supervisor = Supervisor(
            store,
            config.actions,
            config.diagnosis,
            now=time.time,
            steady=time.monotonic,
            wake=lambda _: succeed(None),  # a daemon that serves it sees the queued command
            queued=lambda router_id: hasten(store, router_id, time.time()),
            metrics=metrics,
        )
        news = Newsroom(supervisor, lambda _: None, metrics)

        def committed(facts: Sequence[Fact], results: Sequence[object]) -> None:
            news.committed(facts, results)

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
        log.info("polling.ready", version=__version__)

    async def stop(self) -> None:
        log.info("polling.stopping")
        if self._polling is not None:
            await self._polling.stop()
        if self._store is not None:
            self._store.close()
