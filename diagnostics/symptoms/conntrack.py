"""The connection table: how full it is, and connections dropped for want of room."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above


def _conntrack(see: Observations) -> Finding | None:
    metric = "sys.conntrack_used"
    used, most = see.numbers.get(metric), see.numbers.get("sys.conntrack_max")
    if used is None or not most:
        return None
    limits = see.limits.processes
    level = above(used / most, limits.conntrack_filling, limits.conntrack_full)
    says = "{:.0f} of {:.0f} entries of its connection table are in use."
    return Finding(level, metric, says, (used, most))


def _drops(see: Observations) -> Finding | None:
    metric = "sys.conntrack_drop"
    rate = see.per_hour(metric)
    if rate is None:
        return None
    if rate < 1:
        return Finding(0, metric, "Its connection table drops nothing.")
    level = above(rate, 1, see.limits.processes.conntrack_drops)
    says = "{:.0f} connections an hour are dropped for want of room in its table."
    return Finding(level, metric, says, (rate,))


SYMPTOMS = (
    Symptom("conntrack", ("sys.conntrack_used",), _conntrack),
    Symptom("conntrack_drops", ("sys.conntrack_drop",), _drops),
)
