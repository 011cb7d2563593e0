"""Counts of the whole fleet for an overview. Read only."""

from collections import Counter
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
    made = (routers.c.manufacturer, routers.c.model_name, routers.c.product_class)
    query = (
        select(*made, routers.c.verdict, func.count())
        .where(routers.c.enrolment == "enrolled")
        .group_by(*made, routers.c.verdict)
    )
    counts: Counter[tuple[str, str, Action | None]] = Counter()
    for maker, model, product_class, action, count in connection.execute(query):
        # A router that has not been read yet is known by its product class only.
        counts[maker, model or product_class, cast("Action | None", action)] += count
    return [ModelCount(*key, count) for key, count in counts.items()]


def reboots_sent(connection: Connection, since: float) -> int:
    """Reboots that were sent to the fleet after a time (Unix seconds)."""
    query = select(func.count()).where(commands.c.sent_at > since, commands.c.kind == "reboot")
    return connection.execute(query).scalar_one()
