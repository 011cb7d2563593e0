"""What the command line reads of the API's answers, as types. Fields not listed are ignored.

Kept apart from the API's own types so that a command starts without the web framework. Plain
values only.
"""

from datetime import datetime

import msgspec

Reading = float | int | str | bool


class Refusal(msgspec.Struct, frozen=True):
    """A guard's no."""

    guard: str
    reason: str
    retry_at: datetime | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command and what became of it."""

    command_id: str
    router_id: str
    kind: str
    state: str
    finished: bool
    asked_by: str = ""
    reason: str = ""
    cause: str | None = None
    arguments: dict[str, object] = {}
    refusals: tuple[Refusal, ...] = ()
    outcome: str | None = None
    result: dict[str, object] = {}
    asked_at: datetime
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How a router is asked for a session."""

    way: str | None = None
    last_ok_at: datetime | None = None
    nat_detected: bool | None = None


class Router(msgspec.Struct, frozen=True, kw_only=True):
    """A router; the last fields are known of a single one only, not in a list."""

    router_id: str
    manufacturer: str = ""
    oui: str = ""
    product_class: str = ""
    serial_number: str = ""
    model: str = ""
    software_version: str = ""
    address: str = ""
    enrolment: str = ""
    account: str | None = None
    segment: str | None = None
    access: str | None = None
    action: str | None = None
    confidence: float | None = None
    uptime_seconds: float | None = None
    first_seen_at: datetime | None = None
    last_inform_at: datetime | None = None
    hardware_version: str = ""
    root: str = ""
    informs: int = 0
    identity_in_doubt: bool = False
    booted_at: datetime | None = None
    collected_at: datetime | None = None
    reach: Reach = Reach()
    vitals: dict[str, Reading] = {}


class Cause(msgspec.Struct, frozen=True):
    """A fault class and how likely it is."""

    cause: str
    probability: float
    name: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """A finding in words; ``weight`` is log-odds for (negative: against) the leading cause."""

    says: str
    metric: str
    weight: float


class Verdict(msgspec.Struct, frozen=True):
    """What would help a router, and why."""

    action: str
    confidence: float
    urgency: str = ""
    causes: tuple[Cause, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    would_change: tuple[str, ...] = ()
    judged_at: datetime | None = None
    wants_fresh: bool = False
    suits: float | None = None


class Fresh(msgspec.Struct, frozen=True):
    """What came of asking the router for new readings."""

    outcome: str
    waited_seconds: float
    why: str | None = None


class Segment(msgspec.Struct, frozen=True):
    """Counts of the neighbours."""

    segment: str
    routers: int
    offline: int
    in_error: int
    boots_10min: int


class Status(msgspec.Struct, frozen=True):
    """All about one router."""

    router_id: str
    sentence: str
    verdict: Verdict | None
    router: Router
    segment: Segment | None = None
    commands: tuple[Command, ...] = ()
    fresh: Fresh | None = None


class Sample(msgspec.Struct, frozen=True):
    """One reading."""

    at: datetime
    values: dict[str, Reading]


class Samples(msgspec.Struct, frozen=True):
    """Readings, oldest first."""

    items: tuple[Sample, ...] = ()
    next_since: datetime | None = None


class TreeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a router, or an object, whose path ends with a dot."""

    path: str
    value: str | None = None
    type: str | None = None
    writable: bool | None = None
    read_at: datetime | None = None
    inside: int = 0


class TreePage(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a router's tree."""

    walked_at: datetime
    whole_at: datetime | None = None
    items: tuple[TreeEntry, ...] = ()


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """A data model that is loaded."""

    name: str
    objects: int
    parameters: int
    loaded_at: datetime
    unresolved: tuple[str, ...] = ()


class ModelEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a data model."""

    path: str
    writable: bool
    type: str
    is_list: bool = False
    allowed: str = ""
