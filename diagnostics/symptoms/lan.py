"""The home network by cable: damaged frames, a slow port, broadcast storms."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_CLEAN, _SOME, _NEW, _MANY = range(4)
_FULL, _REDUCED, _MINIMAL = range(3)


def _errors(see: Observations) -> Finding | None:
    metric = "lan.err_rx"
    rate = see.per_hour(metric)
    if rate is None:
        return None
    limits = see.limits.cable
    level = (_CLEAN, _SOME, _MANY)[above(rate, limits.port_errors_some, limits.port_errors_many)]
    if level == _CLEAN:
        return Finding(level, metric, "Hardly any damaged frame comes from the home network.")
    usual = see.usual(metric)
    if level == _SOME and usual is not None and usual <= limits.port_errors_new * rate:
        says = "From the home network come {:.0f} damaged frames an hour; {:.0f} is usual."
        return Finding(_NEW, metric, says, (rate, usual))
    says = "From the home network come {:.0f} damaged frames an hour."
    return Finding(level, metric, says, (rate,))


def _speed(see: Observations) -> Finding | None:
    metric = "lan.port_speed"
    speed = see.numbers.get(metric)
    if not speed:
        return None  # nothing is plugged in
    limits = see.limits.cable
    if speed <= limits.minimal:
        return Finding(_MINIMAL, metric, "The home port runs at {:.0f} Mbit/s.", (speed,))
    best = max(speed, see.usual(metric) or 0.0)
    if speed <= limits.reduced * best:
        says = "The home port runs at {:.0f} Mbit/s; {:.0f} Mbit/s is usual."
        return Finding(_REDUCED, metric, says, (speed, best))
    return Finding(_FULL, metric, "The home port runs at {:.0f} Mbit/s.", (speed,))


def _storm(see: Observations) -> Finding | None:
    metric = "lan.bcast_rate"
    rate = see.middle(metric)
    if rate is None:
        return None
    level = above(rate, see.limits.cable.storm_some, see.limits.cable.storm)
    return Finding(
        level, metric, "In the home network {:.0f} broadcasts a second go round.", (rate,)
    )


SYMPTOMS = (
    Symptom("lan_errors", ("lan.err_rx",), _errors),
    Symptom("lan_speed", ("lan.port_speed",), _speed),
    Symptom("lan_storm", ("lan.bcast_rate",), _storm),
)
