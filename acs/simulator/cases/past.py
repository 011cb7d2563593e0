"""What happened before the call: restarts as events, firmware, and earlier contacts.

Restarts that contacts brought about change the plant; so this comes before it is reported.
"""

from typing import Any, NamedTuple

from acs.simulator.cases.classes import FaultClass
from acs.simulator.cases.plant import DAY, HOUR, Plant

_MOSTLY = 0.5


class Past(NamedTuple):
    """What is known beside samples.

    Attributes:
        events: as a case file has them.
        contacts: as a case file has them.
        has_update: the firmware changed in the window, or shortly before it.
        updated_at: when; None when it did not.
    """

    events: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    has_update: bool
    updated_at: float | None


def look_back(plant: Plant, fault: FaultClass, *, cures: bool) -> Past:
    """Draw the past of a case whose fault has struck; ``cures``: a reboot would end it."""
    contacts = _contacts(plant, fault, cures=cures)
    _unplugged(plant, cures=cures)
    updated = plant.notes.get("updated_at")
    if updated is None and plant.maybe("updated", 0.06):
        earliest = plant.call_at - float(plant.uptime()[-1])
        # a restart would have ended a leak
        updated = min(earliest, plant.call_at - float(plant.rng.uniform(1, 40)) * DAY)
        if plant.at[0] < updated < earliest:
            plant.restart(updated, "unknown")
    versions = plant.model.firmwares
    events: list[dict[str, Any]] = [
        {"at": int(at), "kind": "boot", "cause": cause}
        for at, cause in sorted(plant.restarts)
        if at > plant.at[0] and plant.rng.random() > 0.02  # noqa: PLR2004 - some are never told
    ]
    if updated is not None and len(versions) > 1:
        change = {"at": int(updated), "kind": "firmware", "from": versions[-2], "to": versions[-1]}
        events = sorted([*events, change], key=lambda event: event["at"])
    else:
        updated = None
    return Past(events, contacts, updated is not None, updated)


def firmware_of(plant: Plant, past: Past) -> list[str]:
    """The firmware at each moment."""
    versions = plant.model.firmwares
    if past.updated_at is None:
        is_new = plant.rng.random() < 0.7  # noqa: PLR2004 - most have the newest
        return [versions[-1] if is_new else versions[0]] * len(plant.at)
    return [versions[-1] if at >= past.updated_at else versions[-2] for at in plant.at]


def _contacts(plant: Plant, fault: FaultClass, *, cures: bool) -> list[dict[str, Any]]:
    rng, call_at = plant.rng, plant.call_at
    contacts: list[dict[str, Any]] = []

    def contact(at: float, action: str | None, helped: bool | None) -> None:  # noqa: FBT001 - a value
        channel = str(rng.choice(["phone", "chat", "app"], p=[0.7, 0.2, 0.1]))
        entry: dict[str, Any] = {"at": int(at), "channel": channel}
        if action is not None:
            entry |= {"action": action, "helped": helped}
            if action == "reboot" and plant.at[0] < at:
                plant.restart(at + 120, "remote_reboot")
        contacts.append(entry)

    comes_back = fault.reboot_cures > _MOSTLY and plant.maybe("relapse", 0.25)
    if comes_back:  # an earlier bout that a reboot ended
        begin = call_at - float(plant.uptime()[-1]) if fault.fault == "F01" else plant.onset
        before = begin - (180 if fault.fault == "F01" else rng.uniform(0.5, 12) * DAY)
        contact(before, "reboot", helped=True)
    lasted = call_at - plant.onset
    can_restart = "leaks" not in plant.notes
    if not cures and can_restart and lasted > 6 * HOUR and plant.maybe("called before", 0.4):
        first = max(plant.onset, call_at - 10 * DAY)
        at = first + rng.uniform(0.1, 0.9) * (call_at - first)
        # what heals by itself seems to have been helped
        contact(at, "reboot", helped=bool(rng.random() < 0.3))  # noqa: PLR2004 - share
    if plant.maybe("another matter", 0.05):
        contact(call_at - rng.uniform(1, 13) * DAY, None, None)
    return sorted(contacts, key=lambda entry: float(entry["at"]))


def _unplugged(plant: Plant, *, cures: bool) -> None:
    """Many pull the plug before they call; who is cured by that does not call."""
    begun = plant.call_at - plant.onset
    is_leak = "leaks" in plant.notes
    if cures or is_leak or begun < 0.7 * HOUR or not plant.maybe("unplugged", 0.15):
        return
    plant.restart(plant.call_at - float(plant.rng.uniform(4, 40)) * 60, "power")
    plant.notes["unplugged"] = True
