"""The way to the gateway: loss, delay, overflowing queues, the busy hours."""

from diagnostics.baselines import MAD_TO_SIGMA
from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_TODAY, _RECURRING = 1, 2
_PERCENT = 100.0


_SHORT = "The way to the gateway is as short in the evening as at other times."


def _loss(see: Observations) -> Finding | None:
    metric = "ip.ping_loss_gw"
    share = see.numbers.get(metric)
    if share is None:
        return None
    limits = see.limits.network
    if not share:
        return Finding(0, metric, "No packet to the gateway is lost.")
    says = "Of the packets to the gateway {:.1f} % are lost."
    level = above(share, limits.loss_some, limits.loss_much)
    return Finding(level, metric, says, (_PERCENT * share,))


def _delay(see: Observations) -> Finding | None:
    metric = "ip.ping_rtt_gw"
    limits = see.limits.network
    z = see.z(metric, limits.delay_floor)
    if z is None:
        return None
    delay = see.numbers[metric]
    level = above(z, limits.delay_longer, limits.delay_long)
    level = level if delay >= limits.delay_least else min(level, 1)
    says = "A packet takes {:.0f} ms to the gateway and back; {:.0f} ms is usual."
    return Finding(level, metric, says, (delay, see.usual(metric)))


def _queue(see: Observations) -> Finding | None:
    metric = "eth.disc_tx"
    least = see.limits.cable.fewest_packets
    ratio = see.per_million(metric, "eth.rx_packets", least)
    if ratio is None:
        return None
    limits = see.limits.network
    level = above(ratio, limits.drops_some, limits.drops_many)
    says = "Of a million packets {:,.0f} are dropped before the line."
    return Finding(level, metric, says, (ratio,))


def _evenings(see: Observations) -> Finding | None:
    """Whether the way to the gateway is longer in the evening, and on how many."""
    metric = "ip.ping_rtt_gw"
    limits = see.limits.network
    normal = see.history.baseline(metric)
    highest = max(normal.high, see.history.highest(metric) or 0.0)
    if highest - normal.low < limits.evening_step * limits.delay_floor:
        return Finding(0, metric, _SHORT)  # no evening can have been longer
    today = see.evening(metric)
    past = see.history.past.evenings(metric, limits.evening_from, see.context.utc_offset)
    if today is None and past is None:
        return None
    is_today = today is not None and _is_longer(see, *today)
    if past is not None and _is_longer(see, *past):
        says = "In the evenings a packet takes {:.0f} ms to the gateway and back; else {:.0f} ms."
        return Finding(_RECURRING, metric, says, past[:2])
    if is_today and today is not None:
        says = "In the evening a packet took {:.0f} ms to the gateway and back; else {:.0f} ms."
        return Finding(_TODAY, metric, says, today[:2])
    return Finding(0, metric, _SHORT)


def _is_longer(see: Observations, evening: float, rest: float, mad: float) -> bool:
    limits = see.limits.network
    z = (evening - rest) / max(MAD_TO_SIGMA * mad, limits.delay_floor)
    return z >= limits.evening_step and evening >= limits.evening_ratio * rest


def _evening(see: Observations) -> Finding | None:
    if not see.is_calling:
        return None  # readings come at all hours: only the hour of a call says something
    limits = see.limits.network
    is_evening = limits.evening_from <= see.hour < limits.evening_until
    says = (
        "The subscriber calls in the busy evening."
        if is_evening
        else "The subscriber does not call in the evening."
    )
    return Finding(int(is_evening), "contacts", says)


SYMPTOMS = (
    Symptom("gateway_loss", ("ip.ping_loss_gw",), _loss),
    Symptom("gateway_delay", ("ip.ping_rtt_gw",), _delay),
    Symptom("evening_delay", ("ip.ping_rtt_gw",), _evenings),
    Symptom("queue_drops", ("eth.disc_tx",), _queue),
    Symptom("evening", (), _evening),
)
