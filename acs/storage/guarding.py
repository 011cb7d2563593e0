"""All that a guard may look at, gathered inside the transaction that stores its decision.

Budgets are counted from rows, never from memory. Only the size of the fleet, which changes
slowly, may be some seconds old.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Double,
    Row,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from acs.commands import OPEN_STATES, Command, GuardFacts, is_verified, restarts
from acs.storage import incidents, recent, silences, tree_lookup, vitals
from acs.storage.schema import commands, routers, samples
from acs.storage.settings import CommandTimes
from acs.storage.switches import reboots_stopped
from diagnostics.sample import Sample

DAY = 86_400.0
_FLEET_AGE = 10.0  # seconds that the size of the fleet may be old
_TRAFFIC_SPAN = 900.0  # seconds: traffic is the mean of at least so long
_TRAFFIC_AGE = 1800.0  # seconds: from when it is unknown
_CALL_STATE = vitals.code_of("voip.call_active")
_TRAFFIC = ("eth.rx_bytes", "eth.tx_bytes")

Stage = Literal["propose", "claim"]

# Statements are built once: building one costs more than running it.


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _p(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Text if name.endswith(("id", "segment")) else Double)


_c, _r = commands.c, routers.c
_OFFLINE = or_(_r.last_inform_at.is_(None), _r.last_inform_at < _p("seen_before"))
_SIBLING = _r.router_id != _p("router_id")
_ROUTER = select(routers).where(_r.router_id == _p("router_id")).with_for_update()
_FLEET = select(func.count(), _count(_OFFLINE)).where(_r.enrolment == "enrolled")
_RESTARTS = (
    select(_c.command_id, _c.kind, _c.state, _c.sent_at, _c.consent)
    .where(_c.router_id == _p("router_id"), _c.command_id != _p("command_id"))
    .where(_c.kind.in_(("reboot", "gentle", "factory_reset")))
    .where(or_(_c.sent_at > _p("since"), _c.state.in_(OPEN_STATES)))
    .order_by(_c.at)
)
_UPLOADS = (
    select(_c.command_id)
    .where(_c.router_id == _p("router_id"), _c.kind.in_(("upload", "software")))
    .where(literal_column("commands.state IN ('sent', 'accepted')"))  # as the partial index
    .limit(1)
)
_SEGMENT = select(
    func.count(),
    _count(and_(_SIBLING, _OFFLINE)),
    _count(and_(_SIBLING, _r.own_boot_at > _p("booted_since"))),
).where(_r.segment == _p("segment"), _r.enrolment == "enrolled")
_SEGMENT_REBOOTING = (
    select(func.count())
    .select_from(commands.join(routers, _c.router_id == _r.router_id))
    .where(literal_column("commands.state IN ('sent', 'accepted')"))  # as the partial index
    .where(_c.kind == "reboot", _r.segment == _p("segment"), _SIBLING)
)
_FLEET_SENT = select(func.count()).where(
    _c.sent_at > _p("since"), _c.kind == bindparam("kind", type_=Text)
)
_NEWEST_SAMPLE = (
    select(samples.c.at, samples.c.vitals)
    .where(samples.c.router_id == _p("router_id"), samples.c.at <= _p("until"))
    .order_by(samples.c.at.desc())
    .limit(1)
)


class Fleet(msgspec.Struct):
    """Counts of the whole fleet and when they were made."""

    routers: int = 0
    offline: int = 0
    counted_at: float | None = None

    def refresh(self, connection: Connection, now: float, times: CommandTimes) -> None:
        """Count again unless that was done just now (or the clock was set back)."""
        if self.counted_at is not None and 0 <= now - self.counted_at < _FLEET_AGE:
            return
        parameters = {"seen_before": now - times.offline_after}
        self.routers, self.offline = connection.execute(_FLEET, parameters).one()
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
        router = connection.execute(_ROUTER, {"router_id": router_id}).one_or_none()
        if router is None:
            return None
        self._fleet.refresh(connection, now, self.times)
        sent, open_command = _restarts(connection, command, stage, now)
        members, offline, boots, rebooting = _segment(connection, router, now, self.times)
        values, values_at = _vitals(router)
        lately = recent.unpack(router.recent)
        stop = reboots_stopped(connection)
        disturbs = is_verified(command.kind) or restarts(command.kind, command.arguments)
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
            segment_rebooting=rebooting,
            fleet_routers=self._fleet.routers,
            fleet_offline=self._fleet.offline,
            fleet_sent_10min=connection.execute(
                _FLEET_SENT, {"since": now - 600, "kind": _counted(command)}
            ).scalar_one(),
            stopped=stop.stopped,
            stopped_by=stop.by if stop.stopped else "",
            stopped_at=stop.at if stop.stopped else None,
            stopped_why=stop.reason if stop.stopped else "",
            wan_mbps=_wan_mbps(connection, router_id, now),
            diagnostic_open=router.diagnostic_open,
            upload_open=connection.execute(_UPLOADS, {"router_id": router_id}).first() is not None,
            has_voice=disturbs
            and "voip.call_active" not in values
            and tree_lookup.has_voice_line(connection, router_id),
            model=f"{router.manufacturer} {_model(router)}".strip(),
            incident=incidents.incident_of(connection, router_id, now),
            model_silent=silences.count(connection, router.manufacturer, _model(router))
            if disturbs
            else 0,
            escalated_at=max((c.at for c in lately.contacts if c.escalated), default=None),
        )


def _model(router: Row[Any]) -> str:
    return str(router.model_name or router.product_class)


def _vitals(router: Row[Any]) -> tuple[dict[str, object], float | None]:
    """Newest vitals and when they were read; for the call state, when that was.

    The other vitals may be newer than the call state, which is the one whose age matters.
    """
    old = vitals.unpack(router.vitals_old)
    read_at = old.get(_CALL_STATE, router.collected_at)
    assert read_at is None or isinstance(read_at, float)  # written by RouterState
    return dict(vitals.name(vitals.unpack(router.vitals))), read_at


def _restarts(
    connection: Connection, command: Command, stage: Stage, now: float
) -> tuple[tuple[tuple[float, bool], ...], str | None]:
    """The router's other reboots of the last 7 days, and an open command that restarts it.

    At its claim a command is the oldest that waits: those behind it are not in its way.
    """
    since = now - 7 * DAY
    counted = _counted(command)
    parameters = {
        "router_id": command.router_id,
        "command_id": command.command_id,
        "since": since,
    }
    rows = connection.execute(_RESTARTS, parameters).all()
    sent = tuple(
        (row.sent_at, row.consent)
        for row in rows
        if row.kind == counted and row.sent_at is not None and row.sent_at > since
    )
    waits = () if stage == "propose" else ("queued",)
    is_open = (
        row.command_id
        for row in rows
        if row.state in OPEN_STATES
        and row.state not in waits
        # Nobody has to wait for the effect of a gentle action before he reboots.
        and not (row.kind == "gentle" and row.state == "confirmed")
    )
    return sent, next(is_open, None)


def _counted(command: Command) -> str:
    """The kind whose commands were sent before counts: each has a budget of its own."""
    return "gentle" if command.kind == "gentle" else "reboot"


def _segment(
    connection: Connection, router: Row[Any], now: float, times: CommandTimes
) -> tuple[int, int, int, int]:
    """Enrolled routers; siblings offline, that booted by themselves, that are rebooting."""
    if router.segment is None:
        return 0, 0, 0, 0
    parameters = {
        "router_id": router.router_id,
        "segment": router.segment,
        "seen_before": now - times.offline_after,
        "booted_since": now - 1800,
    }
    members, offline, boots = connection.execute(_SEGMENT, parameters).one()
    rebooting = connection.execute(_SEGMENT_REBOOTING, parameters).scalar_one()
    return members, offline, boots, rebooting


def _wan_mbps(connection: Connection, router_id: str, now: float) -> float | None:
    """Mean traffic, both directions, between the newest sample and one 15 min or more before it.

    None when a sample or a counter is missing, too old, or was reset in between.
    """
    newest = _sample(connection, router_id, now)
    if newest is None or newest.at < now - _TRAFFIC_AGE:
        return None
    before = _sample(connection, router_id, newest.at - _TRAFFIC_SPAN)
    if before is None or before.at < now - 2 * _TRAFFIC_AGE:
        return None
    total = 0.0
    for metric in _TRAFFIC:
        last, first = newest.values.get(metric), before.values.get(metric)
        if isinstance(last, str) or isinstance(first, str) or last is None or first is None:
            return None
        if last < first:
            return None
        total += last - first
    return total * 8 / 1e6 / (newest.at - before.at)


def _sample(connection: Connection, router_id: str, until: float) -> Sample | None:
    """The router's newest sample up to a time."""
    parameters = {"router_id": router_id, "until": until}
    row = connection.execute(_NEWEST_SAMPLE, parameters).one_or_none()
    return None if row is None else Sample(row.at, vitals.name(vitals.unpack(row.vitals)))
