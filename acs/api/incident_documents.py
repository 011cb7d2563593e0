"""What the API answers about incidents. Docstrings are the OpenAPI descriptions. Plain values."""

from typing import Literal

import msgspec

from acs.api.times import Time
from acs.commands import IncidentKind


class IncidentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Routers of one place that were lost, booted or came into error together.

    Attributes:
        incident_id: its id; ids sort by time.
        kind: ``offline``: lost; ``power``: booted, as after a power cut; ``errors``: in error.
        basis: what the place is: a ``segment`` of the topology, or an IP ``prefix`` where the
            topology knows none.
        place: the segment's name, or the prefix.
        is_open: whether it lasts.
        began_at: when it is likely to have begun.
        opened_at: when it was noticed.
        closed_at: when it was over; null while it lasts.
        routers: that belong to the place; their reboots wait.
        affected: of those, that the incident took.
        says: the figures as a sentence.
    """

    incident_id: str
    kind: IncidentKind
    basis: Literal["segment", "prefix"]
    place: str
    is_open: bool
    began_at: Time
    opened_at: Time
    closed_at: Time | None
    routers: int
    affected: int
    says: str


class IncidentPage(msgspec.Struct, frozen=True):
    """Some incidents.

    Attributes:
        items: the newest first.
        next: the cursor of the following page; null: there is none.
    """

    items: tuple[IncidentDocument, ...]
    next: str | None


class IncidentRouterDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A router of an incident's place.

    Attributes:
        affected: the incident took it.
        since: when it was taken, or counted to the place.
        last_inform_at: when it was last heard.
    """

    router_id: str
    affected: bool
    since: Time
    last_inform_at: Time | None


class IncidentDetailDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An incident with routers of its place.

    Attributes:
        incident: the incident.
        items: routers, the affected ones first.
        next: the cursor of the following routers; null: there are none.
    """

    incident: IncidentDocument
    items: tuple[IncidentRouterDocument, ...]
    next: str | None
