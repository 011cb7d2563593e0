"""The copper line: noise margin, errors, lost synchronisation, attenuation, rate.

A profile change by the operator's line management lowers the rate and raises the margin without
errors; it shows as a low rate alone, which speaks little for a fault.
"""

from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_IN_SYNC = frozenset({"up", "showtime", "dormant"})
_TENTH = 10.0


def _margin(see: Observations) -> Finding | None:
    limits = see.limits.line
    margins = [
        (margin, metric)
        for metric in ("dsl.snr_margin_ds", "dsl.snr_margin_us")
        if (margin := see.middle(metric)) is not None
    ]
    if not margins:
        return None
    margin, metric = min(margins)
    level = (margin < limits.margin_good) + (margin < limits.margin_poor)
    return Finding(level, metric, "The noise margin of the line is {:.1f} dB.", (margin / _TENTH,))


def _errors(see: Observations) -> Finding | None:
    limits = see.limits.line
    tests = (
        (
            "dsl.ses",
            (1.0, limits.severe_many),
            "The line has {:.0f} severely errored seconds an hour.",
        ),
        (
            "dsl.crc_ds",
            (limits.errors_some, limits.errors_many),
            "The line has {:.0f} CRC errors an hour.",
        ),
        (
            "dsl.es",
            (limits.seconds_some, limits.seconds_many),
            "The line has {:.0f} errored seconds an hour.",
        ),
    )
    found: Finding | None = None
    for metric, bounds, says in tests:
        rate = see.per_hour(metric)
        if rate is None:
            continue
        level = above(rate, *bounds)
        if found is None or level > found.level:
            found = Finding(level, metric, says, (rate,))
    return found


def _retrains(see: Observations) -> Finding | None:
    metric = "dsl.retrain"
    count = see.in_a_day(metric)
    if count is None:
        metric = "dsl.showtime"
        restarts = see.restarts_of_age(metric)
        if restarts is None:
            return None
        count = float(restarts)
    limits = see.limits.line
    count = max(0.0, count - sum(boot.at >= see.now - DAY for boot in see.boots))
    level = above(count, limits.retrains_some, limits.retrains_many)
    says = "The line lost synchronisation {:.0f} times in 24 hours."
    return Finding(level, metric, says, (count,))


def _attenuation(see: Observations) -> Finding | None:
    metric = "dsl.atten_ds"
    now, usual = see.middle(metric), see.usual(metric)
    if now is None or usual is None:
        return None
    limits = see.limits.line
    says = "The attenuation of the line is {:.1f} dB; {:.1f} dB is usual."
    level = above(now - usual, limits.step, limits.jump)
    return Finding(level, metric, says, (now / _TENTH, usual / _TENTH))


def _rate(see: Observations) -> Finding | None:
    metric = "dsl.rate_ds"
    now, usual = see.numbers.get(metric), see.usual(metric)
    if now is None or not usual:
        return None
    limits = see.limits.line
    level = (now < limits.rate_low * usual) + (now < limits.rate_very_low * usual)
    says = "The line runs at {:.1f} Mbit/s; {:.1f} Mbit/s is usual."
    return Finding(level, metric, says, (now / 1000, usual / 1000))


def _link(see: Observations) -> Finding | None:
    metric = "dsl.link_status"
    status = see.word(metric)
    if status is None:
        return None
    is_down = status not in _IN_SYNC
    says = "The line is not synchronised." if is_down else "The line is synchronised."
    return Finding(int(is_down), metric, says)


SYMPTOMS = (
    Symptom("dsl_link", ("dsl.link_status",), _link),
    Symptom("dsl_margin", ("dsl.snr_margin_ds", "dsl.snr_margin_us"), _margin),
    Symptom("dsl_errors", ("dsl.crc_ds", "dsl.es", "dsl.ses"), _errors),
    Symptom("dsl_retrains", ("dsl.retrain", "dsl.showtime"), _retrains),
    Symptom("dsl_attenuation", ("dsl.atten_ds",), _attenuation),
    Symptom("dsl_rate", ("dsl.rate_ds",), _rate),
)
