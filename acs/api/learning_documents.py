"""What the API answers about the kill switch, the policy, contacts and what actions were worth.

Their docstrings are the descriptions in the OpenAPI document. Plain values.
"""

import msgspec

from acs.api.times import Time
from acs.commands import PolicyState, Stage


class PolicyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon may do by itself, and whether it is still on trial.

    Attributes:
        policy: its name, made from the settings under which it acts.
        state: ``observe`` and ``advise`` propose nothing; ``canary`` for some routers; ``open``
            for all; ``stopped`` for none.
        round: how often it began with a canary.
        canary: routers of the canary; 0: there was none.
        tried: routers that it has acted on.
        why: a sentence on the state.
        begun_at: when this round began.
        changed_at: when it came into this state.
    """

    policy: str
    state: PolicyState
    round: int
    canary: int
    tried: int
    why: str
    begun_at: Time
    changed_at: Time


class SilentModelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A model of which routers did not come back from a reboot.

    Attributes:
        manufacturer: as the routers name it.
        model: as the routers name it.
        routers: how many.
        router_ids: some of them.
        since: when the first was missed.
    """

    manufacturer: str
    model: str
    routers: int
    router_ids: tuple[str, ...]
    since: Time


class RebootsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Whether routers may be rebooted.

    Attributes:
        stopped: the kill switch: no reboot is queued or sent while it is true.
        by: who moved it last; empty: nobody yet.
        at: when.
        reason: why.
        policy: null until the daemon has announced one.
        models: those that wait for a person, because a router did not come back.
    """

    stopped: bool
    by: str
    at: Time | None
    reason: str
    policy: PolicyDocument | None
    models: tuple[SilentModelDocument, ...]


class ContactDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A contact with a subscriber about a router.

    Attributes:
        number: counts the router's events and contacts.
        at: when it was recorded.
        channel: ``phone``, ``chat`` …
        line: of support: first, second …
        action: what was tried.
        helped: whether it did; null: not known.
        note: anything else.
        finding: fault class that led then.
        escalated: an earlier contact of the last 7 days was about the same: for the second line.
        link: to a session in another system; empty: there is none.
    """

    router_id: str
    number: int
    at: Time
    channel: str
    line: str
    action: str | None
    helped: bool | None
    note: str
    finding: str | None
    escalated: bool
    link: str


class RemedyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried in contacts, and how often it helped: as told, not as measured.

    Attributes:
        tried: the action; null where nothing was.
        channel: by which way.
        contacts: how many.
        helped: how many times it did.
        in_vain: how many times it did not; of the rest it is not known.
        share: of those of which it is known; null where it is known of none.
        interval: of the share, 95 % (Wilson score).
        escalated: how many were not the first about their finding within a week.
    """

    tried: str | None
    channel: str
    contacts: int
    helped: int
    in_vain: int
    share: float | None
    interval: tuple[float, float] | None
    escalated: int


class RemedyList(msgspec.Struct, frozen=True):
    """Remedies.

    Attributes:
        since: of the contacts that are counted.
        items: the commonest first.
    """

    since: Time
    items: tuple[RemedyDocument, ...]


class ContactList(msgspec.Struct, frozen=True):
    """Contacts.

    Attributes:
        items: the newest first.
    """

    items: tuple[ContactDocument, ...]


class EstimateDocument(msgspec.Struct, frozen=True):
    """A figure with its interval.

    Attributes:
        value: the estimate.
        low: lower end of the 95 % interval.
        high: its upper end.
    """

    value: float
    low: float
    high: float


class WorthDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What one action was worth for one group of routers, so long after it.

    Attributes:
        action: ``reboot``, or the name of a gentler one.
        cause: fault class; empty: all.
        manufacturer: empty: all.
        model: empty: all.
        firmware: empty: all.
        stage: how long after the action it was looked at.
        treated: known outcomes with the action, drawn by lot.
        control: known outcomes without it.
        asked: known outcomes of actions that people asked for; they are in no comparison.
        unknown: outcomes that nobody can know.
        success: share that was well with the action; null where there is no comparison.
        without: share that was well without it.
        uplift: the difference; null: not known yet.
        says: the same as a sentence.
    """

    action: str
    cause: str
    manufacturer: str
    model: str
    firmware: str
    stage: Stage
    treated: int
    control: int
    asked: int
    unknown: int
    success: EstimateDocument | None
    without: EstimateDocument | None
    uplift: EstimateDocument | None
    says: str


class EffectivenessDocument(msgspec.Struct, frozen=True):
    """What actions were worth, against routers that by lot were left without.

    Attributes:
        since: trials from then on.
        says: a sentence on the whole.
        items: each action in all, by cause, then by model and firmware.
    """

    since: Time
    says: str
    items: tuple[WorthDocument, ...]
