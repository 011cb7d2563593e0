"""Requests that are sent again: an Idempotency-Key makes them one (draft-ietf-httpapi 07).

The command that a key asked for has an id made from it, so that nothing else has to be kept: it is
known for as long as the command is.
"""

from hashlib import blake2b

from acs.api.problems import ApiError
from acs.commands import TRANSFERS, Command, CommandKind
from acs.secret_names import shown_members

_PREPARED: frozenset[CommandKind] = TRANSFERS | {"software", "rotate_credentials"}
_ABSENT = object()
_SIZE = 12  # bytes: a command id has 26 characters


def command_id_of(caller: str, key: str) -> str:
    """The id of the command that a caller's key stands for; empty without a key."""
    if not key:
        return ""
    digest = blake2b(f"{caller}\0{key}".encode(), digest_size=_SIZE)
    return f"k-{digest.hexdigest()}"


def same(
    command: Command,
    kind: CommandKind,
    router_id: str,
    reason: str,
    *,
    consent: bool,
    arguments: dict[str, object],
) -> Command:
    """The command, if it is what is asked for again.

    Of secrets among the arguments it is compared that they are there, not what they are: they are
    stored sealed. What preparing adds to some kinds' arguments (a link to a file) does not count.

    Raises:
        ApiError: 422 when the key was used for something else.
    """
    known, asked = shown_members(command.arguments), shown_members(arguments)
    names = asked.keys() if kind in _PREPARED else known.keys() | asked.keys()
    is_same = (
        (command.kind, command.router_id, command.consent) == (kind, router_id, consent)
        and command.reason == reason
        and all(known.get(name, _ABSENT) == asked.get(name, _ABSENT) for name in names)
    )
    if not is_same:
        raise ApiError(422, "This Idempotency-Key was used for another request.")
    return command
