"""The Wi-Fi radio itself: hung, down, or resetting again and again."""

from diagnostics.observations import Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_CLIENTS, _FEW, _NOBODY, _UNCLEAR, _SILENT, _DOWN = range(6)


def _radio(see: Observations) -> Finding | None:
    status = see.word("wifi.radio_status")
    if status in ("error", "lowerlayerdown", "dormant", "notpresent"):
        says = "Its Wi-Fi radio reports the status {}."
        return Finding(_DOWN, "wifi.radio_status", says, (status,))
    if status == "down":
        return None  # switched off: by the subscriber, as a rule
    metric = "wifi.assoc"
    clients = see.numbers.get(metric)
    if clients is None:
        return None
    if clients > 0:
        usual = see.usual_by_now(metric)
        if usual is not None and _most(see) <= see.limits.wifi.few_clients * usual:
            says = "{:.0f} Wi-Fi clients are connected; {:.0f} are usual at this time."
            return Finding(_FEW, metric, says, (clients, usual))
        return Finding(_CLIENTS, metric, "{:.0f} Wi-Fi clients are connected.", (clients,))
    normal = see.history.baseline(metric)
    usual = see.usual(metric)
    if usual is None or usual < 1:
        return Finding(_NOBODY, metric, "No Wi-Fi client is connected, as usual.")
    traffic = see.traffic()
    if traffic is not None and traffic >= see.limits.wifi.home_traffic:
        says = (
            "No Wi-Fi client is connected; {:.0f} are usual, the radio is up, and the cable busy."
        )
        return Finding(_SILENT, metric, says, (usual,))
    if normal.q10 >= 1 or see.is_calling:
        says = "No Wi-Fi client is connected; {:.0f} are usual, and the radio is up."
        return Finding(_UNCLEAR, metric, says, (usual,))
    return Finding(_NOBODY, metric, "No Wi-Fi client is connected and nothing else is in use.")


def _most(see: Observations) -> float:
    return max(see.history.newest("wifi.assoc"))


def _resets(see: Observations) -> Finding | None:
    metric = "wifi.reset_counter"
    count = see.in_a_day(metric)
    if count is None:
        return None
    level = above(count, 1, see.limits.wifi.resets_many)
    return Finding(level, metric, "Its Wi-Fi radio reset {:.0f} times in 24 hours.", (count,))


SYMPTOMS = (
    Symptom("wifi_radio", ("wifi.assoc", "wifi.radio_status"), _radio),
    Symptom("wifi_resets", ("wifi.reset_counter",), _resets),
)
