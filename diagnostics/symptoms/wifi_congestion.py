"""The Wi-Fi channel: how much of its air time is taken, and by whom."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above


def _worst(see: Observations, metric: str, least: float) -> float | None:
    """The reading now, or that of the last evening where it is worse: calls may come later.

    Below ``least`` nothing is bad, and the evening is not looked at.
    """
    now = see.middle(metric)
    if now is None or (see.history.highest(metric) or 0.0) < least:
        return now
    evening = see.evening(metric)
    return now if evening is None else max(now, evening[0])


def _channel(see: Observations) -> Finding | None:
    metric = "wifi.chan_util"
    limits = see.limits.wifi
    percent = _worst(see, metric, limits.channel_busy)
    if percent is None:
        return None
    level = above(percent, limits.channel_busy, limits.channel_full)
    return Finding(level, metric, "The Wi-Fi channel is {:.0f} % taken.", (percent,))


def _neighbours(see: Observations) -> Finding | None:
    limits = see.limits.wifi
    metric = "wifi.chan_util_other"
    percent = _worst(see, metric, limits.others_some)
    if percent is not None:
        level = above(percent, limits.others_some, limits.others_many)
        says = "Neighbours take {:.0f} % of the Wi-Fi channel."
        return Finding(level, metric, says, (percent,))
    metric = "wifi.neighbors_cochannel"
    count = see.middle(metric)
    if count is None:
        return None
    level = above(count, limits.neighbours_some, limits.neighbours_many)
    return Finding(level, metric, "Neighbours on the Wi-Fi channel: {:.0f}.", (count,))


def _noise(see: Observations) -> Finding | None:
    metric = "wifi.noise"
    noise = see.middle(metric)
    if noise is None:
        return None
    limits = see.limits.wifi
    level = (noise > limits.noise_some) + (noise > limits.noise_much)
    says = "The noise on the Wi-Fi channel is {:.0f} dBm; -92 dBm is good."
    return Finding(level, metric, says, (noise,))


SYMPTOMS = (
    Symptom("wifi_channel", ("wifi.chan_util",), _channel),
    Symptom("wifi_neighbours", ("wifi.chan_util_other", "wifi.neighbors_cochannel"), _neighbours),
    Symptom("wifi_noise", ("wifi.noise",), _noise),
)
