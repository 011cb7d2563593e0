"""Did the reboot help? Compares what was wrong before with what is wrong after. Pure."""

from collections.abc import Sequence

import msgspec

from acs.commands import Outcome
from diagnostics.context import Context
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.model import right_action
from diagnostics.sample import Sample
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict


class Complaint(msgspec.Struct, frozen=True):
    """What spoke for the leading cause when the reboot was proposed; kept with the command.

    Attributes:
        cause: fault class id.
        symptoms: names of the symptoms that spoke for it.
        figures: the vitals they rested on, as they were then.
    """

    cause: str = ""
    symptoms: tuple[str, ...] = ()
    figures: dict[str, object] = {}


def complaint_of(verdict: Verdict | None, history: History) -> Complaint:
    """The complaint of a verdict; empty when nothing was wrong.

    The cause is the likeliest one that a reboot is right for, where there is one.
    """
    if verdict is None or verdict.action == "none":
        return Complaint()
    cured = [share.cause for share in verdict.causes if right_action(share.cause) == "reboot"]
    leading = [share.cause for share in verdict.causes]
    speaking = [finding for finding in verdict.evidence if finding.weight > 0]
    vitals = history.latest()
    return Complaint(
        cause=next(iter(cured + leading), ""),
        symptoms=tuple(dict.fromkeys(finding.symptom for finding in speaking)),
        figures={f.metric: vitals[f.metric] for f in speaking if f.metric in vitals},
    )


def compare(
    before: Complaint,
    after: Sequence[Sample],
    context: Context,
    thresholds: Thresholds,
    now: float,
) -> tuple[Outcome, dict[str, object]]:
    """The outcome and its figures, from samples taken since the router came back.

    ``helped``: none of the complaint's symptoms is found any more. ``worse``: symptoms are found
    that were not there before and the right action is no longer a reboot or nothing.
    ``unchanged``: all else. The window starts at the reboot, so the hold after a boot and the
    counting of our own boot do not apply.

    Raises:
        ValueError: there is no sample to judge by.
    """
    if not after:
        raise ValueError("no sample since the reboot")
    history = History.from_samples(after)
    verdict = diagnose(history, msgspec.structs.replace(context, boots=()), thresholds, now)
    found = {finding.symptom for finding in verdict.evidence if finding.weight > 0}
    left = [name for name in before.symptoms if name in found]
    new = sorted(found.difference(before.symptoms)) if verdict.action != "none" else []
    vitals = history.latest()
    figures: dict[str, object] = {
        "before": before.figures,
        "after": {name: vitals[name] for name in before.figures if name in vitals},
        "left": left,
        "new": new,
        "samples": len(after),
        "verdict": verdict.action,
    }
    if new and verdict.action not in ("none", "reboot") and not left:
        return "worse", figures
    if before.symptoms and not left:
        return "helped", figures
    return "unchanged", figures
