"""Learning, run by a timer: later looks at what actions were worth, and the policy on trial."""

from collections.abc import Callable

import structlog

from acs.actions.canary import OPENS_AT, assess
from acs.actions.checks import Checks
from acs.actions.policy import name_of
from acs.actions.settings import ActionSettings
from acs.actions.telemetry import LearningMetrics
from acs.storage.policies import Policy
from acs.storage.store import Store
from diagnostics.thresholds import Thresholds

log = structlog.get_logger("actions")


class Learning:
    """One sweep does all that is due; a part that fails is logged and the rest goes on.

    Args:
        store: where it all is.
        settings: policy, guards, learning.
        thresholds: of the diagnosis.
        now: Unix seconds UTC.
        metrics: shows where policy and switches stand.
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
        self._now = now
        self._metrics = metrics
        self._checks = Checks(store, settings, thresholds, now=now, metrics=metrics)

    async def sweep(self) -> None:
        """Do all that is due now. Never fails."""
        for part in (self._checks.sweep, self._policy, self._show):
            try:
                await part()
            except Exception:  # a failing periodic job is logged and the loop lives
                log.exception("actions.sweep_failed", part=part.__name__)

    async def _policy(self) -> None:
        settings, learned, now = self._settings, self._store.learned, self._now()
        policy = await learned.policy()
        name = name_of(settings)
        if policy is None or policy.policy != name:
            canary = settings.learning.canary
            policy = await learned.announce(name, settings.mode, canary, now)
            log.warning("actions.policy_began", policy=name, state=policy.state, canary=canary)
        if policy.state in ("canary", "open"):
            await self._assess(policy, now)

    async def _assess(self, policy: Policy, now: float) -> None:
        learned = self._store.learned
        tried = await learned.treated(policy.trial)
        found = assess(
            policy,
            await learned.tallies(0.0, policy.trial),
            tried=tried,
            to_come=await learned.open_checks(policy.trial, OPENS_AT),
            settings=self._settings.learning,
        )
        if (found.state, found.why) == (policy.state, policy.why):
            return
        moved = await learned.move_policy(policy, found.state, found.why, now)
        if moved and found.state != policy.state:
            tell = log.error if found.state == "stopped" else log.warning
            tell("actions.policy_changed", policy=policy.policy, state=found.state, why=found.why)

    async def _show(self) -> None:
        learned = self._store.learned
        policy = await learned.policy()
        self._metrics.set_standing(
            is_stopped=(await self._store.stopped()).stopped,
            policy="" if policy is None else policy.state,
            tried=0 if policy is None else await learned.treated(policy.trial),
            models=sum(
                each.routers >= self._settings.guards.silent_routers
                for each in await learned.silent_models()
            ),
        )
