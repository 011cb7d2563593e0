"""Reads and writes of firmwares compared: counts of the fleet in steps, relapses, findings."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    tuple_,
    update,
)
from twisted.internet.defer import Deferred

from acs.storage.cohort_rows import (
    Census,
    CensusPage,
    DayCounts,
    FindingRow,
    Firmware,
    Relapse,
)
from acs.storage.database import Database
from acs.storage.rows import Page
from acs.storage.schema import routers
from acs.storage.schema_cohorts import cohort_days, cohort_findings
from acs.storage.schema_learning import checks, trials

T = TypeVar("T")
_r, _d, _f, _t = routers.c, cohort_days.c, cohort_findings.c, trials.c
_MODEL = case((_r.model_name == "", _r.product_class), else_=_r.model_name)
_WELL = ("none", "incident", "firmware")
_DAYS = (_d.manufacturer, _d.model, _d.version)
_KEPT = 365 * 86_400.0  # seconds that a finding is remembered after it was closed


class _Run(Protocol):
    def __call__(self, call: Callable[[Connection], T]) -> "Deferred[T]": ...


class CohortBook:
    """The store's door to firmwares; each call returns a Deferred, as the store's own do.

    Args:
        database: what it is.
        read: runs a call in a reader's thread.
        write: runs a call in the writer's transaction.
    """

    def __init__(
        self,
        database: Database,
        read: _Run,
        write: "Callable[[Callable[[Connection], Any]], Any]",
    ) -> None:
        self._database = database
        self._read = read
        self._write = write

    def census(self, after: str, limit: int) -> "Deferred[CensusPage]":
        """Enrolled routers counted by firmware: so many at once, by their ids, those after one."""
        return self._read(lambda c: census(c, after, limit))

    def keep_day(self, day: int, counted: Sequence[Census], oldest: int) -> "Deferred[None]":
        """Remember a day's counts in place of those of earlier that day; forget days before one."""
        done: Deferred[None] = self._write(
            lambda c: keep_day(c, self._database, day, counted, oldest)
        )
        return done

    def days(self, since: int) -> "Deferred[list[DayCounts]]":
        """What was counted of each firmware since a day."""
        return self._read(lambda c: days(c, since))

    def relapses(
        self, since: float, after: tuple[str, str], limit: int
    ) -> "Deferred[list[Relapse]]":
        """What became of reboots that had helped, in order of router and command."""
        return self._read(lambda c: relapses(c, since, after, limit))

    def findings(
        self, *, closed: bool = False, limit: int = 1000, cursor: str | None = None
    ) -> "Deferred[Page[FindingRow]]":
        """Findings, newest first, page by page; open ones, or all."""
        return self._read(lambda c: findings(c, closed=closed, limit=limit, cursor=cursor))

    def keep_findings(
        self, held: Sequence[FindingRow], closed: Sequence[str], now: float
    ) -> "Deferred[list[str]]":
        """Open or renew findings and close others; the ids of those that are new."""
        done: Deferred[list[str]] = self._write(
            lambda c: keep_findings(c, self._database, held, closed, now)
        )
        return done


def census(connection: Connection, after: str, limit: int) -> CensusPage:
    """Enrolled routers counted by firmware, so many at once."""
    some = (
        select(
            _r.router_id, _r.manufacturer, _MODEL.label("model"), _r.software_version, _r.verdict
        )
        .where(_r.enrolment == "enrolled", _r.router_id > bindparam("after", type_=Text))
        .order_by(_r.router_id)
        .limit(limit)
        .subquery()
        .c
    )
    is_ill: ColumnElement[bool] = and_(some.verdict.is_not(None), some.verdict.not_in(_WELL))
    key = (some.manufacturer, some.model, some.software_version)
    query = select(
        *key,
        func.count(),
        func.sum(case((is_ill, 1), else_=0)),
        func.sum(case((some.verdict == "firmware", 1), else_=0)),
        func.max(some.router_id),
    ).group_by(*key)
    rows = connection.execute(query, {"after": after}).all()
    items = [
        Census(Firmware(maker, model, version), count, int(ill), int(told))
        for maker, model, version, count, ill, told, _ in rows
        if model and version
    ]
    return CensusPage(items, max((row[6] for row in rows), default=None))


