"""Wi-Fi coverage: how well the clients hear the router, repeated frames, low rates."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_GOOD, _FAIR, _WEAK = range(3)
_PERCENT = 100.0
_KILO = 1000.0


def _coverage(see: Observations) -> Finding | None:
    limits = see.limits.wifi
    rssi = see.by_day("wifi.client_rssi_p10", limits.usual_day)
    if rssi is not None:
        level = _GOOD if rssi >= limits.rssi_good else _FAIR if rssi >= limits.rssi_weak else _WEAK
        says = "The weakest tenth of its Wi-Fi clients is heard at {:.0f} dBm; -67 dBm is good."
        return Finding(level, "wifi.client_rssi_p10", says, (rssi,))
    snr = see.by_day("wifi.client_snr_p10", limits.usual_day)
    if snr is None:
        return None
    level = _GOOD if snr >= limits.snr_good else _FAIR if snr >= limits.snr_weak else _WEAK
    says = "The weakest tenth of its Wi-Fi clients is {:.0f} dB above the noise; 25 dB is good."
    return Finding(level, "wifi.client_snr_p10", says, (snr,))


def _retries(see: Observations) -> Finding | None:
    metric = "wifi.retry_ratio"
    limits = see.limits.wifi
    share = see.by_day(metric, 1 - limits.usual_day)
    if share is None:
        return None
    level = above(share, limits.retries_some, limits.retries_many)
    return Finding(
        level, metric, "Of the Wi-Fi frames {:.0f} % are sent again.", (_PERCENT * share,)
    )


def _rate(see: Observations) -> Finding | None:
    metric = "wifi.phy_rate_p10"
    rate = see.by_day(metric, see.limits.wifi.usual_day)
    if not rate:
        return None
    says = "The slowest tenth of its Wi-Fi clients connects at {:.0f} Mbit/s."
    return Finding(int(rate < see.limits.wifi.low_rate), metric, says, (rate / _KILO,))


SYMPTOMS = (
    Symptom("wifi_coverage", ("wifi.client_rssi_p10", "wifi.client_snr_p10"), _coverage),
    Symptom("wifi_retries", ("wifi.retry_ratio",), _retries),
    Symptom("wifi_rate", ("wifi.phy_rate_p10",), _rate),
)
