"""What actions were worth, as a report: uplift against routers that were only watched. Pure.

A rate of success stands only beside the rate without the action; where there is none, the report
says that nothing is known yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from acs.actions.worth import Beta, Count, Estimate, shrunk, uplift, weighted
from acs.commands import STAGES, Stage
from acs.storage.effects import Tally

NOT_YET = "not known yet: no router was, by lot, left without the action"
TOO_FEW = "not known yet: too few outcomes"


class Worth(msgspec.Struct, frozen=True):
    """What one action was worth for one group of routers.

    Attributes:
        cause: fault class; empty: all.
        manufacturer, model, firmware: empty: all.
        stage: how long after it was looked at.
        treated: known outcomes with the action, drawn by lot.
        control: known outcomes without.
        asked: known outcomes of actions that people asked for: in no comparison.
        unknown: outcomes that nobody can know.
        success: with the action, shrunk to the cause's rate; only where there is a comparison.
        without: the same without it.
        uplift: the difference; null: not known yet.
        says: the same as a sentence.
    """

    action: str
    cause: str
    manufacturer: str
    model: str
    firmware: str
    stage: Stage
    treated: int
    control: int
    asked: int
    unknown: int
    success: Estimate | None
    without: Estimate | None
    uplift: Estimate | None
    says: str


_Key = tuple[str, str, str, str, str]


def report(
    tallies: Sequence[Tally], *, shrinkage: float, least: int, stage: Stage | None = None
) -> list[Worth]:
    """The worth of each action: of each cause, then of each model and firmware with it.

    Args:
        tallies: counted outcomes.
        shrinkage: trials that a cause's rate is worth for one model and firmware.
        least: known outcomes with and without the action below which nothing is said.
        stage: only this one.
    """
    found: list[Worth] = []
    for one in STAGES if stage is None else (stage,):
        groups: dict[_Key, list[Tally]] = defaultdict(list)
        for tally in tallies:
            if tally.stage == one:
                for key in _keys(tally):
                    groups[key].append(tally)
        for key in sorted(groups):
            parent = groups[*key[:2], "", "", ""]
            found.append(_worth(key, one, groups[key], parent, shrinkage, least))
    return found


def _keys(tally: Tally) -> Iterable[_Key]:
    """The groups that a trial is in, each once: some have no cause, some routers no model."""
    action, cause = tally.action, tally.cause
    return dict.fromkeys(
        (
            (action, "", "", "", ""),
            (action, cause, "", "", ""),
            (action, cause, tally.manufacturer, tally.model, tally.firmware),
        )
    )


def _worth(  # noqa: PLR0917 - the figures of one row
    key: _Key,
    stage: Stage,
    tallies: Sequence[Tally],
    parent: Sequence[Tally],
    shrinkage: float,
    least: int,
) -> Worth:
    treated, control = _arm(tallies, "treated"), _arm(tallies, "control")
    success = without = difference = None
    if not _number(tallies, "control"):
        says = NOT_YET
    elif min(_number(tallies, "treated"), _number(tallies, "control")) < least:
        says = TOO_FEW
    else:
        with_, less = (
            shrunk(treated, _arm(parent, "treated"), shrinkage),
            shrunk(control, _arm(parent, "control"), shrinkage),
        )
        if tallies is parent:  # nothing larger to shrink to
            with_, less = Beta().after(treated), Beta().after(control)
        success, without, difference = with_.estimate(), less.estimate(), uplift(with_, less)
        says = _sentence(difference)
    return Worth(
        *key,
        stage=stage,
        treated=_number(tallies, "treated"),
        control=_number(tallies, "control"),
        asked=sum(t.count for t in tallies if t.arm == "asked" and t.outcome is not None),
        unknown=sum(t.count for t in tallies if t.outcome is None),
        success=success,
        without=without,
        uplift=difference,
        says=says,
    )


def _drawn(tallies: Iterable[Tally], arm: str) -> Iterable[Tally]:
    """Known outcomes of one side of a lot."""
    return (t for t in tallies if t.randomised and t.arm == arm and t.outcome is not None)


def _number(tallies: Iterable[Tally], arm: str) -> int:
    return sum(t.count for t in _drawn(tallies, arm))


def _arm(tallies: Iterable[Tally], arm: str) -> Count:
    """The same as a rate: each trial counts by the inverse of its probability."""
    rows = []
    for tally in _drawn(tallies, arm):
        treated = tally.probability if tally.probability is not None else 1.0
        probability = treated if arm == "treated" else 1.0 - treated
        rows.append((probability, tally.count, tally.outcome == "helped"))
    return weighted(rows)


def _sentence(found: Estimate) -> str:
    more = "more" if found.value >= 0 else "fewer"
    says = (
        f"{abs(found.value):.0%} {more} routers are well than without it "
        f"(95 % interval {found.low:+.0%} to {found.high:+.0%})"
    )
    if found.low <= 0 <= found.high:
        return f"{says}: whether it helps is not sure"
    return says
