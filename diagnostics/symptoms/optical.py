"""The fibre and its optical unit: received light, errors, an ageing laser."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_GOOD, _DOUBTFUL, _BAD, _DROPPED = range(4)
_MILLI = 1000.0


def _power(see: Observations) -> Finding | None:
    limits = see.limits.line
    metric = "pon.rx_power"
    light = see.middle(metric)
    if light is not None:
        usual = see.usual(metric)
        drop = 0.0 if usual is None else usual - light
        # The light of a sound fibre changes by a tenth of a decibel: a step is no chance.
        level = (_GOOD, _DOUBTFUL, _DROPPED)[above(drop, limits.light_drop, limits.light_big_drop)]
        level = max(level, (light < limits.light_doubtful) + (light < limits.light_bad))
        level = _BAD if light > limits.light_strong else level
        if usual is None or not level:
            says = "The light that arrives is {:.1f} dBm."
            return Finding(level, metric, says, (light / _MILLI,))
        says = "The light that arrives is {:.1f} dBm; {:.1f} dBm is usual."
        return Finding(level, metric, says, (light / _MILLI, usual / _MILLI))
    metric = "pon.olt_rx_power"
    light = see.middle(metric)
    if light is None:
        return None
    level = (light < limits.olt_doubtful) + (light < limits.olt_bad)
    return Finding(level, metric, "Its light arrives at the exchange with {:.1f} dBm.", (light,))


def _signal(see: Observations) -> Finding | None:
    metric = "pon.los"
    is_lost = see.numbers.get(metric)
    if is_lost is None:
        return None
    says = "No light arrives over the fibre." if is_lost else "Light arrives over the fibre."
    return Finding(int(is_lost > 0), metric, says)


def _errors(see: Observations) -> Finding | None:
    if see.numbers.get("pon.sd_sf"):
        return Finding(_BAD, "pon.sd_sf", "The optical unit raises its signal-degraded alarm.")
    limits = see.limits.line
    found: Finding | None = None
    for metric, says in (
        ("pon.fec_uncorr", "The fibre loses {:,.0f} codewords an hour."),
        ("pon.bip_ds", "The fibre has {:,.0f} parity errors an hour."),
    ):
        rate = see.per_hour(metric)
        if rate is None:
            continue
        level = above(rate, limits.fibre_errors_some, limits.fibre_errors_many)
        if found is None or level > found.level:
            found = Finding(level, metric, says, (rate,))
    return found


def _ageing(see: Observations) -> Finding | None:
    found = (_sending(see), _supply(see), _laser(see))
    return max((f for f in found if f is not None), key=lambda f: f.level, default=None)


def _sending(see: Observations) -> Finding | None:
    metric = "pon.tx_power"
    light = see.middle(metric)
    if light is None:
        return None
    limits = see.limits.line
    level = (light < limits.send_doubtful) + (light < limits.send_bad)
    says = "It sends light of {:.1f} dBm; at least 0.5 dBm is good."
    return Finding(level, metric, says, (light / _MILLI,))


def _supply(see: Observations) -> Finding | None:
    metric = "pon.voltage"
    volts = see.middle(metric)
    if volts is None:
        return None
    limits = see.limits.line
    off = abs(volts - limits.supply)
    level = above(off, limits.supply_doubtful, limits.supply_bad)
    says = "The supply of the optical unit is {:.2f} V; 3.3 V is good."
    return Finding(level, metric, says, (volts / _MILLI,))


def _laser(see: Observations) -> Finding | None:
    limits = see.limits.line
    bias, degrees = see.middle("pon.bias"), see.middle("pon.temp")
    if bias is not None:
        usual = see.history.baseline("pon.bias").q10
        risen = usual > 0 and bias >= limits.bias_risen * usual
        level = above(bias, limits.bias_doubtful, limits.bias_bad)
        level = _BAD if risen else level
        if level or degrees is None or degrees < limits.laser_hot:
            says = "The current of the laser is {:.1f} mA."
            return Finding(level, "pon.bias", says, (bias / _MILLI,))
    if degrees is None:
        return None
    level = above(degrees, limits.laser_hot, limits.laser_overheating)
    return Finding(level, "pon.temp", "The optical unit is at {:.0f} degrees.", (degrees,))


SYMPTOMS = (
    Symptom("pon_power", ("pon.rx_power", "pon.olt_rx_power"), _power),
    Symptom("pon_signal", ("pon.los",), _signal),
    Symptom("pon_errors", ("pon.fec_uncorr", "pon.bip_ds", "pon.sd_sf"), _errors),
    Symptom("pon_ageing", ("pon.bias", "pon.temp", "pon.tx_power", "pon.voltage"), _ageing),
)
