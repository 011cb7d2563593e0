"""All that a guard may look at, gathered inside the transaction that stores its decision.

Budgets are counted from rows, never from memory. Only the size of the fleet, which changes
slowly, may be some seconds old.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select

from acs.commands import OPEN_STATES, Command, GuardFacts
from acs.storage import recent, vitals
from acs.storage.schema import commands, routers, samples
from acs.storage.settings import CommandTimes
from acs.storage.switches import reboots_stopped

DAY = 86_400.0
_FLEET_AGE = 10.0  # seconds that the size of the fleet may be old
_TRAFFIC_SPAN = 900.0  # seconds: traffic is the mean of at least so long
_TRAFFIC_AGE = 1800.0  # seconds: from when it is unknown
_CALL_STATE = vitals.code_of("voip.call_active")
_TRAFFIC = tuple(map(vitals.code_of, ("eth.rx_bytes", "eth.tx_bytes")))

Stage = Literal["propose", "claim"]


class Fleet(msgspec.Struct):
    """Counts of the whole fleet and when they were made."""

    routers: int = 0
    offline: int = 0
    counted_at: float | None = None

    def refresh(self, connection: Connection, now: float, times: CommandTimes) -> None:
        """Count again unless that was done just now (or the clock was set back)."""
        if self.counted_at is not None and 0 <= now - self.counted_at < _FLEET_AGE:
            return
        enrolled = routers.c.enrolment == "enrolled"
        query = select(func.count(), _count(_offline(now, times))).where(enrolled)
        self.routers, self.offline = connection.execute(query).one()
        self.counted_at = now


class Gatherer:
    """Gathers guards' facts; lives in the writer's thread.

    Args:
        times: deadlines of commands, and what counts as offline.
    """

    def __init__(self, times: CommandTimes) -> None:
        self.times = times
        self._fleet = Fleet()

    def gather(
        self, connection: Connection, command: Command, stage: Stage, now: float
    ) -> GuardFacts | None:
        """The facts for one command; None when its router is not known."""
        router_id = command.router_id
        router = connection.execute(
            select(routers).where(routers.c.router_id == router_id).with_for_update()
        ).one_or_none()
        if router is None:
            return None
        self._fleet.refresh(connection, now, self.times)
        sent, open_command = _reboots(connection, command, now)
        members, offline, boots = _segment(connection, router, now, self.times)
        values, values_at = _vitals(router)
        lately = recent.unpack(router.recent)
        return GuardFacts(
            now=now,
            stage=stage,
            enrolled=router.enrolment == "enrolled",
            flapping=router.flapping,
            last_inform_at=router.last_inform_at,
            utc_offset=router.utc_offset,
            vitals=values,
            vitals_at=values_at,
            boots=tuple(boot.at for boot in lately.boots if boot.at > now - DAY),
            sent=sent,
            open_command=open_command,
            transfer_open=router.transfer_open,
            segment=router.segment,
            segment_routers=members,
            segment_offline=offline,
            segment_boots_30min=boots,
            segment_rebooting=_segment_rebooting(connection, router),
            fleet_routers=self._fleet.routers,
            fleet_offline=self._fleet.offline,
            fleet_sent_10min=_fleet_sent(connection, now),
            stopped=reboots_stopped(connection),
            wan_mbps=_wan_mbps(connection, router_id, now),
        )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _offline(now: float, times: CommandTimes) -> ColumnElement[bool]:
    seen = routers.c.last_inform_at
    return or_(seen.is_(None), seen < now - times.offline_after)


def _vitals(router: Row[Any]) -> tuple[dict[str, object], float | None]:
    """Newest vitals and when they were read; for the call state, when that was.

    The other vitals may be newer than the call state, which is the one whose age matters.
    """
    old = vitals.unpack(router.vitals_old)
    read_at = old.get(_CALL_STATE, router.collected_at)
    assert read_at is None or isinstance(read_at, float)  # written by RouterState
    return dict(vitals.name(vitals.unpack(router.vitals))), read_at


def _reboots(
    connection: Connection, command: Command, now: float
) -> tuple[tuple[tuple[float, bool], ...], str | None]:
    """The router's other reboots: sent in the last 7 days, and an open one."""
    c = commands.c
    query = (
        select(c.command_id, c.state, c.sent_at, c.consent)
        .where(c.router_id == command.router_id, c.command_id != command.command_id)
        .where(c.kind == "reboot", or_(c.sent_at > now - 7 * DAY, c.state.in_(OPEN_STATES)))
        .order_by(c.at)
    )
    rows = connection.execute(query).all()
    sent = tuple(
        (row.sent_at, row.consent)
        for row in rows
        if row.sent_at is not None and row.sent_at > now - 7 * DAY
    )
    is_open = (row.command_id for row in rows if row.state in OPEN_STATES)
    return sent, next(is_open, None)


def _segment(
    connection: Connection, router: Row[Any], now: float, times: CommandTimes
) -> tuple[int, int, int]:
    """Enrolled routers of the segment, siblings offline, siblings that booted by themselves."""
    if router.segment is None:
        return 0, 0, 0
    sibling = routers.c.router_id != router.router_id
    query = select(
        func.count(),
        _count(and_(sibling, _offline(now, times))),
        _count(and_(sibling, routers.c.own_boot_at > now - 1800)),
    ).where(routers.c.segment == router.segment, routers.c.enrolment == "enrolled")
    members, offline, boots = connection.execute(query).one()
    return members, offline, boots


def _segment_rebooting(connection: Connection, router: Row[Any]) -> int:
    """Siblings that were sent a reboot whose confirmation is still awaited."""
    if router.segment is None:
        return 0
    query = (
        select(func.count())
        .select_from(commands.join(routers, commands.c.router_id == routers.c.router_id))
        .where(commands.c.state.in_(("sent", "accepted")), commands.c.kind == "reboot")
        .where(routers.c.segment == router.segment, routers.c.router_id != router.router_id)
    )
    return connection.execute(query).scalar_one()


def _fleet_sent(connection: Connection, now: float) -> int:
    query = select(func.count()).where(commands.c.sent_at > now - 600, commands.c.kind == "reboot")
    return connection.execute(query).scalar_one()


def _wan_mbps(connection: Connection, router_id: str, now: float) -> float | None:
    """Mean traffic, both directions, between the newest sample and one 15 min or more before it.

    None when a sample or a counter is missing, too old, or was reset in between.
    """
    query = (
        select(samples.c.at, samples.c.vitals)
        .where(samples.c.router_id == router_id, samples.c.at <= now)
        .order_by(samples.c.at.desc())
        .limit(1)
    )
    newest = connection.execute(query).one_or_none()
    if newest is None or newest.at < now - _TRAFFIC_AGE:
        return None
    before = connection.execute(
        query.where(samples.c.at <= newest.at - _TRAFFIC_SPAN)
    ).one_or_none()
    if before is None or before.at < now - 2 * _TRAFFIC_AGE:
        return None
    new, old = vitals.unpack(newest.vitals), vitals.unpack(before.vitals)
    total = 0.0
    for metric in _TRAFFIC:
        last, first = new.get(metric), old.get(metric)
        if isinstance(last, str) or isinstance(first, str) or last is None or first is None:
            return None
        if last < first:
            return None
        total += last - first
    seconds: float = newest.at - before.at
    return total * 8 / 1e6 / seconds