def keep_day(
    connection: Connection,
    database: Database,
    day: int,
    counted: Sequence[Census],
    oldest: int,
) -> None:
    """A day's counts in place of those of earlier that day."""
    connection.execute(delete(cohort_days).where((_d.day == day) | (_d.day < oldest)))
    rows = [
        {
            "manufacturer": each.firmware.manufacturer,
            "model": each.firmware.model,
            "version": each.firmware.version,
            "day": day,
            "routers": each.routers,
            "ill": each.ill,
            "told": each.told,
        }
        for each in counted
    ]
    if rows:
        connection.execute(database.upsert(cohort_days), rows)


def days(connection: Connection, since: int) -> list[DayCounts]:
    """What was counted of each firmware since a day."""
    sums = (func.sum(_d.routers), func.sum(_d.ill), func.sum(_d.told))
    query = (
        select(*_DAYS, func.count(), func.min(_d.day), *sums)
        .where(_d.day >= since)
        .group_by(*_DAYS)
        .order_by(*_DAYS)
    )
    return [
        DayCounts(Firmware(maker, model, version), *map(int, figures))
        for maker, model, version, *figures in connection.execute(query)
    ]


def relapses(
    connection: Connection, since: float, after: tuple[str, str], limit: int
) -> list[Relapse]:
    """What became of reboots that had helped."""
    first, day, week = (checks.alias(name) for name in ("first", "day", "week"))

    def same(look: Any, stage: str) -> ColumnElement[bool]:
        return and_(
            look.c.router_id == _t.router_id,
            look.c.command_id == _t.command_id,
            look.c.stage == stage,
        )

    query = (
        select(
            *(_t.router_id, _t.command_id, _t.manufacturer, _t.model, _t.firmware),
            day.c.outcome,
            week.c.outcome,
        )
        .select_from(
            trials.join(first, same(first, "30m"))
            .outerjoin(day, same(day, "24h"))
            .outerjoin(week, same(week, "7d"))
        )
        .where(first.c.outcome == "helped", _t.action == "reboot", _t.arm != "control")
        .where(_t.at >= since)
        .where(tuple_(_t.router_id, _t.command_id) > after)
        .order_by(_t.router_id, _t.command_id)
        .limit(limit)
    )
    return [_relapse(*row) for row in connection.execute(query)]


def _relapse(
    router_id: str,
    command_id: str,
    manufacturer: str,
    model: str,
    version: str,
    *outcomes: str | None,
) -> Relapse:
    day, week = (None if each is None else each == "relapsed" for each in outcomes)
    firmware = Firmware(manufacturer, model, version)
    return Relapse(router_id, command_id, firmware, day, True if day else week)


def findings(
    connection: Connection, *, closed: bool, limit: int, cursor: str | None
) -> Page[FindingRow]:
    """Findings, newest first."""
    query = select(cohort_findings).order_by(_f.finding_id.desc()).limit(limit + 1)
    if not closed:
        query = query.where(_f.closed_at.is_(None))
    if cursor is not None:
        query = query.where(_f.finding_id < cursor)  # ids sort by time
    rows = [_finding(row) for row in connection.execute(query)]
    return Page(rows[:limit], rows[limit - 1].finding_id if len(rows) > limit else None)


def _finding(row: Row[Any]) -> FindingRow:
    values = row._asdict()
    firmware = Firmware(*(values.pop(name) for name in ("manufacturer", "model", "version")))
    return FindingRow(firmware=firmware, **values)


def keep_findings(
    connection: Connection,
    database: Database,
    held: Sequence[FindingRow],
    closed: Sequence[str],
    now: float,
) -> list[str]:
    """Open or renew findings and close others; the ids of those that are new."""
    new: list[str] = []
    for each in held:
        figures = {
            "better": each.better,
            "hit": each.hit,
            "of": each.of,
            "better_hit": each.better_hit,
            "better_of": each.better_of,
            "chance": each.chance,
            "routers": each.routers,
            "seen_at": each.seen_at,
        }
        same = _f.finding_id == each.finding_id
        if connection.execute(update(cohort_findings).where(same).values(figures)).rowcount:
            continue
        statement = database.insert(cohort_findings).values(
            finding_id=each.finding_id,
            **each.firmware._asdict(),
            measure=each.measure,
            opened_at=each.opened_at,
            **figures,
        )
        # Another node may have been faster.
        inserted = statement.on_conflict_do_nothing().returning(_f.finding_id)
        new += connection.execute(inserted).scalars()
    if closed:
        over = update(cohort_findings).where(_f.finding_id.in_(closed), _f.closed_at.is_(None))
        connection.execute(over.values(closed_at=now))
    connection.execute(delete(cohort_findings).where(_f.closed_at < now - _KEPT))
    return new
