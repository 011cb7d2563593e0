"""What the API answers about routers and subscribers, as types.

Their docstrings are the descriptions in the OpenAPI document. Plain values; turning stored rows
into them belongs to ``render``.
"""

from typing import Any, Literal

import msgspec

from acs.api.command_documents import CommandDocument
from acs.api.learning_documents import ContactDocument
from acs.api.times import Time
from acs.facts import Way
from diagnostics.sample import Value
from diagnostics.verdict import Action

Urgency = Literal["none", "routine", "soon", "now"]


class CauseDocument(msgspec.Struct, frozen=True):
    """A fault class that may be behind the readings.

    Attributes:
        cause: its id, F01 to F22.
        name: in words.
        probability: 0 to 1.
    """

    cause: str
    name: str
    probability: float


class EvidenceDocument(msgspec.Struct, frozen=True):
    """One finding that speaks for or against the action.

    Attributes:
        says: a sentence with its figures that an operator can say aloud.
        metric: the vital it rests on.
        weight: log-odds in favour of the leading cause; negative speaks against.
        symptom: the rule that found it.
        unit: of the figures; of what counts, per hour; null where there is no figure.
        value: the newest reading.
        usual: the router's own median of two weeks; null without a day of them.
        spread: its robust standard deviation (1.4826 times the median absolute deviation).
    """

    says: str
    metric: str
    weight: float
    symptom: str
    unit: str | None = None
    value: float | None = None
    usual: float | None = None
    spread: float | None = None


class VerdictDocument(msgspec.Struct, frozen=True):
    """What would help a router.

    Attributes:
        action: the action of least expected cost.
        confidence: probability that the action is right, 0 to 1.
        urgency: when to act: ``now`` at once, ``soon`` within days, ``routine`` when convenient.
        probabilities: each action's probability of being the right one.
        causes: fault classes, likeliest first.
        evidence: findings, weightiest first.
        would_change: what further finding would change the action.
        wants_fresh: the readings are old: have the router asked before anything is done.
        judged_at: when it was made.
        suits: probability that the action is right or nearly as good; what ``sure`` in a
            sentence is.
    """

    action: Action
    confidence: float
    urgency: Urgency
    probabilities: dict[str, float]
    causes: tuple[CauseDocument, ...]
    evidence: tuple[EvidenceDocument, ...]
    would_change: tuple[str, ...]
    judged_at: Time
    wants_fresh: bool = False
    suits: float | None = None


class RouterSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A router in a list.

    Attributes:
        router_id: OUI-ProductClass-SerialNumber, each part percent-encoded; encode it once more
            in a URL.
        manufacturer: as the router says.
        oui: of the manufacturer.
        product_class: as the router says.
        serial_number: as the router says.
        model: DeviceInfo.ModelName, empty before it was read.
        software_version: firmware, as the router says.
        address: the address it last spoke from.
        enrolment: ``quarantined`` until an operator lets an unknown router in.
        account: the subscriber's.
        segment: switch, OLT port, DSLAM or node.
        access: access technology.
        action: of the newest verdict.
        confidence: of the newest verdict.
        uptime_seconds: when last read.
        first_seen_at: of the router's first Inform.
        last_inform_at: of its newest Inform.
    """

    router_id: str
    manufacturer: str
    oui: str
    product_class: str
    serial_number: str
    model: str
    software_version: str
    address: str
    enrolment: str
    account: str | None
    segment: str | None
    access: str | None
    action: str | None
    confidence: float | None
    uptime_seconds: float | None
    first_seen_at: Time | None
    last_inform_at: Time | None


class ReachDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How a router is asked for a session.

    Attributes:
        way: that worked last; null: none has yet, it is waited for its periodic Inform.
        last_ok_at: when it last informed because it was asked (rounded to a minute or so).
        nat_detected: it says that it is behind a NAT; null: it does not say.
    """

    way: Way | None
    last_ok_at: Time | None
    nat_detected: bool | None


class RouterDocument(RouterSummary, frozen=True, kw_only=True):
    """All that is known of a router itself.

    Attributes:
        hardware_version: as the router says.
        root: of its data model: ``Device.`` or ``InternetGatewayDevice.``.
        informs: Informs stored since it was first seen.
        utc_offset_seconds: of the customer's local time.
        identity_in_doubt: two devices appear to share this id: no automatic action is taken.
        booted_at: of its newest known boot.
        collected_at: of the newest full reading.
        reach: how it is asked for a session.
        vitals: newest readings by catalogue name.
    """

    hardware_version: str
    root: str
    informs: int
    utc_offset_seconds: int
    identity_in_doubt: bool
    booted_at: Time | None
    collected_at: Time | None
    reach: ReachDocument
    vitals: dict[str, Value]


class RouterPage(msgspec.Struct, frozen=True):
    """Routers in order of their ids.

    Attributes:
        items: at most ``limit`` of them; with ``filter``, ``q`` or ``model`` a page may be short,
            even empty, and have a page after it.
        next: pass it as ``cursor`` for the next page; null on the last one.
    """

    items: tuple[RouterSummary, ...]
    next: str | None = None


