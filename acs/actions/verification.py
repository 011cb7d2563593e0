"""Did the reboot help? Compares what was wrong before with what is wrong after. Pure."""

from collections.abc import Sequence

import msgspec

from acs.commands import Command, Outcome
from diagnostics.context import Context
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.model import right_action
from diagnostics.observations import Observations
from diagnostics.sample import Sample
from diagnostics.symptoms import applicable, course, segment
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict

_BACK = 300.0  # seconds: by then a router should be back on its WAN
_SKEW = 60.0  # seconds that a router may count from before its boot
# What was tried before and what neighbours do: no action on the router makes that undone.
_BESIDE = frozenset(
    symptom.name for symptom in (*course.SYMPTOMS, *segment.SYMPTOMS) if symptom.name != "silence"
)


class Complaint(msgspec.Struct, frozen=True):
    """What spoke for the leading cause when the reboot was proposed; kept with the command.

    Attributes:
        cause: fault class id.
        symptoms: names of the symptoms that spoke for it.
        figures: the vitals they rested on, as they were then.
        present: names of all symptoms that were not normal then.
    """

    cause: str = ""
    symptoms: tuple[str, ...] = ()
    figures: dict[str, object] = {}
    present: tuple[str, ...] = ()


def complaint_of(
    verdict: Verdict, history: History, context: Context, thresholds: Thresholds
) -> Complaint:
    """The complaint of a verdict on this window; without symptoms when nothing was wrong.

    The cause is the likeliest one that a reboot is right for, where there is one.
    """
    looks = _looks(history, context, thresholds, verdict.judged_at)
    present = tuple(name for name, is_normal in looks.items() if not is_normal)
    if verdict.action == "none":
        return Complaint(present=present)
    cured = [share.cause for share in verdict.causes if right_action(share.cause) == "reboot"]
    leading = [share.cause for share in verdict.causes]
    speaking = [finding for finding in verdict.evidence if finding.weight > 0]
    vitals = history.latest()
    return Complaint(
        cause=next(iter(cured + leading), ""),
        symptoms=tuple(dict.fromkeys(finding.symptom for finding in speaking)),
        figures={f.metric: vitals[f.metric] for f in speaking if f.metric in vitals},
        present=present,
    )


def compare(
    before: Complaint,
    after: Sequence[Sample],
    context: Context,
    thresholds: Thresholds,
    now: float,
) -> tuple[Outcome | None, dict[str, object]]:
    """The outcome and its figures, from samples taken since the router came back.

    ``helped``: each of the complaint's symptoms was looked for, and none is found any more.
    ``worse``: symptoms are found that were not there before and the right action is no longer a
    reboot or nothing. ``unchanged``: some of them are found, or there were none. None: nobody
    knows, because one of them cannot be looked for in these samples and the others are gone. The
    symptoms themselves are compared, not verdicts: those also rest on whether the subscriber calls
    and on how fresh the restart is. Our own boot does not count, nor does what speaks of neighbours
    or of earlier help.

    Raises:
        ValueError: there is no sample to judge by.
    """
    if not after:
        raise ValueError("no sample since the reboot")
    history = History.from_samples(after)
    context = msgspec.structs.replace(context, boots=())
    verdict = diagnose(history, context, thresholds, now)
    looks = _looks(history, context, thresholds, now)
    own = [name for name in before.symptoms if name not in _BESIDE]
    left = [name for name in own if not looks.get(name, True)]
    unseen = [name for name in own if name not in looks]
    known = {*before.symptoms, *before.present}
    new = sorted(name for name, is_normal in looks.items() if not is_normal and name not in known)
    vitals = history.latest()
    figures: dict[str, object] = {
        "before": before.figures,
        "after": {name: vitals[name] for name in before.figures if name in vitals},
        "left": left,
        "unseen": unseen,
        "new": new,
        "samples": len(after),
        "verdict": verdict.action,
    }
    if new and verdict.action not in ("none", "reboot"):
        return "worse", figures
    if left or not own:
        return "unchanged", figures
    return (None if unseen else "helped"), figures


def proof(command: Command, after: Sequence[Sample]) -> dict[str, object]:
    """What shows that the reboot happened, and how soon the router was back on its WAN.

    ``back_s`` are the seconds from sending it to the Inform that confirmed it; ``back_in_time``,
    whether those were five minutes at most; ``uptime_reset``, whether the router's own uptime fell
    with it, None if it does not say. A gentler action leaves none of these.
    """
    sent, confirmed = command.sent_at, command.confirmed_at
    if command.kind != "reboot" or sent is None or confirmed is None:
        return {}
    told = ((sample.at, sample.values.get("sys.uptime")) for sample in after)
    ups = [(at, up) for at, up in told if isinstance(up, int | float)]
    return {
        "back_s": round(confirmed - sent, 1),
        "back_in_time": confirmed - sent <= _BACK,
        "uptime_reset": ups[0][1] <= ups[0][0] - sent + _SKEW if ups else None,
    }


def _looks(
    history: History, context: Context, thresholds: Thresholds, now: float
) -> dict[str, bool]:
    """For each symptom that there was something to look at for: whether it is normal."""
    see = Observations(history, context, thresholds, now)
    found = ((symptom.name, symptom.look(see)) for symptom in applicable(history.metrics))
    return {name: finding.level == 0 for name, finding in found if finding is not None}
