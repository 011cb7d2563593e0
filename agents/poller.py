"""The poller: reads targets that are due, within bounds, and delivers what became of it.

It is handed two callables, for what is due and for delivering; whether they reach a database in
this process or another is not its business.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from agents.asking import Asker
from agents.orders import Orders, carry_out
from agents.polled import Due, Outcome, decode_known, encode_known, restarted
from agents.schedule import Admission, Limits, Pace, next_due, subnet_of
from agents.snmp.errors import (
    AgentRefusedError,
    AuthenticationError,
    MalformedAnswerError,
    NoAnswerError,
    OutOfOrderError,
    SnmpError,
    TooManyWaitingError,
)
from agents.snmp.profiles import ProfileError
from agents.ssh.errors import (
    HangingError,
    HostKeyError,
    NotSshError,
    RefusedError,
    SshError,
    UnreachableError,
)
from agents.ssh.profiles import SshProfileError
from agents.targets import TargetError

_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (NoAnswerError, "no_answer"),
    (UnreachableError, "no_answer"),
    (AuthenticationError, "refused"),
    (AgentRefusedError, "refused"),
    (RefusedError, "refused"),
    (MalformedAnswerError, "malformed"),
    (OutOfOrderError, "malformed"),
    (NotSshError, "malformed"),
    (HangingError, "hanging"),
    (HostKeyError, "host_key"),
    (TooManyWaitingError, "busy"),
    (ProfileError, "profile"),
    (SshProfileError, "profile"),
    (TargetError, "profile"),
    (SnmpError, "failed"),
    (SshError, "failed"),
)
_RESTARTING = 20.0  # seconds between two looks at a target that was told to restart
_ROOM_SHARE = 8  # of the room is free before more is asked for: each time is a transaction
_IDLE = 1.0  # seconds until it is asked again what is due, when nothing was


class PollerMetrics(Protocol):
    """What is counted of polling."""

    def polled(self, way: str, outcome: str, seconds: float) -> None:
        """A target was read, or could not be: ``ok`` or the fault."""

    def poll_late(self, seconds: float) -> None:
        """How long after its time a target's reading began: what overload looks like."""

    def poll_deferred(self, count: int) -> None:
        """So many targets that are due have to wait for their turn."""

    def poll_failed(self, what: str) -> None:
        """``due`` or ``deliver`` failed, or a reading in a way that nobody foresaw."""


class PollerSettings(msgspec.Struct, frozen=True):
    """Pace and bounds of one poller.

    Attributes:
        pace: how often targets are read.
        limits: how many at a time.
        whole: seconds that reading one target may take in all.
    """

    pace: Pace = Pace()
    limits: Limits = Limits()
    whole: float = 120.0


