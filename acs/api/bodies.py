"""What the API takes, as types with their limits; docstrings are the OpenAPI descriptions."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from acs.api.times import Time
from acs.api.tokens import Scope

# PostgreSQL's text cannot hold NUL, so it is refused wherever text is taken.
_NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Meta(min_length=1, max_length=256, pattern=_NO_NUL)]
LongName = Annotated[str, Meta(min_length=1, max_length=1600, pattern=_NO_NUL)]
ShortText = Annotated[str, Meta(max_length=256, pattern=_NO_NUL)]
Text = Annotated[str, Meta(max_length=500, pattern=_NO_NUL)]
ParameterValue = (
    bool
    | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    | float
    | Annotated[str, Meta(max_length=65_536, pattern=_NO_NUL)]
)
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=_NO_NUL)]


class NoArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reboots and refreshes have none."""


class GetArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to read.

    Attributes:
        paths: full parameter names, or partial paths that end with a dot.
    """

    paths: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=500)]


class SetArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to write.

    Attributes:
        values: full parameter names and their values.
    """

    values: Annotated[dict[Name, ParameterValue], Meta(min_length=1, max_length=500)]


class _Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    reason: Reason
    consent: bool = False


class RebootBody(_Command, frozen=True, tag="reboot"):
    """Reboot the router, unless a guard refuses.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact. Never say so for him.
        arguments: none.
    """

    arguments: NoArguments = NoArguments()


class RefreshBody(_Command, frozen=True, tag="refresh"):
    """Read all of the router's vitals now.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: none.
    """

    arguments: NoArguments = NoArguments()


class GetBody(_Command, frozen=True, tag="get", kw_only=True):
    """Read parameters of the router.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: which.
    """

    arguments: GetArguments


class SetBody(_Command, frozen=True, tag="set", kw_only=True):
    """Set parameters of the router. It needs the scope ``admin``.

    Attributes:
        reason: why; it is kept with the command.
        consent: the customer agreed, during a contact.
        arguments: which, and their values.
    """

    arguments: SetArguments


CommandBody = RebootBody | RefreshBody | GetBody | SetBody


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
    """

    router_id: LongName
    segment: Name | None = None
    access: Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"] | None = None
    utc_offset: Annotated[int, Meta(ge=-50_400, le=50_400)] = 0


class SubscriberBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscriber as the provider's other systems know him.

    Attributes:
        phone: his number.
        login: his login name.
        account: if given, the same as in the path.
        routers: all that are his; those that were his and are not named are nobody's then.
    """

    routers: Annotated[tuple[SubscribedRouter, ...], Meta(max_length=100)]
    phone: ShortText = ""
    login: ShortText = ""
    account: Name | None = None


class ContactBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A contact with the subscriber; the diagnosis learns from it.

    Attributes:
        channel: ``phone``, ``chat`` …
        action: what was tried.
        helped: whether it did; null: not known.
        note: anything else worth keeping.
    """

    channel: Name
    action: Name | None = None
    helped: bool | None = None
    note: Text = ""


class TokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish for a token.

    Attributes:
        name: whom it is for; it appears as ``asked_by``.
        scopes: ``admin`` includes ``act``, which includes ``read``, which includes ``metrics``.
        expires_at: null: never.
    """

    name: Name
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=4)]
    expires_at: Time | None = None
