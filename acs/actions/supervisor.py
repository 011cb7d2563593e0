"""The supervisor: on committed facts it diagnoses, proposes, wakes and hands over to verification.

It never writes but through storage and never talks to a router itself.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from acs.actions.clock import ClockWatch
from acs.actions.costing import costs_of
from acs.actions.escalation import escalate
from acs.actions.firmwares import Firmwares
from acs.actions.gentle_choice import GentleChoice
from acs.actions.guards import refusals
from acs.actions.policy import Policy
from acs.actions.segments import SegmentBoard
from acs.actions.settings import ActionSettings
from acs.actions.telemetry import ActionMetrics
from acs.actions.verification import complaint_of
from acs.actions.watch import Watch
from acs.commands import (
    Command,
    CommandKind,
    GuardFacts,
    Lot,
    Proposal,
    Refusal,
    is_verified,
    new_command_id,
    restarts,
)
from acs.facts import Fact, Judged, Sampled
from acs.storage.rows import Windowed
from acs.storage.store import Store
from diagnostics.context import Context
from diagnostics.engine import diagnose
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict

log = structlog.get_logger("actions")


_REASON = 500  # characters kept of a reason


class _Wish(msgspec.Struct, frozen=True):
    kind: CommandKind
    router_id: str
    asked_by: str
    reason: str
    consent: bool = False
    arguments: dict[str, object] = {}
    command_id: str = ""  # empty: one is made
    lot: Lot | None = None


def _gentler(wish: _Wish, arguments: dict[str, object] | None) -> _Wish:
    """The wish for a gentle action with these arguments; None: as it is."""
    if arguments is None:
        return wish
    return msgspec.structs.replace(wish, kind="gentle", arguments=arguments)


class UnknownRouterError(LookupError):
    """No such router is known."""


class Supervisor:
    """Keeps verdicts current and turns them into commands.

    Args:
        store: where everything is remembered.
        settings: policy, guards, times.
        thresholds: of the diagnosis.
        now: Unix seconds UTC.
        steady: seconds of a clock that is never set and also runs while the machine sleeps.
        wake: sends a connection request to a router; its failure is logged, not raised.
        queued: told the router of each queued command: it may be in a session just now.
        metrics: counters of verdicts and commands.
        uniform: a random number between two: which of its own proposals the policy carries out.
    """

    def __init__(
        self,
        store: Store,
        settings: ActionSettings,
        thresholds: Thresholds,
        *,
        now: Callable[[], float],
        steady: Callable[[], float],
        wake: Callable[[str], Deferred[Any]],
        queued: Callable[[str], None],
        metrics: ActionMetrics,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._store = store
        self._settings = settings
        self._thresholds = thresholds
        self._now = now
        self._wake = wake
        self._queued = queued
        self._metrics = metrics
        self._policy = Policy(settings, costs_of(thresholds), uniform)
        self._gentle = GentleChoice(store, settings.gentle, now)
        self._clock = ClockWatch(now, steady)
        self._jumps = 0
        self.board = SegmentBoard(settings.guards)
        self.firmwares = Firmwares(store, settings.cohorts, now=now, metrics=metrics)
        self.watch = Watch(
            store,
            settings.incidents,
            settings.offline_after,
            now=now,
            wake=self.wake,
            metrics=metrics,
        )

    def committed(self, facts: Sequence[Fact], results: Sequence[object]) -> None:
        """React to facts that are durable now; ``results`` are storage's, one for each."""
        for fact, result in zip(facts, results, strict=True):
            if isinstance(fact, Sampled):
                window = cast("Windowed", result)
                self._judge(fact.router_id, window)

    def guard(self, command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
        """All objections to a command; storage calls it inside its transaction."""
        acts = is_verified(command.kind) or restarts(command.kind, command.arguments)
        if acts and self._settings.mode == "observe":
            return (Refusal("mode", "The daemon only observes: [actions] mode is observe."),)
        clock = self._clock.refusal() if is_verified(command.kind) else None
        found = refusals(command, facts, self._settings.guards, ahead=self._clock.ahead())
        return found if clock is None else (clock, *found)

    # --- judging ------------------------------------------------------------------------------

    def verdict_on(self, window: Windowed) -> Verdict:
        """The verdict now, with what is known of the router's segment."""
        context = self.context_of(window)
        verdict = diagnose(window.history, context, self._thresholds, self._now())
        return escalate(verdict, context, self._settings.guards.escalation)

    def context_of(self, window: Windowed) -> Context:
        """The window's context with what is known of the router's segment and of its firmware."""
        context = self.firmwares.told(window.context)
        states = self.board.history(window.context.segment)
        watched = self.watch.states(window.router_id)
        if watched:  # the watch knows sooner who is lost
            states = (*(state for state in states if state.at < watched[0].at), *watched)
        if not states:
            return context
        return msgspec.structs.replace(context, segment_history=states)

    def _judge(self, router_id: str, window: Windowed) -> None:
        verdict = self.verdict_on(window)
        self._metrics.judged(verdict.action)
        self._store.commit_then(
            (Judged(router_id=router_id, at=verdict.judged_at, verdict=verdict),),
            lambda results: self._judged(results, router_id, verdict, window),
            lambda error: self._complain(error, "actions.judge_failed", router_id),
        )

    def _judged(
        self, results: Sequence[object], router_id: str, verdict: Verdict, window: Windowed
    ) -> None:
        if results[0]:
            log.info(
                "actions.verdict_changed",
                router=router_id,
                action=verdict.action,
                confidence=round(verdict.confidence, 3),
            )
        now = self._now()
        if self._policy.wants(router_id, verdict, now):
            reason = verdict.evidence[0].says if verdict.evidence else "verdict reboot"
            lot = self._policy.lot(verdict)
            wish = _Wish("reboot", router_id, "policy", reason, lot=lot)
            asked = self._gentle.instead(router_id, verdict).addCallback(
                lambda given: self._propose(_gentler(wish, given), window, verdict)
            )
            asked.addCallbacks(
                lambda command: self._policy.answered(command, self._now()),
                self._failed,
                errbackArgs=("actions.propose_failed", router_id),
            )

    def judge_again(self, router_id: str) -> Deferred[Verdict]:
        """Judge a router from what is stored, commit the verdict, return it.

        The Deferred fails with UnknownRouterError when there is no such router.
        """
        done = self._store.windowed(router_id)

        def judged(window: Windowed | None) -> Verdict:
            if window is None:
                raise UnknownRouterError(router_id)
            verdict = self.verdict_on(window)
            committed = self._store.commit(
                (Judged(router_id=router_id, at=verdict.judged_at, verdict=verdict),)
            )
            committed.addErrback(self._failed, "actions.judge_failed", router_id)
            return verdict

        return done.addCallback(judged)

    # --- commands -----------------------------------------------------------------------------

    def propose(
        self,
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool = False,
        arguments: dict[str, object] | None = None,
        command_id: str = "",
    ) -> Deferred[Command]:
        """Store a command, queued or refused, and wake the router for a queued one.

        ``command_id`` is one that was made before, if what it asks for depends on it.
        The Deferred fails with UnknownRouterError when there is no such router.
        """
        wish = _Wish(kind, router_id, asked_by, reason, consent, arguments or {}, command_id)
        done = self._store.windowed(router_id)

        def with_window(window: Windowed | None) -> Deferred[Command]:
            if window is None:
                raise UnknownRouterError(router_id)
            if wish.kind != "gentle":
                return self._propose(wish, window, self.verdict_on(window))
            return self._gentle.whole(router_id, wish.arguments).addCallback(
                lambda given: self._propose(_gentler(wish, given), window, self.verdict_on(window))
            )

        return done.addCallback(with_window)

    def _propose(self, wish: _Wish, window: Windowed, verdict: Verdict) -> Deferred[Command]:
        now = self._now()
        cause = None
        arguments = wish.arguments
        if is_verified(wish.kind):
            context = self.context_of(window)
            complaint = complaint_of(verdict, window.history, context, self._thresholds)
            cause = complaint.cause or None
            arguments = {**arguments, "complaint": msgspec.to_builtins(complaint)}
        proposal = Proposal(
            command_id=wish.command_id or new_command_id(now),
            router_id=wish.router_id,
            kind=wish.kind,
            asked_by=wish.asked_by,
            reason=wish.reason[:_REASON],
            at=now,
            expires_at=now + self._settings.expires,
            consent=wish.consent,
            cause=cause,
            arguments=arguments,
            lot=wish.lot,
        )
        return self._store.propose(proposal, self.guard).addCallback(self._proposed)

    def _proposed(self, command: Command) -> Command:
        self._metrics.command(command.kind, command.state)
        for refusal in command.refusals:
            self._metrics.refused(refusal.guard)
        log.info(
            "actions.proposed",
            router=command.router_id,
            command=command.command_id,
            kind=command.kind,
            state=command.state,
            asked_by=command.asked_by,
            refusals=[refusal.guard for refusal in command.refusals],
        )
        if command.state == "queued":
            self._queued(command.router_id)
            self.wake(command.router_id)
        return command

    def silent(self, command: Command) -> None:
        """Raise the alarm: a router has not been heard since it was told to reboot."""
        self._metrics.silent()
        log.error("actions.router_silent", router=command.router_id, command=command.command_id)

    def wake(self, router_id: str) -> None:
        """Ask the router to open a session soon; it comes by itself otherwise."""
        self._wake(router_id).addErrback(self._failed, "actions.wake_failed", router_id)

    def forget_old(self) -> None:
        """Housekeeping, called now and then."""
        left = self._clock.look()
        if self._clock.jumps != self._jumps:
            self._jumps = self._clock.jumps
            self._policy.forget_all()
            log.warning("actions.clock_was_set", reboots_wait=round(left))
        self._policy.forget_old(self._now())

    def _failed(self, failure: Failure, event: str, router_id: str) -> None:
        self._complain(failure.value, event, router_id)

    def _complain(self, error: BaseException | None, event: str, router_id: str) -> None:
        log.error(event, router=router_id, error=str(error))
