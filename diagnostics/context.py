"""What the diagnosis is told beside the samples: the router, its boots, its segment, contacts.

Plain values; gathering them belongs to the caller.
"""

from typing import Literal

import msgspec

BootCause = Literal["power", "remote_reboot", "watchdog", "unknown"]


class Boot(msgspec.Struct, frozen=True):
    """A restart seen at ``at`` (Unix seconds UTC). ``remote_reboot`` is one that we caused."""

    at: float
    cause: BootCause = "unknown"


class FirmwareChange(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """The software version changed at ``at`` (Unix seconds UTC)."""

    at: float
    before: str
    after: str


class SegmentState(msgspec.Struct, frozen=True):
    """Siblings on the same switch, OLT port, DSLAM or node, as of ``at`` (Unix seconds UTC)."""

    at: float
    routers: int
    offline: int = 0
    in_error: int = 0
    boots_10min: int = 0
    calls_15min: int = 0


class Contact(msgspec.Struct, frozen=True):
    """An earlier contact of the subscriber; ``action`` is what was tried.

    ``finding`` is the fault class that led then; ``escalated``: it was not the first contact of
    late about it.
    """

    at: float
    channel: str
    action: str | None = None
    helped: bool | None = None
    finding: str | None = None
    escalated: bool = False


FirmwareMeasure = Literal["relapse_1d", "relapse_7d", "ill"]
"""By what a firmware is worse: relapses within a day or a week of a reboot, trouble of its own."""


class FirmwareFinding(msgspec.Struct, frozen=True):
    """That this firmware is worse than another one of the same model, beyond chance.

    ``hit`` of ``of`` routers with this firmware, against ``better_hit`` of ``better_of`` with
    firmware ``better``.
    """

    measure: FirmwareMeasure
    hit: int
    of: int
    better: str
    better_hit: int
    better_of: int


class Cohort(msgspec.Struct, frozen=True):
    """Routers of the same model and firmware; shares between 0 and 1.

    ``finding`` is what the fleet has shown about the firmware, where it has.
    """

    routers: int = 0
    relapse_7d: float | None = None
    in_error: float | None = None
    previous_firmware_in_error: float | None = None
    finding: FirmwareFinding | None = None


class Context(msgspec.Struct, frozen=True):
    """Everything but the samples that a verdict may rest on. Any field may be unknown."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    access: Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"] | None = None
    segment: str | None = None
    utc_offset: int = 0
    boots: tuple[Boot, ...] = ()
    firmware_changes: tuple[FirmwareChange, ...] = ()
    segment_history: tuple[SegmentState, ...] = ()
    cohort: Cohort | None = None
    contacts: tuple[Contact, ...] = ()
