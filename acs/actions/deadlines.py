"""Time-driven work: lapsed commands, due verifications, segments' incidents. Run by a timer.

Every deadline is a row (``due_at``), so a restart forgets nothing.
"""

import math
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog

from acs.actions.clock import TOLERANCE
from acs.actions.settings import ActionSettings
from acs.actions.supervisor import Supervisor
from acs.actions.testing import needed_test
from acs.actions.verification import Complaint, compare, proof
from acs.commands import OPEN_STATES, Command
from acs.facts import CommandLapsed, CommandVerified, Fact
from acs.storage.apply_command import SILENT
from acs.storage.rows import RouterFilter
from acs.storage.store import Store
from diagnostics.thresholds import Thresholds

log = structlog.get_logger("actions")

_BATCH = 200  # commands handled in one sweep
_REJUDGED = 500  # routers of one segment judged again when its incident begins or ends
_SAMPLES = 1000  # samples since a reboot that a verification looks at
_PAGE = 200  # commands read at once when the clock was set back


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
        self._waiting: set[str] = set()  # commands that wait for a session; the routers are woken
        self._tests: dict[str, str] = {}  # by the command that is to be verified
        self._swept_at = math.inf
        self._started_at = now()

    async def sweep(self) -> None:
        """Do all that is due now. Never fails."""
        for part in (self._segments, self._set_back, self._commands):
            try:
                await part()
            except Exception:  # a failing periodic job is logged and the loop lives
                log.exception("actions.sweep_failed", part=part.__name__)
        self._supervisor.forget_old()

    async def _segments(self) -> None:
        now = self._now()
        counts = await self._store.segments(now, self._settings.offline_after)
        board = self._supervisor.board
        concerned: set[str] = set()
        for segment in sorted(board.update(counts, now)):
            begun = segment in board.incidents()
            log.warning(
                "actions.incident_began" if begun else "actions.incident_ended", segment=segment
            )
            page = await self._store.routers(RouterFilter(segment=segment), _REJUDGED, None)
            concerned.update(router.router_id for router in page.items)
        concerned.update(await self._supervisor.watch.sweep())
        for router_id in sorted(concerned):
            try:
                await self._supervisor.judge_again(router_id)
            except Exception as error:  # noqa: BLE001 - one router must not hide its siblings
                log.warning("actions.judge_failed", router=router_id, error=str(error))

    async def _set_back(self) -> None:
        """End commands from the future: the clock was set back, their deadlines are too far away.

        Looked for at the start and whenever the clock has gone back.
        """
        now = self._now()
        cursor: str | None = None
        while now < self._swept_at:
            page = await self._store.commands(None, OPEN_STATES, _PAGE, cursor)
            late = [command for command in page.items if command.at > now + TOLERANCE]
            for command in late:
                await self._attempt(self._lapse, command, now)
            cursor = page.cursor
            if cursor is None or len(late) < len(page.items):  # newest first: older ones follow
                break
        self._swept_at = now  # not before: a failure is tried again

    async def _commands(self) -> None:
        now = self._now()
        # Those that wait for a sample stay due: they must not keep others out of the batch.
        due = await self._store.due_commands(now, _BATCH + len(self._waiting))
        self._waiting.intersection_update(command.command_id for command in due)
        for command in due:
            await self._attempt(self._work_on(command), command, now)

    def _work_on(self, command: Command) -> Callable[[Command, float], Awaitable[None]]:
        if command.state == "confirmed":
            return self._verify
        if command.kind == "diagnostic" and command.state == "accepted":
            return self._look_again
        return self._lapse

    async def _attempt(
        self, work: Callable[[Command, float], Awaitable[None]], command: Command, now: float
    ) -> None:
        try:
            await work(command, now)
        except Exception:  # one command must not keep the others from their deadlines
            log.exception("actions.command_failed", command=command.command_id, state=command.state)

    async def _lapse(self, command: Command, now: float) -> None:
        # A server that was not there when the router came cannot say that it did not.
        is_watched = self._started_at <= (command.sent_at or command.at)
        fact = CommandLapsed(
            router_id=command.router_id,
            at=now,
            command_id=command.command_id,
            is_watched=is_watched,
        )
        results = await self._store.commit((fact,))
        self._committed((fact,), results)
        if any(isinstance(c, Command) and c.result.get(SILENT) for c in results):
            self._supervisor.silent(command)
        log.warning(
            "actions.command_lapsed",
            router=command.router_id,
            command=command.command_id,
            kind=command.kind,
            was=command.state,
        )

    async def _look_again(self, command: Command, now: float) -> None:
        """Wake the router, for some never say that a test has ended; lapse if that does not help.

        In its session the test's state is read.
        """
        if now > (command.due_at or now) + self._settings.confirm:
            await self._lapse(command, now)
        elif command.command_id not in self._waiting:
            self._waiting.add(command.command_id)
            self._supervisor.wake(command.router_id)

    async def _verify(self, command: Command, now: float) -> None:
        since = command.confirmed_at or now
        samples = await self._store.samples(command.router_id, since, now, _SAMPLES)
        if not samples or samples[-1].at < since + self._settings.settle:
            await self._wait_for_sample(command, now)
            return
        complaint = msgspec.convert(command.arguments.get("complaint", {}), Complaint)
        test = needed_test(complaint, samples, self._settings.lookup_name)
        if test is not None and await self._is_tested(command, test):
            return
        self._tests.pop(command.command_id, None)
        window = await self._store.windowed(command.router_id)
        assert window is not None  # a command's router is stored
        outcome, figures = compare(complaint, samples, window.context, self._thresholds, now)
        await self._commit(
            CommandVerified(
                router_id=command.router_id,
                at=now,
                command_id=command.command_id,
                outcome=outcome,
                result={**figures, **proof(command, samples)},
            )
        )
        log.info(
            "actions.verified",
            router=command.router_id,
            command=command.command_id,
            outcome=outcome,
            left=figures["left"],
        )

    async def _is_tested(self, command: Command, arguments: dict[str, object]) -> bool:
        """Have the router do a test, once; whether it is still at it."""
        known = self._tests.get(command.command_id)
        if known is None:
            reason = f"to verify command {command.command_id}"
            test = await self._supervisor.propose(
                "diagnostic", command.router_id, "verification", reason, arguments=arguments
            )
            self._tests[command.command_id] = test.command_id
        else:
            found = await self._store.command(known)
            if found is None:
                return False
            test = found
        return test.state in OPEN_STATES

    async def _wait_for_sample(self, command: Command, now: float) -> None:
        due = (command.confirmed_at or now) + self._settings.settle
        if now > due + self._settings.verify_within:
            await self._lapse(command, now)
        elif command.command_id not in self._waiting:
            self._waiting.add(command.command_id)
            self._supervisor.wake(command.router_id)

    async def _commit(self, fact: Fact) -> None:
        self._committed((fact,), await self._store.commit((fact,)))
