"""The Ethernet cable to the house: speed, damaged frames on either side, link losses."""

from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_FULL, _REDUCED, _MINIMAL = range(3)
_LINK_DOWN = frozenset({"down", "notpresent", "lowerlayerdown", "error", "nolink"})
_PACKETS = "eth.rx_packets"
_ERRORS = ("eth.fcs_err", "eth.err_rx", "eth.align_err", "eth.symbol_err")
_SOUND = "The switch's cable test finds nothing wrong."


def _speed(see: Observations) -> Finding | None:
    metric = "eth.speed"
    speed = see.numbers.get(metric)
    limits = see.limits.cable
    if see.word("eth.link_up") in _LINK_DOWN:
        return Finding(_MINIMAL, "eth.link_up", "The cable to the house has no link.")
    if (see.in_a_day("eth.late_coll") or 0.0) > 0:
        says = "Frames collide late on the cable to the house: the ends disagree on duplex."
        return Finding(_MINIMAL, "eth.late_coll", says)
    if see.word("eth.duplex") == "half":
        return Finding(_MINIMAL, "eth.duplex", "The cable to the house runs at half duplex.")
    if speed is None:
        return None
    if speed <= limits.minimal:
        says = "The cable to the house runs at {:.0f} Mbit/s."
        return Finding(_MINIMAL, metric, says, (speed,))
    best = max(speed, see.history.highest(metric) or 0.0)
    normal = see.history.baseline(metric)
    if normal.n:
        best = max(best, normal.high)
    if speed <= limits.reduced * best:
        says = "The cable to the house runs at {:.0f} Mbit/s; it used to run at {:.0f} Mbit/s."
        return Finding(_REDUCED, metric, says, (speed, best))
    return Finding(_FULL, metric, "The cable to the house runs at {:.0f} Mbit/s.", (speed,))


def _frame_errors(see: Observations) -> Finding | None:
    limits = see.limits.cable
    for metric in _ERRORS:
        ratio = see.per_million(metric, _PACKETS, limits.fewest_packets)
        if ratio is None:
            continue
        count = see.in_a_day(metric)
        if count is not None and count < limits.fewest_errors:
            return Finding(
                0, metric, "Hardly any frame arrives damaged over the cable to the house."
            )
        says = "Of a million frames {:,.0f} arrive damaged over the cable to the house."
        return Finding(above(ratio, limits.errors_some, limits.errors_many), metric, says, (ratio,))
    return _port_errors(
        see, "eth.fcs_err", "Over the cable to the house {:.0f} frames an hour arrive damaged."
    )


def _switch_errors(see: Observations) -> Finding | None:
    metric = "eth.switch_port_fcs"
    limits = see.limits.cable
    ratio = see.per_million(metric, "eth.rx_packets", limits.fewest_packets)
    says = "The switch port sees {:.0f} damaged frames an hour."
    if ratio is None:
        return _port_errors(see, metric, says)
    if (see.in_a_day(metric) or 0.0) < limits.fewest_errors:
        return Finding(0, metric, "The switch port sees no damaged frames to speak of.")
    says = "The switch port sees {:,.0f} damaged frames per million."
    return Finding(above(ratio, limits.errors_some, limits.errors_many), metric, says, (ratio,))


def _port_errors(see: Observations, metric: str, says: str) -> Finding | None:
    rate = see.per_hour(metric)
    if rate is None:
        return None
    limits = see.limits.cable
    level = above(rate, limits.port_errors_some, limits.port_errors_many)
    return Finding(level, metric, says, (rate,))


def _flaps(see: Observations) -> Finding | None:
    metric = "eth.link_last_change"
    count = see.restarts_of_age(metric)
    if count is None:
        return None
    if count:
        count -= sum(boot.at >= see.now - DAY for boot in see.boots)
    if count <= 0:
        return Finding(0, metric, "The link to the house was not lost in 24 hours.")
    limits = see.limits.cable
    level = above(count, limits.flaps_some, limits.flaps_many)
    says = "The link to the house was lost at least {} times in 24 hours."
    return Finding(level, metric, says, (count,))


def _cable_test(see: Observations) -> Finding | None:
    metric = "eth.tdr_pair_status"
    status = see.word(metric)
    if status is None:
        return None
    is_broken = any(word in status for word in ("open", "short", "break", "fault"))
    says = "The switch's cable test finds a broken pair." if is_broken else _SOUND
    return Finding(int(is_broken), metric, says)


SYMPTOMS = (
    Symptom("wan_speed", ("eth.speed", "eth.duplex", "eth.link_up", "eth.late_coll"), _speed),
    Symptom("frame_errors", _ERRORS, _frame_errors),
    Symptom("switch_errors", ("eth.switch_port_fcs",), _switch_errors),
    Symptom("wan_flaps", ("eth.link_last_change",), _flaps),
    Symptom("cable_test", ("eth.tdr_pair_status",), _cable_test),
)
