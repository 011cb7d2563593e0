"""The Wi-Fi radio itself: hung, down, or resetting again and again."""

from diagnostics.neighbours import deviate
from diagnostics.observations import DAY, HOUR, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_NOW = 3
_CLIENTS, _FEW, _NOBODY, _UNCLEAR, _SILENT, _DOWN = range(6)


def _radio(see: Observations) -> Finding | None:
    status = see.word("wifi.radio_status")
    if status in ("error", "lowerlayerdown", "dormant", "notpresent"):
        return Finding(_DOWN, "wifi.radio_status", "Its Wi-Fi radio reports that it is not up.")
    if status == "down":
        return None  # switched off: by the subscriber, as a rule
    metric = "wifi.assoc"
    clients = see.numbers.get(metric)
    if clients is None:
        return None
    if clients > 0:
        share = see.limits.wifi.few_clients
        most = max(see.history.newest(metric))
        few = most <= share * see.history.baseline(metric).high  # else no hour can expect more
        usual = see.usual_by_now(metric) if few else None
        if usual is not None and most <= share * usual:
            says = "Connected Wi-Fi clients: {:.0f}; {:.0f} is usual at this time."
            return Finding(_FEW, metric, says, (clients, usual))
        return Finding(_CLIENTS, metric, "Connected Wi-Fi clients: {:.0f}.", (clients,))
    normal = see.history.baseline(metric)
    usual = see.usual(metric)
    if usual is None or usual < 1:
        return Finding(_NOBODY, metric, "No Wi-Fi client is connected, as usual.")
    if see.history.past.share_without(metric) >= see.limits.wifi.often_empty:
        return Finding(_NOBODY, metric, "No Wi-Fi client is connected, as often happens here.")
    traffic = see.traffic()
    if traffic is not None and traffic >= see.limits.wifi.home_traffic:
        says = "No Wi-Fi client is connected, the radio is up and the cable busy; {:.0f} is usual."
        return Finding(_SILENT, metric, says, (usual,))
    if normal.q10 >= 1 or see.is_calling:
        says = "No Wi-Fi client is connected although the radio is up; {:.0f} is usual."
        return Finding(_UNCLEAR, metric, says, (usual,))
    return Finding(_NOBODY, metric, "No Wi-Fi client is connected and nothing else is in use.")


def _resets(see: Observations) -> Finding | None:
    metric = "wifi.reset_counter"
    count = see.in_a_day(metric)
    if count is None:
        return None
    if count < 1:
        return Finding(0, metric, "Its Wi-Fi radio did not reset in 24 hours.")
    level = above(count, 1, see.limits.wifi.resets_many)
    return Finding(level, metric, "Its Wi-Fi radio reset {:.0f} times in 24 hours.", (count,))


def _handshakes(see: Observations) -> Finding | None:
    """Clients that know the password and are not let in: a hung radio answers no handshake."""
    metric = "wifi.psk_fail"
    count = see.in_a_day(metric)
    if count is None:
        return None
    limits = see.limits.wifi
    usual = see.usual(metric) or 0.0
    now = see.history.newest_growth(metric)
    if (
        now is not None
        and deviate(now[0], max(usual, limits.handshakes_usual)) >= limits.handshakes_now
    ):
        says = "Attempts to join its Wi-Fi that failed between its last two reports: {:.0f}."
        return Finding(_NOW, metric, says, (now[0],))
    more = count - usual * DAY / HOUR
    level = above(more, limits.handshakes_some, limits.handshakes_many)
    says = "Attempts to join its Wi-Fi that failed in 24 hours: {:.0f}."
    return Finding(level, metric, says, (count,))


SYMPTOMS = (
    Symptom("wifi_radio", ("wifi.assoc", "wifi.radio_status"), _radio),
    Symptom("wifi_resets", ("wifi.reset_counter",), _resets),
    Symptom("wifi_handshakes", ("wifi.psk_fail",), _handshakes),
)
