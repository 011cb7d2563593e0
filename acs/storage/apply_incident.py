"""Facts about incidents: opened, grown, closed. Their rows are theirs alone."""

from collections.abc import Iterable

from sqlalchemy import Connection, Double, Text, bindparam, func, literal, select, update
from sqlalchemy.sql.elements import ColumnElement

from acs.facts import IncidentClosed, IncidentGrew, IncidentOpened
from acs.storage.database import Database
from acs.storage.news import tell
from acs.storage.schema import routers
from acs.storage.schema_incidents import incident_routers, incidents
from acs.storage.work import Work, encode


def apply_incident_opened(work: Work, fact: IncidentOpened) -> bool:
    """A new incident, unless one is open in this place already; whether it is new."""
    connection, database = work.connection, work.tools.statements.database
    statement = database.insert(incidents).values(
        incident_id=fact.incident_id,
        basis=fact.basis,
        place=fact.place,
        kind=fact.kind,
        began_at=fact.began_at,
        opened_at=fact.at,
        closed_at=None,
        routers=len(fact.routers),
        affected=len(fact.affected),
        figures=encode(fact.figures),
    )
    # The count of inserted rows is not told by every driver; the row itself is.
    new = statement.on_conflict_do_nothing().returning(incidents.c.incident_id)
    if connection.execute(new).first() is None:
        return False
    taken = set(fact.affected)
    _take_in(connection, database, fact, (id_ for id_ in fact.routers if id_ not in taken))
    _take_in(connection, database, fact, fact.affected, affected=True)
    told: dict[str, object] = {
        "incident_id": fact.incident_id,
        "basis": fact.basis,
        "place": fact.place,
        "kind": fact.kind,
        "routers": len(fact.routers),
        "affected": len(fact.affected),
    }
    tell(connection, fact.at, "incident.opened", None, told)
    return True


def apply_incident_grew(work: Work, fact: IncidentGrew) -> bool:
    """More routers are affected, or belong to the place; False when it is closed already."""
    connection, database = work.connection, work.tools.statements.database
    row = incidents.c.incident_id == fact.incident_id
    is_open = select(incidents.c.incident_id).where(row, incidents.c.closed_at.is_(None))
    if connection.execute(is_open).first() is None:
        return False
    _take_in(connection, database, fact, fact.routers)
    _take_in(connection, database, fact, fact.affected, affected=True)
    members = incident_routers.c.incident_id == fact.incident_id
    hit = select(func.count()).where(members, incident_routers.c.affected)
    every = select(func.count()).where(members)
    connection.execute(
        update(incidents)
        .where(row)
        .values(affected=hit.scalar_subquery(), routers=every.scalar_subquery())
    )
    return True


def apply_incident_closed(work: Work, fact: IncidentClosed) -> bool:
    """The incident is over; False when it was already."""
    row = incidents.c.incident_id == fact.incident_id
    closed = update(incidents).where(row, incidents.c.closed_at.is_(None)).values(closed_at=fact.at)
    c = incidents.c
    shown = closed.returning(c.basis, c.place, c.kind, c.routers, c.affected)
    over = work.connection.execute(shown).one_or_none()
    if over is None:
        return False
    told: dict[str, object] = {"incident_id": fact.incident_id, **over._asdict()}
    tell(work.connection, fact.at, "incident.closed", None, told)
    return True


def _take_in(
    connection: Connection,
    database: Database,
    fact: IncidentOpened | IncidentGrew,
    ids: Iterable[str],
    *,
    affected: bool = False,
) -> None:
    """List routers; one that is affected is so from now on. Routers that are gone are left out."""
    listed = list(ids)
    if not listed:
        return
    flag: ColumnElement[bool] = literal(affected)
    chosen = select(
        routers.c.router_id,
        bindparam("incident", fact.incident_id, type_=Text),
        flag,
        bindparam("at", fact.at, type_=Double),
    ).where(database.among(routers.c.router_id))
    statement = database.insert(incident_routers).from_select(
        ["router_id", "incident_id", "affected", "joined_at"], chosen
    )
    keys = ["router_id", "incident_id"]
    if affected:
        changed = {
            "affected": statement.excluded.affected,
            "joined_at": statement.excluded.joined_at,
        }
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, {"ids": database.ids(listed)})
