"""Counts of the whole fleet for an overview. Read only."""

from typing import cast

import msgspec
from sqlalchemy import Connection, func, select

from acs.storage.schema import commands, routers
from diagnostics.verdict import Action


class ModelCount(msgspec.Struct, frozen=True):
    """How many enrolled routers of a model have the same newest verdict; None: not judged."""

    manufacturer: str
    model: str
    action: Action | None
    routers: int


def verdicts_by_model(connection: Connection) -> list[ModelCount]:
    """Every model's enrolled routers by their newest verdict's action."""
    # A router that has not been read yet is known by its product class only.
    model = func.coalesce(func.nullif(routers.c.model_name, ""), routers.c.product_class)
    query = (
        select(routers.c.manufacturer, model, routers.c.verdict, func.count())
        .where(routers.c.enrolment == "enrolled")
        .group_by(routers.c.manufacturer, model, routers.c.verdict)
    )
    return [
        ModelCount(maker, name, cast("Action | None", action), count)
        for maker, name, action, count in connection.execute(query)
    ]


def reboots_sent(connection: Connection, since: float) -> int:
    """Reboots that were sent to the fleet after a time (Unix seconds)."""
    query = select(func.count()).where(commands.c.sent_at > since, commands.c.kind == "reboot")
    return connection.execute(query).scalar_one()
