"""The segment: neighbours offline, in trouble, restarting or calling together, and silence."""

from diagnostics.neighbours import MANY, MOST, SOME, Count
from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_BURST, _TOGETHER = 2, 3
_FEWEST_GAPS = 3
_JUST_NOW = 300.0  # seconds; no router is asked as often as that means silence
_AROUND = 900.0  # seconds by which a state may come after what it tells
_MINUTE = 60.0
_PERCENT = 100.0


def _told(see: Observations, metric: str, limits: tuple[float, float], says: str) -> Finding | None:
    """The same from a share that the collector calculated."""
    share = see.numbers.get(metric)
    if share is None:
        return None
    level = (0, SOME, MOST)[above(share, *limits)]
    return Finding(level, metric, says, (_PERCENT * share,))


def _is_outage(see: Observations) -> bool:
    """Whether neighbours are gone: then none is left to have trouble or to call about it yet."""
    return see.segment is not None and see.segment.offline().level >= SOME


def _have_restarted(see: Observations) -> bool:
    """Whether neighbours have just restarted: that they are online and well again is no news."""
    if see.segment is None:
        return False
    return see.segment.boots().level > 0 or _came_back_with_them(see)


def _came_back_with_them(see: Observations) -> bool:
    assert see.segment is not None
    outage = see.segment.outage_at()
    return outage is not None and see.has_restarted(outage - _AROUND)


def _counted(see: Observations, count: Count, says: str) -> Finding:
    assert see.segment is not None
    return Finding(
        count.level, "segment", says, (count.now, see.segment.newest.routers, count.usual)
    )


def _offline(see: Observations) -> Finding | None:
    if see.segment is None:
        limits = see.limits.network
        bounds = (limits.error_rate, limits.large_share)
        says = "Of the neighbours {:.0f} % are offline."
        return _told(see, "seg.offline_frac", bounds, says)
    count = see.segment.offline()
    if not count.level and _have_restarted(see):
        return None
    return _counted(see, count, "Offline neighbours: {:.0f} of {}; {:.0f} is usual.")


def _errors(see: Observations) -> Finding | None:
    if see.segment is None:
        limits = see.limits.network
        bounds = (limits.error_rate, limits.large_share)
        says = "Of the neighbours {:.0f} % have trouble too."
        return _told(see, "seg.error_frac", bounds, says)
    count = see.segment.in_error()
    if not count.level and (_is_outage(see) or _have_restarted(see)):
        return None
    return _counted(see, count, "Neighbours with trouble too: {:.0f} of {}; {:.0f} is usual.")


def _boots(see: Observations) -> Finding | None:
    says = "Within 10 minutes {:.0f} neighbours restarted."
    if see.segment is not None:
        count = see.segment.boots()
        if count.level and see.has_restarted_with_neighbours():
            says = "Within 10 minutes {:.0f} neighbours restarted, and it did with them."
            return Finding(_TOGETHER, "segment", says, (count.now,))
        if not count.level and _came_back_with_them(see):
            says = "Many neighbours were offline, and it restarted when they came back."
            return Finding(_TOGETHER, "segment", says)
        if not count.level:
            return Finding(0, "segment", "No burst of restarts in the neighbourhood.")
        level = _BURST if count.level == MANY else 1
        return Finding(level, "segment", says, (count.now,))
    burst = see.numbers.get("seg.boot_burst")
    if burst is None:
        return None
    level = int(burst >= see.limits.network.offline_least)
    return Finding(level, "seg.boot_burst", says, (burst,))


def _calls(see: Observations) -> Finding | None:
    says = "Calls of neighbours within 15 minutes: {:.0f}."
    if see.segment is not None:
        count = see.segment.calls()
        if not count.level and (_is_outage(see) or _have_restarted(see)):
            return None
        if not count.level:
            return Finding(0, "segment", "The neighbours do not call more than usual.")
        return Finding(count.level, "segment", says, (count.now,))
    metric = "seg.calls_15min"
    calls = see.numbers.get(metric)
    if calls is None:
        return None
    limits = see.limits.network
    level = (0, SOME, MANY)[above(calls, limits.offline_least, limits.calls_many)]
    return Finding(level, metric, says, (calls,))


def _silence(see: Observations) -> Finding | None:
    if see.last_at is None:
        return None
    silent = see.now - see.last_at
    if silent < _JUST_NOW:
        return Finding(0, "acs.inform_age", "It reported just now.")
    gaps = see.history.gaps()
    if len(gaps) < _FEWEST_GAPS:
        return None
    usual = sorted(gaps)[len(gaps) // 2]
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
