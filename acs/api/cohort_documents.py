"""What the API answers about firmwares. Docstrings are the OpenAPI descriptions. Plain values."""

import msgspec

from acs.api.times import Time
from diagnostics.context import FirmwareMeasure


class FindingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """That a firmware of a model is worse than another one, beyond chance.

    Attributes:
        finding_id: its id; ids sort by time.
        manufacturer: as the routers name it.
        model: as the routers name it.
        firmware: the one that is worse.
        measure: ``relapse_1d``, ``relapse_7d``: the trouble came back within a day or a week of a
            reboot that had helped; ``ill``: routers need something, day by day.
        is_open: whether it holds.
        routers: that had this firmware when it was last looked at.
        hit: routers that it happened to.
        of: of so many whose outcome is known.
        better: the firmware that is compared with.
        better_hit: routers with that one that it happened to.
        better_of: of so many.
        chance: probability that this firmware is not worse, by these figures alone.
        opened_at: when it was found.
        seen_at: when it was last looked at.
        closed_at: when it fell; null while it holds.
        says: the same as a sentence.
    """

    finding_id: str
    manufacturer: str
    model: str
    firmware: str
    measure: FirmwareMeasure
    is_open: bool
    routers: int
    hit: int
    of: int
    better: str
    better_hit: int
    better_of: int
    chance: float
    opened_at: Time
    seen_at: Time
    closed_at: Time | None
    says: str


class FindingPage(msgspec.Struct, frozen=True):
    """Some findings.

    Attributes:
        items: the newest first.
        next: the cursor of the following page; null: there is none.
    """

    items: tuple[FindingDocument, ...]
    next: str | None
