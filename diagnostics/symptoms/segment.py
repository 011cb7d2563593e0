"""The segment: neighbours offline, in trouble, restarting or calling together, and silence."""

from diagnostics.neighbours import MANY, SOME, Count
from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_BURST, _TOGETHER = 2, 3
_FEWEST_GAPS = 3
_MINUTE = 60.0
_PERCENT = 100.0


def _told(see: Observations, metric: str, limits: tuple[float, float], says: str) -> Finding | None:
    """The same from a share that the collector calculated."""
    share = see.numbers.get(metric)
    if share is None:
        return None
    level = (0, SOME, MANY)[above(share, *limits)]
    return Finding(level, metric, says, (_PERCENT * share,))


def _is_outage(see: Observations) -> bool:
    """Whether neighbours are gone: then none is left to have trouble or to call about it yet."""
    return see.segment is not None and see.segment.offline().level >= SOME


def _counted(see: Observations, count: Count, says: str) -> Finding:
    assert see.segment is not None
    routers = see.segment.newest.routers
    says += "; {:.0f} is usual." if count.level else "."
    return Finding(count.level, "segment", says, (count.now, routers, count.usual))


def _offline(see: Observations) -> Finding | None:
    if see.segment is None:
        limits = see.limits.network
        bounds = (limits.error_rate, limits.large_share)
        says = "{:.0f} % of the neighbours are offline."
        return _told(see, "seg.offline_frac", bounds, says)
    return _counted(see, see.segment.offline(), "{:.0f} of {} neighbours are offline")


def _errors(see: Observations) -> Finding | None:
    if see.segment is None:
        limits = see.limits.network
        bounds = (limits.error_rate, limits.large_share)
        says = "{:.0f} % of the neighbours have trouble too."
        return _told(see, "seg.error_frac", bounds, says)
    count = see.segment.in_error()
    if not count.level and _is_outage(see):
        return None
    return _counted(see, count, "{:.0f} of {} neighbours have trouble too")


def _boots(see: Observations) -> Finding | None:
    says = "{:.0f} neighbours restarted within 10 minutes."
    if see.segment is not None:
        count = see.segment.boots()
        if count.level and see.has_restarted_with_neighbours():
            says = "{:.0f} neighbours restarted within 10 minutes, and it did with them."
            return Finding(_TOGETHER, "segment", says, (count.now,))
        level = _BURST if count.level == MANY else int(count.level > 0)
        return Finding(level, "segment", says, (count.now,))
    burst = see.numbers.get("seg.boot_burst")
    if burst is None:
        return None
    level = int(burst >= see.limits.network.offline_least)
    return Finding(level, "seg.boot_burst", says, (burst,))


def _calls(see: Observations) -> Finding | None:
    if see.segment is not None:
        count = see.segment.calls()
        if not count.level and _is_outage(see):
            return None
        says = "{:.0f} neighbours called within 15 minutes."
        return Finding(count.level, "segment", says, (count.now,))
    metric = "seg.calls_15min"
    calls = see.numbers.get(metric)
    if calls is None:
        return None
    limits = see.limits.network
    level = (0, SOME, MANY)[above(calls, limits.offline_least, limits.calls_many)]
    return Finding(level, metric, "{:.0f} neighbours called within 15 minutes.", (calls,))


def _silence(see: Observations) -> Finding | None:
    gaps = see.history.gaps()
    if see.last_at is None or len(gaps) < _FEWEST_GAPS:
        return None
    usual = sorted(gaps)[len(gaps) // 2]
    silent = see.now - see.last_at
    limits = see.limits.network
    says = "It last reported {:.0f} minutes ago; every {:.0f} minutes is usual."
    level = above(silent, limits.late * usual, limits.silent * usual)
    return Finding(level, "acs.inform_age", says, (silent / _MINUTE, usual / _MINUTE))


SYMPTOMS = (
    Symptom("segment_offline", (), _offline),
    Symptom("segment_errors", (), _errors),
    Symptom("segment_boots", (), _boots),
    Symptom("segment_calls", (), _calls),
    Symptom("silence", (), _silence),
)
