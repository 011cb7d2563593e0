"""What happened before: a change of firmware, relapses after a reboot, reboots in vain."""

import math

from diagnostics.context import Cohort, FirmwareFinding, FirmwareMeasure
from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom

_SAME, _CHANGED, _WORSE, _BAD = range(4)
_PERCENT = 100.0
_ADVICE = (
    ("technician", "A technician came in the last {:.0f} days and it did not help."),
    ("consult_wifi", "Advice on Wi-Fi in the last {:.0f} days did not help."),
    ("consult_lan", "Advice on the home network in the last {:.0f} days did not help."),
)
_FOUND: dict[FirmwareMeasure, str] = {
    "relapse_1d": "{:.0f} of {:.0f} routers with this firmware relapsed within a day of a reboot, "
    "against {:.0f} of {:.0f} with firmware {}.",
    "relapse_7d": "{:.0f} of {:.0f} routers with this firmware relapsed within a week of a reboot, "
    "against {:.0f} of {:.0f} with firmware {}.",
    "ill": "{:.0f} of {:.0f} routers with this firmware have trouble, "
    "against {:.0f} of {:.0f} with firmware {}.",
}


def _firmware(see: Observations) -> Finding | None:
    limits = see.limits.course
    cohort = see.context.cohort
    if cohort is not None and (finding := _cohort(see, cohort)):
        return finding
    since = see.now - limits.firmware_days * DAY
    changes = [change for change in see.context.firmware_changes if since <= change.at <= see.now]
    if changes:
        newest = max(changes, key=lambda change: change.at)
        says = "Its firmware changed from {} to {} {:.0f} days ago."
        figures = (newest.before, newest.after, (see.now - newest.at) / DAY)
        return Finding(_CHANGED, "sys.fw_version", says, figures)
    if cohort is None and not see.context.firmware_changes:
        return None
    return Finding(_SAME, "sys.fw_version", "Its firmware has not changed lately.")


def _found(see: Observations, found: FirmwareFinding) -> Finding:
    figures = (found.hit, found.of, found.better_hit, found.better_of, found.better)
    gap = found.hit / max(found.of, 1) - found.better_hit / max(found.better_of, 1)
    is_slight = found.measure == "ill" and gap < see.limits.course.cohort_far
    return Finding(_WORSE if is_slight else _BAD, "sys.fw_version", _FOUND[found.measure], figures)


def _cohort(see: Observations, cohort: Cohort) -> Finding | None:
    if cohort.finding is not None:
        return _found(see, cohort.finding)
    limits = see.limits.course
    now, before = cohort.in_error, cohort.previous_firmware_in_error
    if now is not None and before is not None and cohort.routers > 0:
        spread = math.sqrt(max(before * (1 - before), 1e-4) / cohort.routers)
        if now - before > limits.cohort_z * spread and now > limits.cohort_ratio * before:
            says = "{:.1f} % of the routers with this firmware have trouble; {:.1f} % had before."
            level = _BAD if now - before >= limits.cohort_far else _WORSE
            return Finding(level, "sys.fw_version", says, (_PERCENT * now, _PERCENT * before))
    relapse = cohort.relapse_7d
    if relapse is not None and relapse >= limits.relapse_share:
        says = "{:.0f} % of the routers with this firmware relapse within 7 days of a reboot."
        return Finding(_BAD, "sys.fw_version", says, (_PERCENT * relapse,))
    return None


def _reboots(see: Observations, *, helped: bool) -> int:
    return sum(c.action == "reboot" and c.helped is helped for c in see.earlier_contacts())


def _relapse(see: Observations) -> Finding | None:
    if not see.is_calling and not see.context.contacts:
        return None
    count = _reboots(see, helped=True)
    days = see.limits.course.days
    if not count:
        return Finding(0, "contacts", "No reboot was needed in the last {:.0f} days.", (days,))
    says = "A reboot helped {} times in the last {:.0f} days, and the trouble came back."
    return Finding(1, "contacts", says, (count, days))


def _tried(see: Observations) -> Finding | None:
    if not see.is_calling and not see.context.contacts:
        return None
    count = _reboots(see, helped=False)
    days = see.limits.course.days
    if not count:
        return Finding(0, "contacts", "No reboot was in vain in the last {:.0f} days.", (days,))
    says = "A reboot was tried {} times in the last {:.0f} days and did not help."
    return Finding(1, "contacts", says, (count, days))


def _advised(see: Observations) -> Finding | None:
    """Advice and visits that did not help speak against what they would have cured."""
    if not see.is_calling and not see.context.contacts:
        return None
    tried = see.in_vain()
    days = see.limits.course.days
    for level, (action, says) in enumerate(_ADVICE, start=1):
        if action in tried:
            return Finding(level, "contacts", says, (days,))
    return Finding(0, "contacts", "No advice was in vain in the last {:.0f} days.", (days,))


SYMPTOMS = (
    Symptom("advice_tried", (), _advised),
    Symptom("firmware", (), _firmware),
    Symptom("relapse", (), _relapse),
    Symptom("reboot_tried", (), _tried),
)
