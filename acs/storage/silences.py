"""Routers that were told to reboot and did not come back: they stop their whole model."""

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from acs.storage.schema import routers
from acs.storage.schema_learning import silences

_s = silences.c


class SilentModel(msgspec.Struct, frozen=True):
    """A model with routers that did not come back.

    Attributes:
        routers: how many.
        since: when the first of them was missed, Unix seconds.
        router_ids: some of them.
    """

    manufacturer: str
    model: str
    routers: int
    since: float
    router_ids: tuple[str, ...]


_SHOWN = 5


def record(connection: Connection, router_id: str, command_id: str, at: float) -> bool:
    """Remember that the router did not come back from this reboot; False if it is known."""
    here = (_s.router_id == router_id, _s.command_id == command_id)
    if connection.execute(select(_s.at).where(*here)).first() is not None:
        return False
    router = connection.execute(select(routers).where(routers.c.router_id == router_id)).one()
    connection.execute(
        insert(silences).values(
            router_id=router_id,
            command_id=command_id,
            at=at,
            manufacturer=router.manufacturer,
            model=router.model_name or router.product_class,
        )
    )
    return True


def count(connection: Connection, manufacturer: str, model: str) -> int:
    """Routers of a model that did not come back and that no operator has looked at since."""
    query = select(func.count(_s.router_id.distinct())).where(
        _s.manufacturer == manufacturer, _s.model == model
    )
    return connection.execute(query).scalar_one()


def resume(connection: Connection, model: str) -> int:
    """An operator has looked at a model: its reboots may go on; how many rows were forgotten."""
    return connection.execute(delete(silences).where(_s.model == model)).rowcount


def list_models(connection: Connection) -> tuple[SilentModel, ...]:
    """All models with silent routers, in order."""
    query = select(silences).order_by(_s.manufacturer, _s.model, _s.at)
    grouped: dict[tuple[str, str], dict[str, float]] = {}
    for row in connection.execute(query):
        found = grouped.setdefault((row.manufacturer, row.model), {})
        found.setdefault(row.router_id, row.at)
    return tuple(
        SilentModel(*key, len(found), min(found.values()), tuple(found)[:_SHOWN])
        for key, found in grouped.items()
    )
