"""What reads and commits give back: plain values. No queries."""

from typing import Generic, Literal, TypeVar

import msgspec

from acs.facts import Way
from acs.storage.filter_terms import Expression
from diagnostics.context import Context
from diagnostics.history import History
from diagnostics.sample import Value
from diagnostics.verdict import Action

T = TypeVar("T")

Enrolment = Literal["enrolled", "quarantined"]


class Windowed(msgspec.Struct, frozen=True):
    """A router's window with what else a verdict rests on; the result of a ``Sampled``.

    The segment's state and the cohort are not in ``context``: the caller fills them.
    """

    history: History
    context: Context
    router_id: str = ""


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor that gives the following ones (None: there are no more)."""

    items: list[T]
    cursor: str | None


class RouterFilter(msgspec.Struct, frozen=True):
    """Which routers; None means any.

    Attributes:
        verdict: the newest verdict's action.
        seen_before: last Inform before this time, or none ever; Unix seconds.
        seen_since: last Inform at or after this time; Unix seconds.
        where: a filter of the fleet's language, as of ``at``, Unix seconds.
        q: part of the id, serial number, model, account or address, in any case.
    """

    verdict: Action | None = None
    enrolment: Enrolment | None = None
    model: str | None = None
    segment: str | None = None
    account: str | None = None
    q: str | None = None
    seen_before: float | None = None
    seen_since: float | None = None
    where: Expression | None = None
    at: float = 0.0


class RouterRow(msgspec.Struct, frozen=True):
    """A router as it is known now. Times are Unix seconds UTC.

    Attributes:
        informs: Informs committed so far.
        boot_at: the last boot that was seen.
        uptime: newest ``sys.uptime``, seconds.
        verdict, confidence, cause: of the newest verdict.
        collected_at: when the newest sample was taken.
        vitals: newest value of each catalogue metric.
        flapping: two devices appear to share the identity.
        way: how it was last asked for a session with success; ``last_ok_at`` is when.
        nat_detected: it says that it is behind a NAT; None: it does not say.
    """

    router_id: str
    manufacturer: str
    oui: str
    product_class: str
    serial_number: str
    software_version: str
    hardware_version: str
    model_name: str
    root: str
    address: str
    connection_request_url: str
    enrolment: Enrolment
    first_seen_at: float
    last_inform_at: float | None
    informs: int
    boot_at: float | None
    uptime: float | None
    account: str | None
    segment: str | None
    access: str | None
    utc_offset: int
    verdict: Action | None
    confidence: float | None
    cause: str | None
    verdict_since: float | None
    judged_at: float | None
    collected_at: float | None
    plan_key: str | None
    vitals: dict[str, Value]
    flapping: bool
    username: str | None = None
    way: Way | None = None
    last_ok_at: float | None = None
    nat_detected: bool | None = None


class SubscriberRow(msgspec.Struct, frozen=True):
    """A subscriber and the ids of his routers."""

    account: str
    phone: str
    login: str
    router_ids: tuple[str, ...]
    contract: str = ""


class EventRow(msgspec.Struct, frozen=True):
    """Something that happened to a router; ``number`` counts its events and contacts."""

    router_id: str
    number: int
    at: float
    kind: str
    detail: dict[str, object]


class ContactRow(msgspec.Struct, frozen=True):
    """A contact of the subscriber about this router.

    Attributes:
        action: what was tried; ``helped``: whether it did.
        line: of support: first, second …; empty: not said.
        finding: the fault class that led then.
        escalated: an earlier contact of the last 7 days was about the same finding.
        link: to a session in another system; empty: there is none.
        key: what makes a request that is sent again the same; None: nothing does.
    """

    router_id: str
    number: int
    at: float
    channel: str
    action: str | None
    helped: bool | None
    note: str
    line: str = ""
    finding: str | None = None
    escalated: bool = False
    link: str = ""
    key: str | None = None


class Remedy(msgspec.Struct, frozen=True):
    """What was tried in contacts of one channel, and how often it helped.

    Attributes:
        tried: the action, empty where nothing was.
        channel: of the contacts.
        contacts: how many.
        helped: how many times it did.
        in_vain: how many times it did not; of the rest it is not known.
        escalated: how many were not the first about their finding within a week.
    """

    tried: str
    channel: str
    contacts: int
    helped: int
    in_vain: int
    escalated: int


class SegmentCounts(msgspec.Struct, frozen=True):
    """Enrolled routers of one segment.

    Attributes:
        offline: without an Inform for ``offline_after`` seconds.
        in_error: whose newest verdict asks for an action.
        boots_10min: that booted in the last 10 min, reboots of ours not counted.
    """

    segment: str
    routers: int
    offline: int
    in_error: int
    boots_10min: int


class Credential(msgspec.Struct, frozen=True):
    """Who a user name belongs to. ``ha1`` is MD5(username:realm:password) (RFC 2617, 3.2.2.2).

    ``manufacturer`` and ``firmware`` are what the router last told, "" before it ever informed.
    ``next_ha1`` is of credentials that it is being given; ``ha1`` is "" if only they have the name.
    """

    router_id: str
    ha1: str
    manufacturer: str = ""
    firmware: str = ""
    next_ha1: str = ""

    def __repr__(self) -> str:
        return f"Credential(router_id={self.router_id!r}, ha1=redacted)"


class ConnectionTarget(msgspec.Struct, frozen=True):
    """Where and how to ask a router for a session.

    Attributes:
        url: its ConnectionRequestURL, as the router wrote it: not to be trusted; may be empty.
        address: that it last spoke from.
        username, password: that were set in the router.
        way: that worked last.
        refused: it does not take the credentials; they are to be set anew.
        udp_address: its UDPConnectionRequestAddress, not to be trusted; may be empty.
        stun_address: that its authenticated STUN requests came from, "host:port"; may be empty.
        jabber_id: its ConnReqJabberID, not to be trusted; may be empty.
    """

    url: str
    address: str
    username: str
    password: str
    way: Way | None = None
    refused: bool = False
    udp_address: str = ""
    stun_address: str = ""
    jabber_id: str = ""

    def __repr__(self) -> str:
        return f"ConnectionTarget(url={self.url!r}, address={self.address!r}, redacted)"


class SavedSession(msgspec.Struct, frozen=True):
    """A suspended session; taking it deletes it."""

    router_id: str
    state: bytes
    expires_at: float


class Token(msgspec.Struct, frozen=True):
    """A token of the API, known by its hash only.

    Attributes:
        name: appears as ``asked_by``.
        scopes: what it may do.
        created_at: Unix seconds UTC.
        expires_at: Unix seconds UTC; None: never.
        account: the one subscriber that it is about; None: it is an operator's.
    """

    name: str
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None
    account: str | None = None
