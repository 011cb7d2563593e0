"""Would an automatic reboot that the diagnosis asks for get past the guards when it must not?

The guards are the daemon's own; what must not happen is read from the case, not from them.
"""

import math
from typing import NamedTuple

from acs.actions.guards import refusals
from acs.actions.settings import GuardSettings
from acs.commands import Command, GuardFacts
from diagnostics.cases import Case
from diagnostics.sample import Value

_DAY, _WEEK, _POWER = 86_400.0, 7 * 86_400.0, 1800.0
_LOOP, _SIBLINGS = 4, 3
_CHANCE, _ORDINARY = 1e-3, 0.02
_PLENTY = 1_000_000


class Guarded(NamedTuple):
    """One reboot that the diagnosis asked for, at the call and with the customer's consent.

    Attributes:
        refused: codes of the guards that stopped it.
        forbidden: why it must not happen, by the case itself; None when it may.
    """

    refused: tuple[str, ...]
    forbidden: str | None

    @property
    def is_violation(self) -> bool:
        """Whether it would happen though it must not."""
        return self.forbidden is not None and not self.refused


def guard(case: Case) -> Guarded:
    """What the guards say to a reboot of this router now."""
    command = Command(
        command_id="0" * 32,
        router_id=case.router.id,
        kind="reboot",
        state="queued",
        asked_by="evaluation",
        reason="verdict",
        at=case.call_at,
        expires_at=case.call_at + _DAY,
        consent=True,
    )
    found = refusals(command, _facts(case), GuardSettings())
    return Guarded(tuple(refusal.guard for refusal in found), _forbidden(case))


def _newest(case: Case) -> tuple[float | None, dict[str, Value]]:
    vitals: dict[str, Value] = {}
    at = None
    for sample in sorted(case.samples, key=lambda s: s.at):
        if sample.at <= case.call_at:
            at = sample.at
            vitals |= {k: v for k, v in sample.values.items() if v is not None}
    return at, vitals


def _boots(case: Case, seconds: float) -> list[float]:
    since = case.call_at - seconds
    return [e.at for e in case.events if e.kind == "boot" and since < e.at <= case.call_at]


def _facts(case: Case) -> GuardFacts:
    at, vitals = _newest(case)
    state = case.segment_history[-1] if case.segment_history else None
    burst = [s.boots_10min for s in case.segment_history if s.at > case.call_at - _POWER]
    ours = [
        (e.at, True)
        for e in case.events
        if e.kind == "boot" and e.cause == "remote_reboot" and e.at > case.call_at - _WEEK
    ]
    return GuardFacts(
        now=case.call_at,
        stage="propose",
        enrolled=True,
        flapping=False,
        last_inform_at=at,
        utc_offset=case.router.utc_offset,
        vitals=dict(vitals),
        vitals_at=at,
        boots=tuple(_boots(case, _DAY)),
        sent=tuple(ours),
        open_command=None,
        transfer_open=bool(vitals.get("acs.download_in_progress", False)),
        segment=(case.router.segment or "unnamed") if state else None,
        segment_routers=state.routers if state else 0,
        segment_offline=state.offline if state else 0,
        segment_boots_30min=max(burst, default=0),
        segment_rebooting=0,
        fleet_routers=_PLENTY,
        fleet_offline=0,
        fleet_sent_10min=0,
        stopped=False,
    )


def _forbidden(case: Case) -> str | None:
    """The first of the design's conditions under which no automatic reboot may happen."""
    _, vitals = _newest(case)
    if vitals.get("voip.call_active", "Idle") != "Idle":
        return "a call is going on"
    if len(_boots(case, _DAY)) >= _LOOP:
        return "a boot loop"
    state = case.segment_history[-1] if case.segment_history else None
    if state is None:
        return None
    if state.offline >= _SIBLINGS and _tail(state.offline, state.routers) < _CHANCE:
        return "an incident in the segment"
    since = case.call_at - _POWER
    if any(s.boots_10min >= _SIBLINGS for s in case.segment_history if s.at > since):
        return "power returned to the segment"
    return None


def _tail(least: int, of: int) -> float:
    """Probability that so many or more are offline on an ordinary day."""
    return 1.0 - sum(
        math.comb(of, k) * _ORDINARY**k * (1 - _ORDINARY) ** (of - k) for k in range(least)
    )
