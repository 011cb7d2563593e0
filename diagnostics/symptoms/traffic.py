"""The traffic that arrives, against what is usual for this household at this time of the day."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom
from diagnostics.symptoms.session import is_down

_USUAL, _MORE, _FAR_MORE, _LITTLE, _NONE = range(5)
_PERCENT = 100.0


def _traffic(see: Observations) -> Finding | None:
    if not see.is_calling:
        return None  # an empty house has none: a call shows that somebody wants some
    metric = "eth.rx_packets"
    share = see.newest_share(metric)
    if share is None:
        return None
    limits = see.limits.network
    if share < limits.traffic_little:
        if is_down(see):
            return None  # without a session none can arrive
        if share < limits.traffic_none:
            return Finding(_NONE, metric, "Hardly any of the usual traffic arrives.")
        says = "Only {:.0f} % of the usual traffic arrives."
        return Finding(_LITTLE, metric, says, (_PERCENT * share,))
    if share < limits.traffic_more:
        return Finding(_USUAL, metric, "About as much traffic arrives as usual.")
    level = _FAR_MORE if share >= limits.traffic_far_more else _MORE
    return Finding(level, metric, "{:.1f} times the usual traffic arrives.", (share,))


SYMPTOMS = (Symptom("traffic", ("eth.rx_packets",), _traffic),)