class Poller:
    """Runs until it is stopped.

    Args:
        asker: how targets are asked.
        settings: pace and bounds.
        due: hands out up to so many targets that are due, each to one poller at a time.
        deliver: takes what became of one; a reading counts only when this has ended well.
        now: Unix seconds.
        steady: seconds of a clock that is never set.
        uniform: chance between two bounds.
        metrics: what is counted.
        orders: whoever has orders to targets; None: nobody.
    """

    def __init__(
        self,
        asker: Asker,
        settings: PollerSettings,
        *,
        due: Callable[[int], Awaitable[Sequence[Due]]],
        deliver: Callable[[Outcome], Awaitable[None]],
        now: Callable[[], float],
        steady: Callable[[], float],
        uniform: Callable[[float, float], float],
        metrics: PollerMetrics,
        orders: Orders | None = None,
    ) -> None:
        self._asker = asker
        self._settings = settings
        self._due = due
        self._deliver = deliver
        self._now = now
        self._steady = steady
        self._uniform = uniform
        self._metrics = metrics
        self._orders = orders
        self._admission = Admission(settings.limits)
        self._waiting: list[Due] = []
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()  # a reading ended: there may be room

    async def run(self) -> None:
        """Poll until ``stop``; failures of ``due`` are counted, and it is asked again."""
        while not self._stopping.is_set():
            began = await self.step()
            if began:
                continue
            self._ended.clear()
            await _first(self._stopping.wait(), self._ended.wait(), seconds=self._pause())
        for task in list(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def _pause(self) -> float:
        # What waits for its subnet's turn is looked at often; for what is due, once a second.
        return 0.05 if self._waiting else _IDLE

    def stop(self) -> None:
        """Begin nothing more; readings under way are given up, their leases run out."""
        self._stopping.set()

    async def step(self) -> int:
        """Take what is due and begin what may begin; how many began."""
        room = self._admission.free - len(self._waiting)
        if room > 0 and room >= self._settings.limits.at_once // _ROOM_SHARE:
            try:
                self._waiting += await self._due(room)
            except Exception:  # noqa: BLE001 - a database that is away must not end polling
                self._metrics.poll_failed("due")
        now = self._now()
        left: list[Due] = []
        for one in self._waiting:
            is_ssh = one.target.way == "ssh"
            if self._admission.begin(subnet_of(one.target.address), self._steady(), by_ssh=is_ssh):
                self._metrics.poll_late(max(0.0, now - one.due_at))
                self._begin(one)
            else:
                left.append(one)
        began = len(self._waiting) - len(left)
        self._waiting = left
        self._metrics.poll_deferred(len(left))
        self._admission.tidy(self._steady())
        return began

    async def idle(self) -> None:
        """Wait until no reading is under way."""
        while self._running:
            await asyncio.wait(set(self._running))

    def _begin(self, due: Due) -> None:
        task = asyncio.create_task(self._poll(due))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _poll(self, due: Due) -> None:
        try:
            outcome = await self.read(due)
            self._metrics.polled(due.target.way, outcome.fault or "ok", outcome.took)
            if due.wanted_at and outcome.reading is not None:
                outcome = await self._served(outcome)
            await self._deliver(outcome)
        except Exception:  # noqa: BLE001 - nothing was delivered; the lease brings the target back
            self._metrics.poll_failed("deliver")
        finally:
            self._admission.end(by_ssh=due.target.way == "ssh")
            self._ended.set()

    async def _served(self, outcome: Outcome) -> Outcome:
        """After a reading, what waits for its target is carried out; the reading stays."""
        assert outcome.reading is not None
        known, now = decode_known(outcome.known), self._now
        restarts = self._orders is not None and await carry_out(
            self._asker, self._orders, outcome.due, known, outcome.reading, now
        )
        return msgspec.structs.replace(
            outcome,
            is_served=not restarts,
            known=encode_known(known),
            next_at=now() + _RESTARTING if restarts else outcome.next_at,
        )

    async def read(self, due: Due) -> Outcome:
        """Read one target, and say what became of it and when it is due again."""
        known = decode_known(due.known)
        began = self._steady()
        interval = due.target.interval or self._settings.pace.interval
        pace = msgspec.structs.replace(
            self._settings.pace,
            interval=interval,
            watched=min(interval, self._settings.pace.watched),
        )
        reading, fault, why = None, "", ""
        try:
            async with asyncio.timeout(self._settings.whole):
                reading = await self._asker.read(
                    due.target, known, self._now(), pace.watched if due.is_watched else interval
                )
        except TimeoutError:
            fault, why = "hanging", f"not read within {self._settings.whole:g} s"
        except tuple(kind for kind, _ in _FAULTS) as error:
            fault = next(name for kind, name in _FAULTS if isinstance(error, kind))
            why = str(error)
        except Exception as error:  # noqa: BLE001 - what a device can provoke must end no poller
            self._metrics.poll_failed("read")
            fault, why = "failed", type(error).__name__
        now = self._now()
        is_restarting = now < known.restarting_until
        if is_restarting:
            pace = Pace(_RESTARTING, _RESTARTING, _RESTARTING)
        failures = due.failures + 1 if fault else 0
        began_at = None
        if reading is not None and reading.uptime is not None:
            began_at = restarted(known.uptime, reading.uptime, now)
            known.uptime = (reading.uptime, now)
            if is_restarting and began_at is not None:
                known.restarting_until = 0.0
        return Outcome(
            due,
            now,
            next_due(
                now, pace, failures=failures, is_watched=due.is_watched, uniform=self._uniform
            ),
            encode_known(known),
            reading,
            fault,
            why,
            fault == "host_key",
            self._steady() - began,
            began_at,
        )


async def _first(*waits: Awaitable[object], seconds: float) -> None:
    """Wait for the first of several, at most so long."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
