"""A finding that the subscriber came back about belongs to the second line. Pure."""

import msgspec

from diagnostics.context import Context
from diagnostics.verdict import Evidence, Verdict

_DAY, _HOUR = 86_400.0, 3600.0
# What needs nobody, what is not this router's, and what is with the second line already.
_KEPT = ("none", "incident", "escalate")
SYMPTOM = "contacts"


def escalated_at(context: Context, finding: str, now: float, within: float) -> float | None:
    """When the subscriber last came back about a finding, if that was so lately; Unix seconds."""
    times = [
        contact.at
        for contact in context.contacts
        if contact.escalated and contact.finding == finding and now - contact.at < within
    ]
    return max(times, default=None)


def escalate(verdict: Verdict, context: Context, within: float) -> Verdict:
    """The verdict, with ``escalate`` in place of an action whose finding came up again."""
    if not context.contacts or verdict.action in _KEPT or not verdict.causes:
        return verdict
    finding, now = verdict.causes[0].cause, verdict.judged_at
    at = escalated_at(context, finding, now, within)
    if at is None:
        return verdict
    first = min(c.at for c in context.contacts if c.finding == finding)
    says = (
        f"The subscriber first called about this {_ago(now - first)} ago and it has come up again: "
        "it goes to the second line."
    )
    return msgspec.structs.replace(
        verdict,
        action="escalate",
        evidence=(Evidence(SYMPTOM, says, 0.0, SYMPTOM), *verdict.evidence),
    )


def _ago(seconds: float) -> str:
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (60.0, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "a moment"
