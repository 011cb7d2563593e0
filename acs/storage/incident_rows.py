"""What reads about incidents give back: plain values. No queries."""

from typing import Literal

import msgspec

from acs.commands import IncidentKind

Basis = Literal["segment", "prefix"]


class IncidentRow(msgspec.Struct, frozen=True):
    """An incident. Times are Unix seconds UTC.

    Attributes:
        basis: what the place is: a segment of the topology, or an IP prefix.
        kind: routers lost, booted, or in error together.
        began_at: when it is likely to have begun.
        opened_at: when it was noticed.
        closed_at: None while it lasts.
        routers: that belong to the place.
        affected: of those, that spoke for it.
        figures: what it was decided by.
    """

    incident_id: str
    basis: Basis
    place: str
    kind: IncidentKind
    began_at: float
    opened_at: float
    closed_at: float | None
    routers: int
    affected: int
    figures: dict[str, object] = {}


class IncidentMember(msgspec.Struct, frozen=True):
    """A router of an incident's place; ``affected`` since ``joined_at`` if it is."""

    router_id: str
    affected: bool
    joined_at: float
    last_inform_at: float | None = None


class AttendanceRow(msgspec.Struct, frozen=True, array_like=True):
    """What the attendance of one router is made from.

    Attributes:
        can_be_asked: it has come when it was asked for a session; None: not read.
        every: seconds between its periodic Informs, if that is known; None also: not read.
    """

    router_id: str
    segment: str | None
    address: str
    last_inform_at: float | None
    own_boot_at: float | None
    verdict: str | None
    verdict_since: float | None
    can_be_asked: bool | None = None
    every: float | None = None
