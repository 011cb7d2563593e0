"""Polling in a process that has storage: what is due comes from rows, what was read becomes facts.

How devices are asked, and when, is the business of ``agents``.
"""

import random
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog
from twisted.internet.defer import CancelledError, Deferred

from acs.bridge import to_asyncio, to_deferred
from acs.commands import Command
from acs.facts import Fact, Rebooted, Sampled, TargetRead
from acs.polling.commanding import Commanding, Committed
from acs.polling.notifying import Notifying, open_notifying
from acs.polling.settings import PollSettings
from acs.storage.store import Guard, Store
from acs.storage.targets import TargetRow
from agents.asking import Asker, open_asker
from agents.credentials import load_credentials
from agents.polled import Due, Outcome, decode_known
from agents.poller import Poller, PollerMetrics
from agents.snmp.endpoint import Telemetry
from agents.snmp.receiver import NotificationTelemetry, Receiver
from agents.targets import Target

log = structlog.get_logger("polling")

_WELL = (None, "none")


class PollingMetrics(PollerMetrics, Telemetry, NotificationTelemetry, Protocol):
    """What is counted of polling, and of the datagrams of SNMP."""


class Polling:
    """A poller at work on the rows of a store. Opened with ``open_polling``.

    Args:
        store: where targets are and samples go.
        settings: see there.
        asker: asks devices.
        commanding: has the commands to devices.
        committed: told of facts that are durable now, with storage's results.
        now: Unix seconds.
        steady: seconds of a clock that is never set.
        uniform: chance between two bounds.
        token: a made-up word.
        metrics: what is counted.
        receiver: hears what devices tell by themselves; None: nothing does.
    """

    def __init__(
        self,
        store: Store,
        settings: PollSettings,
        asker: Asker,
        *,
        commanding: Commanding,
        committed: Committed,
        now: Callable[[], float],
        steady: Callable[[], float],
        uniform: Callable[[float, float], float],
        token: Callable[[], str],
        metrics: PollingMetrics,
        receiver: Receiver | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._asker = asker
        self._commanding = commanding
        self._committed = committed
        self._now = now
        self._token = token
        self._running: Deferred[None] | None = None
        self.receiver = receiver
        self.poller = Poller(
            asker,
            settings.poller(),
            due=self._due,
            deliver=self._deliver,
            now=now,
            steady=steady,
            uniform=uniform,
            metrics=metrics,
            orders=commanding,
        )

    def start(self) -> None:
        """Begin to poll, first those whose commands wait since before the start."""
        hastened = self._store.hasten_targets(self._now())
        hastened.addErrback(lambda failure: log.error("polling.not_hastened", error=str(failure)))
        self._running = to_deferred(self.poller.run())

        def ended(failure: object) -> None:
            log.error("polling.ended", error=str(failure))

        self._running.addErrback(ended)

    async def stop(self) -> None:
        """End polling; what was not delivered is read again by whoever polls next."""
        self.poller.stop()
        if self.receiver is not None:
            await to_deferred(self.receiver.close())
        if self._running is not None:
            with suppress(CancelledError):
                await self._running
        await to_deferred(self._asker.close())

    async def _due(self, most: int) -> Sequence[Due]:
        now = self._now()
        until = now + self._settings.lease
        rows = await to_asyncio(self._store.claim_targets(now, most, self._token(), until))
        return [_due(row) for row in rows]

    async def _deliver(self, outcome: Outcome) -> None:
        target = outcome.due.target
        if outcome.fault:
            log.info(
                "polling.not_read",
                router=target.router_id,
                target=target.name,
                fault=outcome.fault,
                why=outcome.why,
            )
        facts = facts_of(outcome, await self._commanding.proved(outcome))
        results = await to_asyncio(self._store.commit(facts))
        self._committed(facts, results)


def _due(row: TargetRow) -> Due:
    return Due(
        target_of(row),
        row.known,
        row.failures,
        is_watched=row.verdict not in _WELL,
        due_at=row.due_at,
        lease=row.lease,
        wanted_at=row.wanted_at,
    )


def target_of(row: TargetRow) -> Target:
    """The target of a row."""
    return Target(**{name: getattr(row, name) for name in Target.__struct_fields__})


def facts_of(outcome: Outcome, proved: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """What becomes durable of a reading, all of it or none: a boot, the sample, the target's row.

    The boot goes first: the window that judges the sample is to know of it. ``proved`` is what it
    says of a command, in place of a boot without a known cause.
    """
    due, reading = outcome.due, outcome.reading
    router_id, way = due.target.router_id, due.target.way
    facts: list[Fact] = list(proved)
    is_router = reading is not None and not reading.of_port
    if not proved and is_router and outcome.restarted_at is not None:
        facts.append(Rebooted(router_id=router_id, at=outcome.restarted_at, cause="unknown"))
    if reading is not None and reading.vitals:
        facts.append(Sampled(router_id=router_id, at=outcome.at, vitals=reading.vitals, source=way))
    facts.append(
        TargetRead(
            router_id=router_id,
            at=outcome.at,
            name=due.target.name,
            lease=due.lease,
            is_heard=is_router,
            due_at=outcome.next_at,
            known=outcome.known,
            failures=due.failures + 1 if outcome.fault else 0,
            fault=outcome.fault,
            why=outcome.why,
            stops=outcome.stops,
            wanted_at=due.wanted_at,
            is_served=outcome.is_served,
        )
    )
    return tuple(facts)


async def open_polling(
    store: Store,
    settings: PollSettings,
    *,
    guard: Guard,
    committed: Committed,
    claimed: Callable[[Command], None],
    metrics: PollingMetrics,
    now: Callable[[], float] = time.time,
    steady: Callable[[], float] = time.monotonic,
    uniform: Callable[[float, float], float] = random.uniform,
    token: Callable[[], str] = secrets.token_hex,
) -> Polling:
    """Polling with its sockets open; awaited in the event loop.

    Raises:
        CredentialError: the file of credentials cannot be used.
        ProfileError, SshProfileError: a profile cannot be used.
        OSError: there is no socket, or that of notifications cannot be bound.
        ValueError: a credential of notifications is not there.
    """
    path = settings.credentials_file
    credentials = load_credentials(Path(path)) if path else {}
    asker = await open_asker(settings.asking(), credentials, steady=steady, telemetry=metrics)
    receiver: Receiver | None = None
    if settings.notifications.listen:
        notifying = Notifying(
            store,
            is_port=lambda row: asker.is_port(target_of(row), decode_known(row.known)),
            committed=committed,
            now=now,
            steady=steady,
        )
        receiver = await open_notifying(
            notifying,
            settings.notifications,
            credentials,
            host_name=socket.gethostname(),
            telemetry=metrics,
            now=now,
            steady=steady,
        )
    return Polling(
        store,
        settings,
        asker,
        commanding=Commanding(store, guard=guard, committed=committed, claimed=claimed, now=now),
        committed=committed,
        now=now,
        steady=steady,
        uniform=uniform,
        token=token,
        metrics=metrics,
        receiver=receiver,
    )
