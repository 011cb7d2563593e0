"""Reads of incidents and of routers' attendance; how often routers inform is written here, too."""

from collections.abc import Mapping
from typing import Any

from msgspec import msgpack
from sqlalchemy import (
    BindParameter,
    Connection,
    Double,
    Row,
    Text,
    and_,
    bindparam,
    null,
    or_,
    select,
)

from acs.commands import OpenIncident
from acs.storage.database import Database
from acs.storage.incident_rows import AttendanceRow, IncidentMember, IncidentRow
from acs.storage.rows import Page
from acs.storage.schema import reaches, routers
from acs.storage.schema_incidents import incident_routers, incidents, inform_intervals

REMEMBERED = 86_400.0  # seconds that a closed incident is told to the guards
_decode: Any = msgpack.Decoder(dict[str, object]).decode
_i, _m, _r = incidents.c, incident_routers.c, routers.c


def _p(name: str, kind: Any) -> BindParameter[Any]:
    return bindparam(name, type_=kind)


# One router's, for ``incident_of``.
LATEST = (
    select(_i.incident_id, _i.basis, _i.place, _i.kind, _i.affected, _i.routers, _i.opened_at)
    .add_columns(_i.closed_at)
    .join(incident_routers, _m.incident_id == _i.incident_id)
    .where(_m.router_id == _p("router_id", Text))
    .where(or_(_i.closed_at.is_(None), _i.closed_at > _p("since", Double)))
    .order_by(_i.closed_at.is_(None).desc(), _i.closed_at.desc())
    .limit(1)
)
_MEMBERS = (
    select(_m.router_id, _m.affected, _m.joined_at, _r.last_inform_at)
    .join(routers, _r.router_id == _m.router_id)
    .order_by(_m.affected.desc(), _m.router_id)
)
_ATTENDANCE = (_r.router_id, _r.segment, _r.address, _r.last_inform_at, _r.own_boot_at)
_ATTENDANCE_VERDICT = (_r.verdict, _r.verdict_since)
_CHANGED = (
    select(*_ATTENDANCE, *_ATTENDANCE_VERDICT, null(), null())
    .where(_r.enrolment == "enrolled", _r.router_id > _p("after", Text))
    .order_by(_r.router_id)
    .limit(_p("most", None))
    .where(
        or_(
            _r.last_inform_at >= _p("since", Double),
            _r.own_boot_at >= _p("since", Double),
            _r.verdict_since >= _p("since", Double),
        )
    )
)
_ALL = (
    select(
        *_ATTENDANCE,
        *_ATTENDANCE_VERDICT,
        reaches.c.last_ok_at.is_not(None),
        inform_intervals.c.every,
    )
    .select_from(
        routers.outerjoin(reaches, reaches.c.router_id == _r.router_id).outerjoin(
            inform_intervals, inform_intervals.c.router_id == _r.router_id
        )
    )
    .where(_r.enrolment == "enrolled", _r.router_id > _p("after", Text))
    .order_by(_r.router_id)
    .limit(_p("most", None))
)


def _row(row: Row[Any]) -> IncidentRow:
    values = row._asdict()
    return IncidentRow(**{**values, "figures": _decode(values["figures"])})


def incident(connection: Connection, incident_id: str) -> IncidentRow | None:
    """One incident."""
    row = connection.execute(select(incidents).where(_i.incident_id == incident_id)).one_or_none()
    return None if row is None else _row(row)


def list_incidents(
    connection: Connection, *, closed: bool, limit: int, cursor: str | None
) -> Page[IncidentRow]:
    """Incidents, newest first; open ones only unless ``closed`` are wanted, too."""
    query = select(incidents).order_by(_i.incident_id.desc()).limit(limit + 1)
    if not closed:
        query = query.where(_i.closed_at.is_(None))
    if cursor is not None:
        query = query.where(_i.incident_id < cursor)  # ids sort by time
    rows = [_row(row) for row in connection.execute(query)]
    return Page(rows[:limit], rows[limit - 1].incident_id if len(rows) > limit else None)


def members(connection: Connection, incident_id: str) -> list[IncidentMember]:
    """The routers of an incident's place, the affected ones first."""
    query = _MEMBERS.where(_m.incident_id == incident_id)
    return [IncidentMember(*row) for row in connection.execute(query)]


def member_page(
    connection: Connection, incident_id: str, limit: int, cursor: str | None
) -> Page[IncidentMember]:
    """The same, page by page; ``cursor`` is a page's own."""
    query = _MEMBERS.where(_m.incident_id == incident_id).limit(limit + 1)
    if cursor is not None:
        flag, _, router_id = cursor.partition("/")
        after = and_(_m.affected.is_(flag == "1"), _m.router_id > router_id)
        query = query.where(or_(after, _m.affected.is_(False)) if flag == "1" else after)
    found = [IncidentMember(*row) for row in connection.execute(query)]
    last = found[limit - 1] if len(found) > limit else None
    after_it = None if last is None else f"{int(last.affected)}/{last.router_id}"
    return Page(found[:limit], after_it)


def incident_of(connection: Connection, router_id: str, now: float) -> OpenIncident | None:
    """The incident that a router's place has or had within the last day, an open one first."""
    parameters = {"router_id": router_id, "since": now - REMEMBERED}
    row = connection.execute(LATEST, parameters).one_or_none()
    return None if row is None else OpenIncident(*row)


def attendance(connection: Connection, after: str, limit: int) -> list[AttendanceRow]:
    """Enrolled routers in the order of their ids, those after one."""
    parameters = {"after": after, "most": limit}
    return [AttendanceRow(*row) for row in connection.execute(_ALL, parameters)]


def attendance_since(
    connection: Connection, since: float, after: str, limit: int
) -> list[AttendanceRow]:
    """Enrolled routers that informed, booted or were judged anew since a time, by their ids."""
    parameters = {"since": since, "after": after, "most": limit}
    return [AttendanceRow(*row) for row in connection.execute(_CHANGED, parameters)]


def keep_intervals(connection: Connection, database: Database, found: Mapping[str, float]) -> None:
    """Remember how often routers inform; of routers that are gone nothing is."""
    known = set(
        connection.execute(
            select(_r.router_id).where(database.among(_r.router_id)), {"ids": database.ids(found)}
        ).scalars()
    )
    rows = [{"router_id": id_, "every": every} for id_, every in found.items() if id_ in known]
    if rows:
        connection.execute(database.upsert(inform_intervals), rows)
