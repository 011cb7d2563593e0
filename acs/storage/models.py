"""Compiled data models, one row each. What they hold is not looked at here."""

import zlib

import msgspec
from sqlalchemy import Connection, delete, select

from acs.storage.database import Database
from acs.storage.schema import datamodels


class ModelSummary(msgspec.Struct, frozen=True):
    """A stored data model without its contents.

    Attributes:
        name: with its version.
        at: when it was stored, Unix seconds.
        objects: how many.
        parameters: how many.
        unresolved: what its files referred to and did not hold.
    """

    name: str
    at: float
    objects: int
    parameters: int
    unresolved: tuple[str, ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ModelSummary).decode


def put_model(
    connection: Connection, database: Database, summary: ModelSummary, body: bytes
) -> None:
    """Store a model in place of one of the same name."""
    row = {
        "name": summary.name,
        "at": summary.at,
        "summary": _encode(summary),
        "body": zlib.compress(body),
    }
    connection.execute(database.upsert(datamodels), row)


def remove_model(connection: Connection, name: str) -> bool:
    """Remove a model; whether there was one."""
    gone = connection.execute(delete(datamodels).where(datamodels.c.name == name))
    return gone.rowcount > 0


def list_models(connection: Connection) -> list[ModelSummary]:
    """All models by name."""
    query = select(datamodels.c.summary).order_by(datamodels.c.name)
    return [_decode(packed) for packed in connection.execute(query).scalars()]


def model_body(connection: Connection, name: str) -> bytes | None:
    """A model as it was stored."""
    query = select(datamodels.c.body).where(datamodels.c.name == name)
    packed = connection.execute(query).scalar_one_or_none()
    return None if packed is None else zlib.decompress(packed)