class SegmentDocument(msgspec.Struct, frozen=True):
    """The router's neighbours on the same switch, OLT port, DSLAM or node.

    Attributes:
        segment: its name.
        routers: how many there are.
        offline: how many have not informed lately.
        in_error: how many have a verdict other than ``none``.
        boots_10min: boots in the last ten minutes.
        counted_at: when they were counted.
    """

    segment: str
    routers: int
    offline: int
    in_error: int
    boots_10min: int
    counted_at: Time


FreshOutcome = Literal["recent", "fresh", "refused", "failed", "waiting"]


class FreshDocument(msgspec.Struct, frozen=True):
    """What came of asking the router for fresh readings.

    Attributes:
        outcome: ``recent``: the newest readings were younger than 10 seconds, it was not asked;
            ``fresh``: it was asked and answered; ``refused``: a guard would not have it asked;
            ``failed``: it answered with a fault; ``waiting``: it had not answered when the time
            was up, and what follows rests on older readings.
        waited_seconds: how long the answer waited for it.
        command_id: of the refresh; null when it was not asked.
        why: what stood in the way; null where nothing did.
    """

    outcome: FreshOutcome
    waited_seconds: float
    command_id: str | None = None
    why: str | None = None


class DataAge(msgspec.Struct, frozen=True):
    """How old the facts are that the status rests on.

    Attributes:
        last_inform_at: of the router's newest Inform.
        collected_at: of the newest full reading.
        inform_age_seconds: since then.
        collected_age_seconds: since then.
        stale: the router has been silent for over two hours: it may be off or cut off.
    """

    last_inform_at: Time | None
    collected_at: Time | None
    inform_age_seconds: float | None
    collected_age_seconds: float | None
    stale: bool


class LineDocument(msgspec.Struct, frozen=True):
    """Which line should take the contact.

    Attributes:
        line: ``first`` or ``second``.
        reason: why, in a sentence.
    """

    line: Literal["first", "second"]
    reason: str


class PlaceIncident(msgspec.Struct, frozen=True, kw_only=True):
    """The incident of the router's place.

    Attributes:
        incident_id: its id.
        kind: what the routers have in common: lost, booted after a power cut, in error.
        place: the segment or the address prefix.
        affected: routers that are.
        routers: routers of the place.
        opened_at: when it was noticed.
        closed_at: when it was over, within the last day; null: it goes on.
    """

    incident_id: str
    kind: Literal["offline", "power", "errors"]
    place: str
    affected: int
    routers: int
    opened_at: Time
    closed_at: Time | None


class StatusDocument(msgspec.Struct, frozen=True, kw_only=True):
    """All that a contact-centre operator needs about a router, in one answer.

    Attributes:
        language: of all sentences: ``en`` or ``ru``, by Accept-Language.
        sentence: news, what to do and why, to be said aloud.
        operator: two sentences for the operator: what to do, and the weightiest reason.
        customer: a sentence that the customer may be told.
        line: which line should take it.
        verdict: null before the first one.
        router: the router's facts.
        segment: null when the router's segment is unknown or has not been counted yet.
        incident: null where there is none and was none within the last day.
        commands: the last ones, newest first, with their outcomes and refusals.
        contacts: of the last 30 days in any channel, newest first.
        data: how old all this is.
        fresh: what came of asking the router first; null where nobody wanted that.
        answered_at: when this was put together.
    """

    router_id: str
    language: Literal["en", "ru"]
    sentence: str
    operator: tuple[str, ...]
    customer: str
    line: LineDocument
    verdict: VerdictDocument | None
    router: RouterDocument
    segment: SegmentDocument | None
    incident: PlaceIncident | None
    commands: tuple[CommandDocument, ...]
    contacts: tuple[ContactDocument, ...]
    data: DataAge
    fresh: FreshDocument | None
    answered_at: Time


class SubscriberStatus(msgspec.Struct, frozen=True):
    """A subscriber and the status of each of his routers.

    Attributes:
        account: the subscriber's.
        phone: as the provider's systems know it.
        login: as the provider's systems know it.
        sentence: of the router that needs most.
        routers: the one that needs most first.
    """

    account: str
    phone: str
    login: str
    sentence: str
    routers: tuple[StatusDocument, ...]


class SampleDocument(msgspec.Struct, frozen=True):
    """One reading.

    Attributes:
        at: when the server received it.
        values: catalogue name to value; counters are as read.
    """

    at: Time
    values: dict[str, Value]


class SampleList(msgspec.Struct, frozen=True):
    """Readings of a router, oldest first.

    Attributes:
        items: the newest ``limit`` of those between ``since`` and ``until``.
        next_until: pass it as ``until`` for those before them; null when these were all.
    """

    router_id: str
    items: tuple[SampleDocument, ...]
    next_until: Time | None = None


class EventDocument(msgspec.Struct, frozen=True):
    """Something that happened to a router.

    Attributes:
        at: when the server learned it.
        kind: its stable name.
        detail: its figures.
    """

    at: Time
    kind: str
    detail: dict[str, Any]


class EventList(msgspec.Struct, frozen=True):
    """Events of a router, newest first.

    Attributes:
        items: the newest ``limit`` of them.
    """

    router_id: str
    items: tuple[EventDocument, ...]
