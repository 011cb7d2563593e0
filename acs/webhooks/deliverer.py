"""Sends what waits: looks for it, claims a webhook, sends its events in order, stores how it went.

Everything that matters is in the database: whoever stops or dies leaves a lease that ends.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.task import LoopingCall

from acs.storage.errors import StorageError
from acs.storage.news import Listeners
from acs.storage.webhook_book import WebhookBook
from acs.storage.webhook_rows import Parcel, Run
from acs.webhooks.schedule import Answer, result_of
from acs.webhooks.settings import WebhookSettings
from acs.webhooks.signing import body_of, headers_of
from acs.webhooks.telemetry import WebhookMetrics

log = structlog.get_logger("webhooks")

LOOK_AGAIN = 1.0  # seconds between looks for what other processes wrote, and for what is due again
_COUNT_EVERY = 15.0  # seconds between counts of what waits
_PARCELS = 100  # of one webhook at once
_MARGIN = 10.0  # seconds that a lease outlasts a call
_STOP = 5.0  # seconds that calls under way are given to end


class Post(Protocol):
    """Sends one message; every outcome is an answer."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer: ...  # noqa: D102 - the class says it


def _cancel(running: list[Deferred[None]]) -> None:
    for each in running:
        each.cancel()


class Deliverer:
    """Delivers events to webhooks.

    Args:
        book: the store's door to them.
        listeners: woken when this process has committed events.
        post: sends one message.
        settings: how many at once, how long to wait.
        clock: provides IReactorTime.
        now: Unix seconds.
        uniform: a random number between two.
        lease: names this process, like no other one.
        metrics: tries by outcome, what waits.
    """

    def __init__(
        self,
        book: WebhookBook,
        listeners: Listeners,
        post: Post,
        settings: WebhookSettings,
        *,
        clock: Any,
        now: Callable[[], float],
        uniform: Callable[[float, float], float],
        lease: str,
        metrics: WebhookMetrics,
    ) -> None:
        self._book = book
        self._post = post
        self._settings = settings
        self._clock = clock
        self._now = now
        self._uniform = uniform
        self._lease = lease
        self._metrics = metrics
        self._loops: list[LoopingCall] = []
        self._running: dict[str, Deferred[None]] = {}
        self._looking = False
        self._again = False
        self._stopped = False
        listeners.add(self.wake)

    def start(self) -> None:
        """Begin."""
        for seconds, work in ((LOOK_AGAIN, self.wake), (_COUNT_EVERY, self._count)):
            loop = LoopingCall(work)
            loop.clock = self._clock
            loop.start(seconds)
            self._loops.append(loop)

    async def stop(self) -> None:
        """Begin nothing new; calls under way get a little time to end."""
        self._stopped = True
        for loop in self._loops:
            if loop.running:
                loop.stop()
        running = list(self._running.values())
        if running:
            ended = DeferredList(running)
            timer = self._clock.callLater(_STOP, _cancel, running)
            await ended
            if timer.active():
                timer.cancel()

    def wake(self) -> None:
        """Look whether there is something to do, if that is not being done already."""
        self._again = True
        if not self._looking and not self._stopped:
            self._looking = True
            Deferred.fromCoroutine(self._look())

    async def _look(self) -> None:
        try:
            while self._again and not self._stopped:
                self._again = False
                await self._claim()
        except StorageError as error:
            log.warning("webhooks.unread", error=str(error))
        except Exception:  # the next look may go better
            log.exception("webhooks.look_failed")
        finally:
            self._looking = False

    async def _claim(self) -> None:
        room = self._settings.parallel - len(self._running)
        if room <= 0 or not await self._book.is_due(self._now()):
            return
        now = self._now()
        claimed = await self._book.claim(
            body_of,
            now=now,
            lease=self._lease,
            until=self._until(now),
            limit=room,
            parcels=_PARCELS,
            give_up=float(self._settings.give_up),
        )
        self._again = self._again or claimed.more
        if claimed.expired:
            self._metrics.webhook_delivery("dead", claimed.expired)
            log.warning("webhooks.given_up", count=claimed.expired)
        for run in claimed.runs:
            self._running[run.webhook_id] = done = Deferred.fromCoroutine(self._run(run))
            done.addBoth(self._ended, run.webhook_id)

    def _ended(self, _: object, webhook_id: str) -> None:
        self._running.pop(webhook_id, None)
        self.wake()

    def _until(self, now: float) -> float:
        return now + float(self._settings.timeout) * 2 + _MARGIN

    async def _run(self, run: Run) -> None:
        failures = run.failures
        try:
            for parcel in run.parcels:
                if self._stopped or not await self._deliver(run, parcel, failures):
                    break
                failures = 0
            await self._book.release(run.webhook_id, self._lease)  # after what it was held for
        except StorageError as error:  # what was sent may be sent again
            log.warning("webhooks.unsettled", webhook=run.webhook_id, error=str(error))
        except Exception:
            log.exception("webhooks.run_failed", webhook=run.webhook_id)

    async def _deliver(self, run: Run, parcel: Parcel, failures: int) -> bool:
        """Send one event; whether the next may follow at once."""
        headers = headers_of(parcel.seq, parcel.body, run.secret, self._now())
        answer = await self._post(run.url, headers, parcel.body)
        now = self._now()
        result = result_of(answer, parcel, failures, self._settings, now=now, uniform=self._uniform)
        outcome = "failed" if result.state == "waiting" else result.state
        self._metrics.webhook_delivery(outcome)
        if result.state != "delivered":
            log.warning(
                "webhooks.not_delivered",
                webhook=run.webhook_id,
                seq=parcel.seq,
                outcome=outcome,
                fault=result.fault,
                wait=round(result.due_at - now, 1),
            )
        return await self._book.settle(
            run.webhook_id,
            parcel.seq,
            result,
            now=now,
            lease=self._lease,
            until=self._until(now),
        )

    def _count(self) -> None:
        Deferred.fromCoroutine(self._counted())

    async def _counted(self) -> None:
        try:
            found = await self._book.backlog()
        except StorageError:
            return  # the next count says it
        oldest = 0.0 if found.oldest_at is None else max(0.0, self._now() - found.oldest_at)
        self._metrics.webhook_backlog(
            waiting=found.waiting,
            dead=found.dead,
            oldest=oldest,
            active=found.active,
            gone=found.gone,
        )
