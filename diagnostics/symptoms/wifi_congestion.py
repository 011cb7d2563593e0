"""The Wi-Fi channel: how much of its air time is taken, and by whom."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above


def _worst(see: Observations, metric: str) -> float | None:
    """The reading now, or that of the last evening where it is worse: calls may come later."""
    now, evening = see.middle(metric), see.evening(metric)
    if now is None or evening is None:
        return now
    return max(now, evening[0])


def _channel(see: Observations) -> Finding | None:
    metric = "wifi.chan_util"
    percent = _worst(see, metric)
    if percent is None:
        return None
    limits = see.limits.wifi
    level = above(percent, limits.channel_busy, limits.channel_full)
    return Finding(level, metric, "{:.0f} % of the Wi-Fi channel is taken.", (percent,))


def _neighbours(see: Observations) -> Finding | None:
    limits = see.limits.wifi
    metric = "wifi.chan_util_other"
    percent = _worst(see, metric)
    if percent is not None:
        level = above(percent, limits.others_some, limits.others_many)
        says = "Neighbours take {:.0f} % of the Wi-Fi channel."
        return Finding(level, metric, says, (percent,))
    metric = "wifi.neighbors_cochannel"
    count = see.middle(metric)
    if count is None:
        return None
    level = above(count, limits.neighbours_some, limits.neighbours_many)
    return Finding(level, metric, "{:.0f} neighbours share the Wi-Fi channel.", (count,))


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
