"""What the API takes, as types with their limits; docstrings are the OpenAPI descriptions.

Commands are in ``command_bodies``.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from acs.api.fields import LongName, Name, ShortText, Text
from acs.api.times import Time
from acs.api.tokens import Scope


class EnrolBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credentials for a router that is let in.

    Attributes:
        username: null: the router's id.
        password: null: one is made up and shown once.
    """

    username: Name | None = None
    password: Name | None = None

    def __repr__(self) -> str:
        return f"EnrolBody(username={self.username!r}, password=redacted)"


class SubscribedRouter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A router of a subscriber.

    Attributes:
        router_id: OUI-ProductClass-SerialNumber, each part percent-encoded.
        segment: switch, OLT port, DSLAM or node.
        access: access technology.
        utc_offset: of the customer's local time, seconds east of UTC.
        switch_port: that it hangs on.
        address_prefix: that its address is of, such as 192.0.2.0/24.
    """

    router_id: LongName
    segment: Name | None = None
    access: Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"] | None = None
    utc_offset: Annotated[int, Meta(ge=-50_400, le=50_400)] = 0
    switch_port: Name | None = None
    address_prefix: Name | None = None


class SubscriberBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscriber as the provider's other systems know him.

    Attributes:
        phone: his number.
        login: his login name.
        contract: his contract.
        account: if given, the same as in the path.
        routers: all that are his; those that were his and are not named are nobody's then.
    """

    routers: Annotated[tuple[SubscribedRouter, ...], Meta(max_length=100)]
    phone: ShortText = ""
    login: ShortText = ""
    contract: ShortText = ""
    account: Name | None = None


Channel = Literal[
    "phone", "chat", "messenger", "social", "office", "bot", "video", "remote_session"
]
Link = Annotated[str, Meta(max_length=2000, pattern=r"^(https://[^\s@]+)?$")]


class ContactBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contact with the subscriber; the diagnosis learns from it.

    Attributes:
        channel: by which way; a remote or a video session is held in another system.
        action: what was tried.
        helped: whether it did; null: not known.
        note: anything else worth keeping.
        line: of support: ``first``, ``second`` …
        link: to the session in that other system, https.
    """

    channel: Channel
    action: Name | None = None
    helped: bool | None = None
    note: Text = ""
    line: ShortText = ""
    link: Link = ""


class SubscriberContactBody(ContactBody, frozen=True, forbid_unknown_fields=True):
    """A contact with a subscriber.

    Attributes:
        channel: by which way; a remote or a video session is held in another system.
        action: what was tried.
        helped: whether it did; null: not known.
        note: anything else worth keeping.
        line: of support: ``first``, ``second`` …
        link: to the session in that other system, https.
        router_id: which of his routers it was about; may be left out if he has one.
    """

    router_id: LongName | None = None


class StopBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why all reboots are stopped; whoever is refused one is told.

    Attributes:
        reason: a short text, such as a ticket's number.
    """

    reason: ShortText = ""


class ResumeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may go on; without a model or policy, all reboots.

    Attributes:
        reason: a short text.
        model: only a model of which routers did not come back, by its name.
        policy: only the policy that was stopped; it begins with a canary.
    """

    reason: ShortText = ""
    model: Name | None = None
    policy: bool = False


class TokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish for a token.

    Attributes:
        name: whom it is for; it appears as ``asked_by``.
        scopes: ``admin`` includes ``act``, which includes ``contacts`` and ``read``, which includes
            ``metrics``; ``secrets`` and ``self-service`` are included in none.
        expires_at: null: never.
        account: the one subscriber that a token of scope ``self-service`` is about.
    """

    name: Name
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=7)]
    expires_at: Time | None = None
    account: Annotated[str, Meta(min_length=1, max_length=256)] | None = None


class VisitBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish for a token with which one subscriber is served.

    Attributes:
        minutes: how long it is good.
    """

    minutes: Annotated[int, Meta(ge=1, le=1440)] = 15


class SelfRebootBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscriber's wish for a reboot.

    Attributes:
        consent: that he was told that the internet will be away, and agreed.
        router: which of his routers, by its number in ``/v1/self``.
    """

    consent: Literal[True]
    router: Annotated[int, Meta(ge=1)] = 1
