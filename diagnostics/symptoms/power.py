"""Heat and supply voltage of the router."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above


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


SYMPTOMS = (
    Symptom("temperature", ("sys.temp_cpu",), _temperature),
    Symptom("voltage", ("sys.voltage",), _voltage),
)
