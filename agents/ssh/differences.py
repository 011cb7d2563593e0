"""Vitals that are the difference of two readings: shares of time and of frames. Pure."""

from collections.abc import Mapping

Ticks = Mapping[str, float]

_FEWEST_FRAMES = 100


def shares(before: Ticks, now: Ticks) -> dict[str, float]:
    """Vitals of what was counted between two readings; nothing where a counter fell."""
    grown = {name: now[name] - before[name] for name in now if name in before}
    if any(value < 0 for value in grown.values()):
        return {}
    found: dict[str, float] = {}
    whole = grown.get("cpu_all", 0)
    if whole > 0:
        found["sys.cpu_util"] = 100 * (1 - grown["cpu_idle"] / whole)
        found["sys.softirq_share"] = 100 * grown["cpu_softirq"] / whole
    sent = grown.get("wifi_sent", 0)
    if sent >= _FEWEST_FRAMES:
        tries = sent + grown["wifi_retried"]
        found["wifi.retry_ratio"] = grown["wifi_retried"] / tries
        found["wifi.fail_ratio"] = min(1.0, grown["wifi_failed"] / sent)
    found.update(_channels(grown))
    return found


def _channels(grown: Ticks) -> dict[str, float]:
    busiest: dict[str, float] = {}
    for name, active in grown.items():
        if not name.startswith("channel_active_") or active <= 0:
            continue
        place = name.removeprefix("channel_active_")
        busy = grown.get(f"channel_busy_{place}")
        if busy is None:
            continue
        used = min(100.0, 100 * busy / active)
        if used >= busiest.get("wifi.chan_util", -1):
            busiest["wifi.chan_util"] = used
            received = grown.get(f"channel_receive_{place}")
            if received is not None:
                busiest["wifi.chan_util_other"] = min(100.0, 100 * received / active)
    return busiest
