"""Fleet filters as conditions of SQL, values bound. Their language is ``filter_language``."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, case, not_, or_

from acs.storage.filter_terms import All, Among, Either, Expression, Flag, Known, Not, Test
from acs.storage.schema import routers, verdicts

ONLINE = 7200.0  # seconds: twice the longest usual inform interval
_c = routers.c

_TEXTS: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {
        "id": _c.router_id,
        "serial": _c.serial_number,
        "oui": _c.oui,
        "manufacturer": _c.manufacturer,
        "model": case((_c.model_name != "", _c.model_name), else_=_c.product_class),
        "firmware": _c.software_version,
        "hardware": _c.hardware_version,
        "address": _c.address,
        "account": _c.account,
        "segment": _c.segment,
        "port": _c.switch_port,
        "access": _c.access,
        "verdict": _c.verdict,
        "cause": _c.cause,
    }
)
_MOMENTS: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {
        "uptime": _c.boot_at,
        "silence": _c.last_inform_at,
        "age": _c.first_seen_at,
        "reading": _c.collected_at,
        "judged": _c.verdict_since,
    }
)
_ORDER: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)
_MIRRORED: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "<": operator.gt,
        "<=": operator.ge,
        ">": operator.lt,
        ">=": operator.le,
    }
)


def condition(expression: Expression, now: float) -> ColumnElement[bool]:
    """The condition on ``routers`` (joined with their newest verdicts) at ``now``.

    It is true or false, never unknown: a test on what is not known is false, and ``not`` of that
    is true.
    """
    match expression:
        case Test(field, op, value):
            return _test(field, op, value, now)
        case Among(field, values):
            return _sure(_TEXTS[field], _TEXTS[field].in_(values))
        case Known(field):
            return _known(field)
        case Flag(field):
            return _flag(field, now)
        case Not(inner):
            return not_(condition(inner, now))
        case All(parts):
            return and_(*(condition(part, now) for part in parts))
        case Either(parts):
            return or_(*(condition(part, now) for part in parts))


def _test(field: str, op: str, value: str | float, now: float) -> ColumnElement[bool]:
    if field == "confidence":
        column = verdicts.c.confidence
        return _sure(column, _ORDER[op](column, value))
    if field in _MOMENTS:
        moment = _MOMENTS[field]  # older than 14 days: before that moment
        return _sure(moment, _MIRRORED[op](moment, now - float(value)))
    text = _TEXTS[field]
    if op in ("~", "!~"):
        is_like = _sure(text, text.ilike(_pattern(str(value)), escape="\\"))
        return is_like if op == "~" else not_(is_like)
    is_same = _sure(text, text == value)
    return is_same if op == "=" else not_(is_same)


def _sure(column: ColumnElement[Any], found: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(column.is_not(None), found)


def _known(field: str) -> ColumnElement[bool]:
    if field == "confidence":
        return verdicts.c.confidence.is_not(None)
    if field in _MOMENTS:
        return _MOMENTS[field].is_not(None)
    return _sure(_TEXTS[field], _TEXTS[field] != "")


def _flag(field: str, now: float) -> ColumnElement[bool]:
    if field == "online":
        return _sure(_c.last_inform_at, _c.last_inform_at >= now - ONLINE)
    if field == "ill":
        return _sure(_c.verdict, _c.verdict != "none")
    if field == "quarantined":
        return _c.enrolment == "quarantined"
    return _c.flapping.is_(True)


def _pattern(glob: str) -> str:
    """A pattern with ``*`` and ``?`` as one of LIKE."""
    escaped = glob.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")
