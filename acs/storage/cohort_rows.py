"""What reads about firmwares give back, and what is kept of them: plain values. No queries."""

from typing import NamedTuple

import msgspec

from diagnostics.context import FirmwareMeasure


class Firmware(NamedTuple):
    """A software version of a model, as routers name them."""

    manufacturer: str
    model: str
    version: str


class Census(msgspec.Struct, frozen=True):
    """Enrolled routers of one firmware, counted now.

    Attributes:
        ill: whose newest verdict asks for something: neither an incident nor other firmware.
        told: whose newest verdict is other firmware.
    """

    firmware: Firmware
    routers: int
    ill: int
    told: int


class CensusPage(msgspec.Struct, frozen=True):
    """The counts of some routers; ``last`` is the last one's id, None: there are no more."""

    items: list[Census]
    last: str | None


class DayCounts(msgspec.Struct, frozen=True):
    """What was counted of one firmware, summed over days.

    Attributes:
        days: on which it was counted.
        first_day: the first of them, days since 1970 UTC.
        routers, ill, told: as in ``Census``, summed: router-days.
    """

    firmware: Firmware
    days: int
    first_day: int
    routers: int
    ill: int
    told: int


class Relapse(msgspec.Struct, frozen=True):
    """What became of a router that a reboot had helped.

    Attributes:
        day, week: whether the trouble was back within a day, a week; None: nobody knows (yet).
    """

    router_id: str
    command_id: str
    firmware: Firmware
    day: bool | None
    week: bool | None


class FindingRow(msgspec.Struct, frozen=True):
    """That one firmware is worse than another one of its model. Times are Unix seconds UTC.

    Attributes:
        better: the other version.
        hit, of: routers with this firmware that have relapsed, or have trouble; of how many.
        better_hit, better_of: the same of the better one.
        chance: that it is not worse.
        routers: that have this firmware.
        seen_at: when the figures were renewed.
        closed_at: None while it holds.
    """

    finding_id: str
    firmware: Firmware
    measure: FirmwareMeasure
    better: str
    hit: int
    of: int
    better_hit: int
    better_of: int
    chance: float
    routers: int
    opened_at: float
    seen_at: float
    closed_at: float | None = None
