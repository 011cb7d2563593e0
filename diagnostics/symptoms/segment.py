"""The segment: neighbours offline, in trouble, restarting or calling together, and silence."""

import math

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_NONE, _SOME, _MANY = range(3)
_FEWEST_GAPS = 3
_MINUTE = 60.0


def binomial_tail(least: int, of: int, rate: float) -> float:
    """Probability that ``least`` or more of ``of`` do what each does with probability ``rate``."""
    if least <= 0:
        return 1.0
    if least > of:
        return 0.0
    below = sum(math.comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(least))
    return max(0.0, 1.0 - below)


def _level(see: Observations, count: int, of: int, rate: float) -> int:
    limits = see.limits.network
    if count < limits.offline_least or binomial_tail(count, of, rate) >= limits.significance:
        return _NONE
    return _MANY if count >= limits.large_share * of else _SOME


def _is_outage(see: Observations) -> bool:
    """Whether neighbours are gone: then none is left to have trouble or to call about it yet."""
    finding = _offline(see)
    return finding is not None and finding.level > _NONE


def _offline(see: Observations) -> Finding | None:
    limits = see.limits.network
    if see.segment is not None:
        count, of = see.segment.offline, see.segment.routers
        level = _level(see, count, of, limits.offline_rate)
        return Finding(level, "segment", "{} of {} neighbours are offline.", (count, of))
    share = see.numbers.get("seg.offline_frac")
    if share is None:
        return None
    level = _MANY if share >= limits.large_share else int(share >= limits.error_rate)
    says = "{:.0f} % of the neighbours are offline."
    return Finding(level, "seg.offline_frac", says, (100 * share,))


def _errors(see: Observations) -> Finding | None:
    limits = see.limits.network
    if see.segment is not None:
        count, of = see.segment.in_error, see.segment.routers
        level = _level(see, count, of, limits.error_rate)
        if not level and _is_outage(see):
            return None
        return Finding(level, "segment", "{} of {} neighbours have trouble too.", (count, of))
    share = see.numbers.get("seg.error_frac")
    if share is None:
        return None
    level = above(share, limits.error_rate, limits.large_share)
    says = "{:.0f} % of the neighbours have trouble too."
    return Finding(level, "seg.error_frac", says, (100 * share,))


def _boots(see: Observations) -> Finding | None:
    least = see.limits.power.siblings
    if see.segment is not None:
        count, of = see.segment.boots_10min, see.segment.routers
    elif (burst := see.numbers.get("seg.boot_burst")) is not None:
        count, of = int(burst), 0
    else:
        return None
    level = int(count >= least)
    if level and count >= see.limits.network.large_share * of:
        level = _MANY
    return Finding(level, "segment", "{} neighbours restarted within 10 minutes.", (count,))


def _calls(see: Observations) -> Finding | None:
    if see.segment is not None:
        count = see.segment.calls_15min
    elif (calls := see.numbers.get("seg.calls_15min")) is not None:
        count = int(calls)
    else:
        return None
    limits = see.limits.network
    level = above(count, limits.calls_some, limits.calls_many)
    if not level and _is_outage(see):
        return None
    return Finding(level, "segment", "{} neighbours called within 15 minutes.", (count,))


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
