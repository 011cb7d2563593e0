"""What reading a device gave, whichever way it was asked: vitals, what was missing and why.

Plain values. How they were read belongs to ``snmp`` and ``ssh``.
"""

import math

import msgspec

from diagnostics.catalogue import CATALOGUE, Vital
from diagnostics.sample import Value

_LONGEST_TEXT = 200


class Missing(msgspec.Struct, frozen=True):
    """A vital that the profile promises and the reading does not have."""

    metric: str
    why: str


class Line(msgspec.Struct, frozen=True):
    """One thing that was read, as the device said it: for an engineer to look at."""

    source: str
    said: str
    became: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What one reading gave.

    Attributes:
        vitals: catalogue metric to value, as in ``diagnostics.sample.Sample``.
        missing: what the profile names and the device did not give.
        lines: what was read.
        profile: by which profile.
        interface: the one taken for the WAN, or for the subscriber's port.
        uptime: seconds since the device's own start, whatever the vitals are of; None: unknown.
        of_port: the vitals are of a switch's port: its uptime is not the router's.
        notes: what an operator should know, such as that interfaces were renumbered.
    """

    vitals: dict[str, Value]
    missing: tuple[Missing, ...] = ()
    lines: tuple[Line, ...] = ()
    profile: str = ""
    interface: str = ""
    uptime: float | None = None
    notes: tuple[str, ...] = ()
    of_port: bool = False


class Gathering:
    """Vitals as they come; the first that is valid for a metric stays."""

    def __init__(self) -> None:
        self.vitals: dict[str, Value] = {}
        self.lines: list[Line] = []
        self._missing: dict[str, str] = {}

    def put(self, metric: str, value: Value | None, source: str, said: str) -> None:
        """Take a value if the catalogue calls it one; None is one that could not be made."""
        if metric in self.vitals:
            return
        taken, why = (None, "said nothing usable") if value is None else checked(metric, value)
        became = "" if taken is None else f"{metric} = {taken}"
        self.lines.append(Line(source, said[:_LONGEST_TEXT], became))
        if taken is None:
            self.lack(metric, f"{source}: {why}")
        else:
            self.vitals[metric] = taken

    def lack(self, metric: str, why: str) -> None:
        """Say why a metric is not there, unless it was said before."""
        self._missing.setdefault(metric, why)

    def missing(self) -> tuple[Missing, ...]:
        """What was lacking and still is."""
        return tuple(
            Missing(metric, why)
            for metric, why in self._missing.items()
            if metric not in self.vitals
        )


def checked(metric: str, value: Value) -> tuple[Value | None, str]:
    """The value if it is one of this vital, else None and why not."""
    vital = CATALOGUE[metric]
    if vital.is_text:
        text = str(value).strip()[:_LONGEST_TEXT]
        return (text, "") if text and text.isprintable() else (None, "no printable text")
    return _number(vital, value)


def _number(vital: Vital, value: Value) -> tuple[Value | None, str]:
    assert vital.valid is not None
    if isinstance(value, str) or not math.isfinite(value):
        return None, f"{value!r} is no number"
    low, high = vital.valid
    if not low <= value <= high:
        return None, f"{value:g} is outside {low:g} to {high:g} {vital.unit}, so no reading"
    if isinstance(value, float):
        value = int(value) if value.is_integer() else round(value, 4)
    return value, ""
