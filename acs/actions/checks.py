"""The later looks at what actions were worth: a day and a week after, and for the hold-out too.

Each is a row with its time. The first look at an action that was carried out is its verification.
"""

from collections.abc import Callable

import msgspec
import structlog

from acs.actions.settings import ActionSettings
from acs.actions.telemetry import LearningMetrics
from acs.actions.verification import Complaint, compare
from acs.commands import CheckOutcome, Outcome
from acs.facts import Checked
from acs.storage.effects import DueCheck
from acs.storage.store import Store
from diagnostics.thresholds import Thresholds

log = structlog.get_logger("actions")

_BATCH = 200  # looks in one sweep
_SAMPLES = 2500  # a week at one every five minutes


class Checks:
    """Does the looks that are due.

    Args:
        store: where actions and samples are.
        settings: how long a sample is waited for.
        thresholds: of the diagnosis.
        now: Unix seconds UTC.
        metrics: counts outcomes.
    """

    def __init__(
        self,
        store: Store,
        settings: ActionSettings,
        thresholds: Thresholds,
        *,
        now: Callable[[], float],
        metrics: LearningMetrics,
    ) -> None:
        self._store = store
        self._settings = settings
        self._thresholds = thresholds
        self._now = now
        self._metrics = metrics
        self._waiting = 0  # they stay due: they must not keep others out of the batch

    async def sweep(self) -> None:
        """Do all that is due; one that fails does not hold up the others."""
        now = self._now()
        due = await self._store.learned.due_checks(now, _BATCH + self._waiting)
        self._waiting = 0
        for check in due:
            try:
                await self._look(check, now)
            except Exception:  # one router must not keep the others from their looks
                self._waiting += 1
                log.exception("actions.check_failed", command=check.command_id, stage=check.stage)

    async def _look(self, check: DueCheck, now: float) -> None:
        if check.restarted_at is not None:
            # Whoever needed another reboot was not well for long.
            again: dict[str, object] = {"restarted_at": check.restarted_at}
            await self._done(check, "relapsed" if check.helped_before else "unchanged", again, now)
            return
        samples = await self._store.samples(check.router_id, check.since, now, _SAMPLES)
        if not samples or samples[-1].at < check.due_at:
            if now > check.due_at + self._settings.verify_within:
                await self._done(check, None, {"samples": len(samples)}, now)
            else:
                self._waiting += 1
            return
        window = await self._store.windowed(check.router_id)
        assert window is not None  # a trial's router is stored
        complaint = msgspec.convert(check.complaint, Complaint)
        outcome, figures = compare(complaint, samples, window.context, self._thresholds, now)
        await self._done(check, later(outcome, helped_before=check.helped_before), figures, now)

    async def _done(
        self,
        check: DueCheck,
        outcome: CheckOutcome | None,
        result: dict[str, object],
        now: float,
    ) -> None:
        fact = Checked(
            router_id=check.router_id,
            at=now,
            command_id=check.command_id,
            stage=check.stage,
            outcome=outcome,
            result=result,
        )
        (is_new,) = await self._store.commit((fact,))
        if not is_new:  # another node was quicker
            return
        self._metrics.checked(check.stage, check.arm, outcome or "unknown")
        log.info(
            "actions.checked",
            router=check.router_id,
            command=check.command_id,
            stage=check.stage,
            arm=check.arm,
            outcome=outcome,
        )


def later(outcome: Outcome | None, *, helped_before: bool) -> CheckOutcome | None:
    """The outcome of a later look: what had helped, and is there again, has relapsed."""
    return "relapsed" if helped_before and outcome == "unchanged" else outcome
