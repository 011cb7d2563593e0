"""Reads about routers: the row, lists, credentials, what has been judged, counts of segments."""

from typing import Any, cast

from msgspec import msgpack
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from acs.storage import vitals
from acs.storage.filters import condition
from acs.storage.rows import (
    ConnectionTarget,
    Page,
    RouterFilter,
    RouterRow,
    SegmentCounts,
    SubscriberRow,
)
from acs.storage.schema import plans, reaches, routers, subscribers, verdicts
from acs.storage.secrets import Box
from diagnostics.verdict import Action, Verdict

LOOKED_AT = 20_000  # routers, for one page of what no index finds
_decode_verdict = msgpack.Decoder(Verdict).decode
_decode_pair = msgpack.Decoder(tuple[str, str]).decode

_JUDGED = and_(
    verdicts.c.router_id == routers.c.router_id, verdicts.c.since == routers.c.verdict_since
)
_PLAIN = (
    "router_id",
    "manufacturer",
    "oui",
    "product_class",
    "serial_number",
    "software_version",
    "hardware_version",
    "model_name",
    "root",
    "address",
    "connection_request_url",
    "enrolment",
    "first_seen_at",
    "last_inform_at",
    "informs",
    "boot_at",
    "account",
    "segment",
    "access",
    "utc_offset",
    "verdict",
    "cause",
    "verdict_since",
    "collected_at",
    "plan_key",
    "flapping",
    "username",
)


def select_routers() -> Select[Any]:
    """Rows for ``router_row``, with the newest verdict joined."""
    return select(
        *(routers.c[name] for name in _PLAIN),
        routers.c.vitals,
        verdicts.c.confidence,
        verdicts.c.judged_at,
        reaches.c.way,
        reaches.c.last_ok_at,
        reaches.c.nat_detected,
    ).select_from(
        routers.outerjoin(verdicts, _JUDGED).outerjoin(
            reaches, reaches.c.router_id == routers.c.router_id
        )
    )


_KEY: BindParameter[str] = bindparam("router_id", type_=Text)
# Built once: building a statement costs more than running it.
_ROUTER = select_routers().where(routers.c.router_id == _KEY)
_NEWEST_VERDICT = select(verdicts.c.body).join(routers, _JUDGED).where(routers.c.router_id == _KEY)
_TARGET = (
    select(
        routers.c.connection_request_url,
        routers.c.address,
        routers.c.connection_secret,
        reaches.c.way,
        reaches.c.refused,
        reaches.c.udp_address,
        reaches.c.stun_address,
        reaches.c.jabber_id,
    )
    .select_from(routers.outerjoin(reaches, reaches.c.router_id == routers.c.router_id))
    .where(routers.c.router_id == _KEY)
)
_PLAN = select(plans.c.body).where(plans.c.plan_key == bindparam("plan_key", type_=Text))


def _router_row(row: Row[Any]) -> RouterRow:
    return router_row(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented name


def router_row(values: dict[str, Any]) -> RouterRow:
    """A router's row of the columns by name."""
    named = vitals.name(vitals.unpack(values.pop("vitals")))
    uptime = named.get("sys.uptime")
    return RouterRow(
        **values,
        vitals=named,
        uptime=float(uptime) if isinstance(uptime, int | float) else None,
    )


def router(connection: Connection, router_id: str) -> RouterRow | None:
    """One router."""
    row = connection.execute(_ROUTER, {"router_id": router_id}).one_or_none()
    return None if row is None else _router_row(row)


def list_routers(
    connection: Connection, wanted: RouterFilter, limit: int, cursor: str | None
) -> Page[RouterRow]:
    """Routers in the order of their ids; ``cursor`` is the last id that was looked at before.

    What no index finds is looked for among some thousand routers at a time, so that a page costs
    no more in a larger fleet: it may be short, even empty, and have a page after it.
    """
    c = routers.c.router_id
    query = select_routers().where(*_conditions(wanted)).order_by(c).limit(limit + 1)
    if cursor is not None:
        query = query.where(c > cursor)
    bound = None
    if wanted.where is not None or wanted.q or wanted.model:
        looked = select(c).order_by(c).offset(LOOKED_AT - 1).limit(1)
        looked = looked if cursor is None else looked.where(c > cursor)
        bound = connection.execute(looked).scalar_one_or_none()
    if bound is not None:
        query = query.where(c <= bound)
    rows = connection.execute(query).all()
    items = [_router_row(row) for row in rows[:limit]]
    return Page(items, items[-1].router_id if len(rows) > limit else bound)


def quarantined(connection: Connection, limit: int) -> list[RouterRow]:
    """Unknown routers that asked to be served, the latest first."""
    query = select_routers().where(
        routers.c.enrolment == "quarantined", routers.c.last_inform_at.is_not(None)
    )
    latest = query.order_by(routers.c.last_inform_at.desc()).limit(limit)
    return [_router_row(row) for row in connection.execute(latest)]


def _conditions(wanted: RouterFilter) -> list[ColumnElement[bool]]:
    c = routers.c
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (c.verdict, wanted.verdict),
            (c.enrolment, wanted.enrolment),
            (c.segment, wanted.segment),
            (c.account, wanted.account),
        )
        if value is not None
    ]
    if wanted.model is not None:
        found.append(or_(c.model_name == wanted.model, c.product_class == wanted.model))
    if wanted.seen_since is not None:
        found.append(c.last_inform_at >= wanted.seen_since)
    if wanted.seen_before is not None:
        found.append(or_(c.last_inform_at.is_(None), c.last_inform_at < wanted.seen_before))
    if wanted.where is not None:
        found.append(condition(wanted.where, wanted.at))
    if wanted.q:
        texts = (c.router_id, c.serial_number, c.model_name, c.account, c.address)
        found.append(or_(*(text.icontains(wanted.q, autoescape=True) for text in texts)))
    return found


