"""Whether a policy on trial may go on: what it did against what happened without it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from acs.actions.learning_settings import LearningSettings
from acs.actions.worth import Beta, Count, is_below
from acs.commands import STAGES, PolicyState, Stage
from acs.storage.effects import Tally
from acs.storage.policies import Policy

_LOOKED_AT: tuple[Stage, ...] = (STAGES[1], STAGES[0])  # the longer one first
OPENS_AT = STAGES[1]


class Assessment(NamedTuple):
    """What becomes of a policy, and a sentence that says why."""

    state: PolicyState
    why: str


def counts(tallies: Iterable[Tally], stage: Stage) -> tuple[Count, Count]:
    """Known outcomes at one stage of what was done and of what was, by lot, not done."""
    treated, control = Count(), Count()
    for tally in tallies:
        if tally.stage != stage or tally.outcome is None:
            continue
        one = Count(tally.count, tally.count * (tally.outcome == "helped"))
        if tally.arm == "treated":
            treated += one
        elif tally.arm == "control":
            control += one
    return treated, control


def assess(
    policy: Policy,
    tallies: Iterable[Tally],
    *,
    tried: int,
    to_come: int,
    settings: LearningSettings,
) -> Assessment:
    """What becomes of a policy.

    It stops when what it did helped less often than the 95 % interval of what happened without
    allows. A canary is over when so many routers have been tried and all have been looked at
    after a day.

    Args:
        policy: as it is; ``canary`` or ``open``.
        tallies: outcomes of its trials.
        tried: routers that it was tried on.
        to_come: looks after a day that are still to come.
        settings: how many outcomes are needed.
    """
    tallies = list(tallies)
    least = min(settings.least_known, max(1, policy.size // 3)) if policy.size else 1
    for stage in _LOOKED_AT:
        treated, control = counts(tallies, stage)
        if min(treated.n, control.n) >= least and is_below(treated, control):
            without = Beta().after(control).estimate()
            return Assessment(
                "stopped",
                f"after {stage} it helped {treated.helped:.0f} of {treated.n:.0f} routers, and "
                f"{control.helped:.0f} of {control.n:.0f} recovered without it (95 % interval "
                f"{without.low:.0%} to {without.high:.0%})",
            )
    if policy.state != "canary":
        return Assessment(policy.state, policy.why)
    treated, control = counts(tallies, OPENS_AT)
    known = f"{treated.n:.0f} outcomes with it and {control.n:.0f} without are known"
    if tried < policy.size or to_come:
        return Assessment("canary", f"tried on {tried} of {policy.size} routers; {known}")
    if min(treated.n, control.n) < least:
        return Assessment("canary", f"not known yet: {known}, {least} of each are needed")
    return Assessment("open", f"tried on {tried} routers; {known}")
