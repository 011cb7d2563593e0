"""Commands as rows and rows as commands. No queries."""

from typing import Any

import msgspec
from msgspec import msgpack
from sqlalchemy import Row as SqlRow

from acs.commands import Command, Refusal
from acs.secret_names import shown_members
from acs.storage.secrets import Box

_encode = msgpack.Encoder().encode
_decode_detail = msgpack.Decoder(dict[str, object]).decode
_decode_refusals = msgpack.Decoder(tuple[Refusal, ...]).decode
_ENCODED = ("arguments", "refusals", "result")


def command_of(row: SqlRow[Any]) -> Command:
    """The command of a row of all columns."""
    return command_from(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented name for it


def command_from(values: dict[str, Any]) -> Command:
    """The command of all columns by name."""
    del values["sealed"]
    values["arguments"] = _decode_detail(values["arguments"])
    values["refusals"] = _decode_refusals(values["refusals"])
    values["result"] = _decode_detail(values["result"])
    return Command(**values)


def row_of(command: Command) -> dict[str, Any]:
    """The row of a command, by column; secrets among its arguments are left out."""
    values = {name: getattr(command, name) for name in Command.__struct_fields__}
    values["arguments"] = shown_members(command.arguments)
    for name in _ENCODED:
        values[name] = _encode(values[name])
    return values


def sealed_arguments(command: Command, box: Box) -> bytes | None:
    """The arguments for the time that the command waits; None when there is no secret in them."""
    if shown_members(command.arguments) == command.arguments:
        return None
    return box.seal(_encode(command.arguments), _place(command))


def with_arguments(command: Command, sealed: bytes | None, box: Box) -> Command:
    """The command as it was asked for.

    Raises:
        UnsealError: its secrets were sealed with another key.
    """
    if sealed is None:
        return command
    arguments = _decode_detail(box.open(sealed, _place(command)))
    return msgspec.structs.replace(command, arguments=arguments)


def _place(command: Command) -> str:
    return f"{command.router_id}/commands/{command.command_id}"
