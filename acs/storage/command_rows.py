"""Commands as rows and rows as commands. No queries."""

from typing import Any

from msgspec import msgpack
from sqlalchemy import Row as SqlRow

from acs.commands import Command, Refusal

_encode = msgpack.Encoder().encode
_decode_detail = msgpack.Decoder(dict[str, object]).decode
_decode_refusals = msgpack.Decoder(tuple[Refusal, ...]).decode
_ENCODED = ("arguments", "refusals", "result")


def command_of(row: SqlRow[Any]) -> Command:
    """The command of a row of all columns."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for it
    values["arguments"] = _decode_detail(values["arguments"])
    values["refusals"] = _decode_refusals(values["refusals"])
    values["result"] = _decode_detail(values["result"])
    return Command(**values)


def row_of(command: Command) -> dict[str, Any]:
    """The row of a command, by column."""
    values = {name: getattr(command, name) for name in Command.__struct_fields__}
    for name in _ENCODED:
        values[name] = _encode(values[name])
    return values
