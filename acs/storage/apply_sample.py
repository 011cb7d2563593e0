"""Facts about a router's vitals and the verdict on them. No SQL beyond ``Work``."""

from acs.facts import Judged, Sampled
from acs.storage import news, vitals
from acs.storage.rows import Windowed
from acs.storage.state import VERDICT
from acs.storage.work import Work, encode
from diagnostics.sample import Sample

_TICK = 0.001  # seconds between two verdicts that the clock puts at the same time


def apply_sampled(work: Work, fact: Sampled) -> Windowed:
    """One row of samples; the router's newest vitals and its window follow.

    If the batch holds further samples of the router, the window has those too.
    """
    state = work.router(fact.router_id)
    coded = vitals.code(fact.vitals)
    body = vitals.pack(coded)
    work.samples.append((fact.router_id, fact.at, fact.source, body))
    state.take_sample(coded, body, fact.at)
    history = work.extend_window(fact.router_id, Sample(fact.at, fact.vitals))
    return Windowed(history, state.context(fact.at), fact.router_id)


def apply_judged(work: Work, fact: Judged) -> bool:
    """A new row when the action or the leading cause changed, else the newest row is renewed."""
    state = work.router(fact.router_id)
    verdict = fact.verdict
    cause = verdict.causes[0].cause if verdict.causes else None
    since = state.verdict_since
    is_new = since is None or state.verdict != verdict.action or state.cause != cause
    if since is None or is_new:
        # Rows keep their order even when the clock was set back.
        since = fact.at if since is None else max(fact.at, since + _TICK)
        _tell(work, fact, state.verdict, cause)
        state.verdict, state.cause, state.verdict_since = verdict.action, cause, since
        state.dirty |= VERDICT
    work.verdicts[fact.router_id, since] = (
        fact.router_id,
        since,
        verdict.judged_at,
        verdict.action,
        cause,
        verdict.confidence,
        encode(verdict),
    )
    return is_new


def _tell(work: Work, fact: Judged, before: str | None, cause: str | None) -> None:
    """Another action is news; that a new router needs nothing is none."""
    verdict = fact.verdict
    if verdict.action == (before or "none"):
        return
    detail: dict[str, object] = {
        "action": verdict.action,
        "before": before,
        "cause": cause,
        "confidence": round(verdict.confidence, 3),
    }
    news.tell(work.connection, fact.at, "verdict.changed", fact.router_id, detail)
