"""Time-driven work: lapsed commands, due verifications, segments' incidents. Run by a timer.

Every deadline is a row (``due_at``), so a restart forgets nothing.
"""

from collections.abc import Callable, Sequence

import msgspec
import structlog

from acs.actions.settings import ActionSettings
from acs.actions.supervisor import Supervisor
from acs.actions.verification import Complaint, compare
from acs.commands import Command
from acs.facts import CommandLapsed, CommandVerified, Fact
from acs.storage.rows import RouterFilter
from acs.storage.store import Store
from diagnostics.thresholds import Thresholds

log = structlog.get_logger("actions")

_BATCH = 200  # commands handled in one sweep
_REJUDGED = 500  # routers of one segment judged again when its incident begins or ends
_SAMPLES = 1000  # samples since a reboot that a verification looks at


class Deadlines:
    """One sweep does everything that is due; a part that fails is logged and the rest goes on."""

    def __init__(
        self,
        store: Store,
        supervisor: Supervisor,
        settings: ActionSettings,
        thresholds: Thresholds,
        *,
        now: Callable[[], float],
        committed: Callable[[Sequence[Fact], Sequence[object]], None],
    ) -> None:
        self._store = store
        self._supervisor = supervisor
        self._settings = settings
        self._thresholds = thresholds
        self._now = now
        self._committed = committed
        self._woken: dict[str, float] = {}

    async def sweep(self) -> None:
        """Do all that is due now. Never fails."""
        for part in (self._segments, self._commands):
            try:
                await part()
            except Exception:  # a failing periodic job is logged and the loop lives
                log.exception("actions.sweep_failed", part=part.__name__)
        self._supervisor.forget_old()
        now = self._now()
        self._woken = {command: at for command, at in self._woken.items() if at > now}

    async def _segments(self) -> None:
        now = self._now()
        counts = await self._store.segments(now, self._settings.offline_after)
        board = self._supervisor.board
        changed = board.update(counts, now)
        for segment in sorted(changed):
            begun = segment in board.incidents()
            log.warning(
                "actions.incident_began" if begun else "actions.incident_ended", segment=segment
            )
            page = await self._store.routers(RouterFilter(segment=segment), _REJUDGED, None)
            for router in page.items:
                await self._supervisor.judge_again(router.router_id)

    async def _commands(self) -> None:
        now = self._now()
        for command in await self._store.due_commands(now, _BATCH):
            if command.state == "confirmed":
                await self._verify(command, now)
            else:
                await self._lapse(command, now)

    async def _lapse(self, command: Command, now: float) -> None:
        await self._commit(
            CommandLapsed(router_id=command.router_id, at=now, command_id=command.command_id)
        )
        log.warning(
            "actions.command_lapsed",
            router=command.router_id,
            command=command.command_id,
            kind=command.kind,
            was=command.state,
        )

    async def _verify(self, command: Command, now: float) -> None:
        since = command.confirmed_at or now
        samples = await self._store.samples(command.router_id, since, now, _SAMPLES)
        if not samples or samples[-1].at < since + self._settings.settle:
            await self._wait_for_sample(command, now)
            return
        window = await self._store.windowed(command.router_id)
        assert window is not None  # a command's router is stored
        complaint = msgspec.convert(command.arguments.get("complaint", {}), Complaint)
        outcome, figures = compare(complaint, samples, window.context, self._thresholds, now)
        await self._commit(
            CommandVerified(
                router_id=command.router_id,
                at=now,
                command_id=command.command_id,
                outcome=outcome,
                result=figures,
            )
        )
        log.info(
            "actions.verified",
            router=command.router_id,
            command=command.command_id,
            outcome=outcome,
            left=figures["left"],
        )

    async def _wait_for_sample(self, command: Command, now: float) -> None:
        due = (command.confirmed_at or now) + self._settings.settle
        if now > due + self._settings.verify_within:
            await self._lapse(command, now)
        elif command.command_id not in self._woken:
            self._woken[command.command_id] = now + self._settings.confirm
            self._supervisor.wake(command.router_id)

    async def _commit(self, fact: Fact) -> None:
        self._committed((fact,), await self._store.commit((fact,)))
