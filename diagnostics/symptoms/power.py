"""Heat and supply voltage of the router."""

from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_BY_HEAT = 2
_HEAT = ("overheat", "over heat", "thermal", "temperature")
_CRASH = ("watchdog", "crash", "panic", "oops", "exception", "kernel")
_NO_GASP = frozenset({"", "0", "false", "no", "none", "off"})
_LATELY = 7.0  # days


def _temperature(see: Observations) -> Finding | None:
    metric = "sys.temp_cpu"
    degrees = see.numbers.get(metric)
    if degrees is None:
        return None
    limits = see.limits.power
    says = "Its processor is at {:.0f} degrees."
    return Finding(above(degrees, limits.hot, limits.overheating), metric, says, (degrees,))


def _voltage(see: Observations) -> Finding | None:
    metric = "sys.voltage"
    volts, usual = see.numbers.get(metric), see.usual(metric)
    if volts is None or not usual:
        return None
    limits = see.limits.power
    share = volts / usual
    level = (share < limits.voltage_low) + (share < limits.voltage_very_low)
    return Finding(level, metric, "Its supply is {:.1f} V; {:.1f} V is usual.", (volts, usual))


def _gasp(see: Observations) -> Finding | None:
    metric = "pon.dying_gasp"
    word = see.word(metric)
    if word is None:
        return None
    is_seen = word not in _NO_GASP
    says = (
        "Its last words said that it lost its power." if is_seen else "It has not lost its power."
    )
    return Finding(int(is_seen), metric, says)


def _cause(see: Observations) -> Finding | None:
    metric = "sys.last_boot_cause"
    cause = see.word(metric)
    if cause is None or see.uptime is None or see.uptime > _LATELY * DAY:
        return None
    is_hot = any(word in cause for word in _HEAT)
    is_crash = any(word in cause for word in _CRASH)
    if is_hot:
        return Finding(_BY_HEAT, metric, "Its last restart was because of heat.")
    if is_crash:
        return Finding(1, metric, "Its last restart was by its watchdog or after a crash.")
    return Finding(0, metric, "Its last restart was not by itself.")


SYMPTOMS = (
    Symptom("dying_gasp", ("pon.dying_gasp",), _gasp),
    Symptom("boot_cause", ("sys.last_boot_cause",), _cause),
    Symptom("temperature", ("sys.temp_cpu",), _temperature),
    Symptom("voltage", ("sys.voltage",), _voltage),
)
