"""Restarts: boot loops and the watchdog. Restarts by us or with the neighbours do not count."""

from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom, above


def _boots(see: Observations) -> Finding | None:
    limits = see.limits.power
    since = see.now - DAY
    count = see.own_boots(since)
    if count < limits.boots_loop and not see.context.segment_history:
        count = max(count, _counted(see, since))
    if not count and see.uptime is None:
        return None
    level = above(count, limits.boots_some, limits.boots_loop, limits.boots_storm)
    if not count:
        return Finding(0, "boots", "It did not restart in 24 hours.")
    says = "It restarted {} times in 24 hours."
    if level and see.context.segment_history:
        says = "It restarted {} times in 24 hours, and its neighbours did not."
    return Finding(level, "boots", says, (count,))


def _counted(see: Observations, since: float) -> int:
    """Restarts that the router itself counted, our own subtracted."""
    counted = see.in_a_day("sys.boot_count") or 0.0
    ours = sum(boot.cause == "remote_reboot" and boot.at >= since for boot in see.boots)
    cold = see.in_a_day("sys.boot_cold") or 0.0
    told = see.numbers.get("acs.boot_events_24h", 0.0)
    return int(max(counted - ours, cold, told))


def _watchdog(see: Observations) -> Finding | None:
    days = see.limits.power.watchdog_days
    since = see.now - days * DAY
    told = sum(boot.cause == "watchdog" and boot.at >= since for boot in see.boots)
    counted = see.in_days("sys.boot_watchdog", days)
    if counted is None and not see.context.boots:
        return None
    count = int(max(told, counted or 0.0))
    metric = "sys.boot_watchdog" if counted is not None else "boots"
    if not count:
        return Finding(0, metric, "Its watchdog did not restart it in {:.0f} days.", (days,))
    says = "Its watchdog restarted it {} times in {:.0f} days."
    return Finding(above(count, 1, 2), metric, says, (count, days))


SYMPTOMS = (Symptom("boots", (), _boots), Symptom("watchdog", (), _watchdog))
