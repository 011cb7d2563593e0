"""What the API answers about commands, the fleet's switches and the daemon itself, as types.

Their docstrings are the descriptions in the OpenAPI document. Plain values.
"""

from typing import Any, Literal

import msgspec

from acs.api.problems import RefusalDocument
from acs.api.times import Time
from acs.api.tokens import Scope
from acs.commands import CommandKind, CommandState, Outcome


class CommandDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A command and all that became of it.

    Attributes:
        command_id: it goes to the router as CommandKey.
        router_id: whom it is for.
        kind: what it does.
        state: where it stands. ``refused``, ``verified``, ``done``, ``failed``, ``unconfirmed``,
            ``expired`` and ``withdrawn`` are final.
        finished: whether the state is final.
        asked_by: ``policy``, ``socket`` or the name of a token.
        reason: why it was asked for.
        consent: the customer agreed, during a contact.
        cause: fault class that the policy acted on.
        arguments: of the command; a value whose path names a secret is shown as ``[redacted]``.
        refusals: each guard's no.
        outcome: whether a reboot helped, from readings before and after.
        result: figures, values (secrets as above) or the router's fault.
        asked_at: when it was asked for.
        expires_at: if no session fetched it by then, it is given up.
        sent_at: when it was recorded as sent.
        answered_at: when the router answered.
        confirmed_at: when the router proved that it rebooted by this command.
        ended_at: when it came into its final state.
    """

    command_id: str
    router_id: str
    kind: CommandKind
    state: CommandState
    finished: bool
    asked_by: str
    reason: str
    consent: bool
    cause: str | None
    arguments: dict[str, Any]
    refusals: tuple[RefusalDocument, ...]
    outcome: Outcome | None
    result: dict[str, Any]
    asked_at: Time
    expires_at: Time
    sent_at: Time | None
    answered_at: Time | None
    confirmed_at: Time | None
    ended_at: Time | None


class CommandPage(msgspec.Struct, frozen=True):
    """Commands, newest first.

    Attributes:
        items: at most ``limit`` of them.
        next: pass it as ``cursor`` for the next page; null on the last one.
    """

    items: tuple[CommandDocument, ...]
    next: str | None = None


class EnrolmentDocument(msgspec.Struct, frozen=True):
    """Credentials under which a router was let in.

    Attributes:
        username: to set on the router.
        password: shown this once; null when the request gave one.
    """

    router_id: str
    username: str
    password: str | None


class TokenDocument(msgspec.Struct, frozen=True):
    """A new token.

    Attributes:
        token: the secret, shown this once.
        name: appears as ``asked_by`` of what it asks for.
        scopes: what it may do.
        expires_at: null: never.
        account: the one subscriber that it is about; null: it is an operator's.
    """

    token: str
    name: str
    scopes: tuple[Scope, ...]
    expires_at: Time | None
    account: str | None = None


class TokenSummary(msgspec.Struct, frozen=True):
    """A token without its secret, which is not kept.

    Attributes:
        name: appears as ``asked_by`` of what it asks for.
        scopes: what it may do.
        created_at: when it was made.
        expires_at: null: never.
        account: the one subscriber that it is about; null: it is an operator's.
    """

    name: str
    scopes: tuple[str, ...]
    created_at: Time
    expires_at: Time | None
    account: str | None = None


class TokenList(msgspec.Struct, frozen=True):
    """All tokens.

    Attributes:
        items: by name.
    """

    items: tuple[TokenSummary, ...]


class HealthDocument(msgspec.Struct, frozen=True):
    """All is well.

    Attributes:
        status: ``ok``.
        version: of the daemon.
        checks: each part, all true.
    """

    status: Literal["ok"]
    version: str
    checks: dict[str, bool]