def subscriber(connection: Connection, account: str) -> SubscriberRow | None:
    """A subscriber with his routers."""
    row = connection.execute(
        select(subscribers).where(subscribers.c.account == account)
    ).one_or_none()
    if row is None:
        return None
    ids = tuple(router_ids_of(connection, account))
    return SubscriberRow(row.account, row.phone, row.login, ids, row.contract)


def router_ids_of(connection: Connection, account: str) -> list[str]:
    """Ids of a subscriber's routers."""
    query = select(routers.c.router_id).where(routers.c.account == account)
    return list(connection.execute(query.order_by(routers.c.router_id)).scalars())


def newest_verdict(connection: Connection, router_id: str) -> Verdict | None:
    """The newest verdict on a router."""
    body = connection.execute(_NEWEST_VERDICT, {"router_id": router_id}).scalar_one_or_none()
    return None if body is None else _decode_verdict(body)


def verdict_history(connection: Connection, router_id: str, limit: int) -> list[Verdict]:
    """Verdicts on a router, newest first; each as it was last renewed."""
    query = (
        select(verdicts.c.body)
        .where(verdicts.c.router_id == router_id)
        .order_by(verdicts.c.since.desc())
        .limit(limit)
    )
    return [_decode_verdict(body) for body in connection.execute(query).scalars()]


def verdict_counts(connection: Connection) -> dict[Action | None, int]:
    """Enrolled routers by their newest verdict's action; None: not judged yet."""
    query = (
        select(routers.c.verdict, func.count())
        .where(routers.c.enrolment == "enrolled")
        .group_by(routers.c.verdict)
    )
    return {cast("Action | None", action): count for action, count in connection.execute(query)}


def segment_counts(connection: Connection, now: float, offline_after: float) -> list[SegmentCounts]:
    """Counts of every segment's enrolled routers."""
    c = routers.c
    offline = or_(c.last_inform_at.is_(None), c.last_inform_at < now - offline_after)
    in_error = and_(c.verdict.is_not(None), c.verdict != "none")
    query = (
        select(
            c.segment,
            func.count(),
            *(
                func.sum(case((condition, 1), else_=0))
                for condition in (offline, in_error, c.own_boot_at >= now - 600)
            ),
        )
        .where(c.segment.is_not(None), c.enrolment == "enrolled")
        .group_by(c.segment)
        .order_by(c.segment)
    )
    return [SegmentCounts(*row) for row in connection.execute(query)]


def connection_target(connection: Connection, box: Box, router_id: str) -> ConnectionTarget | None:
    """Where to send a connection request; None until the router has credentials of ours."""
    row = connection.execute(_TARGET, {"router_id": router_id}).one_or_none()
    if row is None or row.connection_secret is None:
        return None
    pair = _decode_pair(box.open(row.connection_secret, f"{router_id}/connection"))
    return ConnectionTarget(
        row.connection_request_url,
        row.address,
        *pair,
        way=row.way,
        refused=bool(row.refused),
        udp_address=row.udp_address or "",
        stun_address=row.stun_address or "",
        jabber_id=row.jabber_id or "",
    )


def plan(connection: Connection, plan_key: str) -> bytes | None:
    """An encoded collection plan."""
    return connection.execute(_PLAN, {"plan_key": plan_key}).scalar_one_or_none()
