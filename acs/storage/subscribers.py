"""Whose routers are whose and where they hang, as reads. How that is changed: ``apply_placed``."""

from collections.abc import Collection

import msgspec
from sqlalchemy import BindParameter, Connection, Text, bindparam, select

from acs.storage.rows import Page
from acs.storage.schema import routers, subscribers

_r, _s = routers.c, subscribers.c


class Belonging(msgspec.Struct, frozen=True):
    """Where a router hangs and whose it is. None and "": not known."""

    router_id: str
    serial_number: str
    account: str | None
    segment: str | None
    switch_port: str | None
    address_prefix: str | None
    access: str | None
    utc_offset: int


class Listed(msgspec.Struct, frozen=True):
    """A subscriber with his routers, in the order of their ids."""

    account: str
    phone: str
    login: str
    contract: str
    routers: tuple[Belonging, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What is known of some routers and subscribers.

    Attributes:
        routers: by id.
        named: ids of the routers that have a serial number; several may.
        subscribers: without their routers, by account.
    """

    routers: dict[str, Belonging]
    named: dict[str, tuple[str, ...]]
    subscribers: dict[str, Listed]


def _among(name: str) -> BindParameter[str]:
    return bindparam(name, expanding=True, type_=Text)


_BELONGINGS = select(*(_r[name] for name in Belonging.__struct_fields__))
_BY_ID = _BELONGINGS.where(_r.router_id.in_(_among("ids")))
_BY_SERIAL = _BELONGINGS.where(_r.serial_number.in_(_among("serials")))
_OF_ACCOUNTS = _BELONGINGS.where(_r.account.in_(_among("accounts"))).order_by(_r.router_id)
_SUBSCRIBERS = select(_s.account, _s.phone, _s.login, _s.contract)
_BY_ACCOUNT = _SUBSCRIBERS.where(_s.account.in_(_among("accounts")))


def known(
    connection: Connection,
    ids: Collection[str],
    serials: Collection[str],
    accounts: Collection[str],
) -> Known:
    """What is known of some hundred routers, by id or serial number, and of subscribers."""
    found: dict[str, Belonging] = {}
    named: dict[str, tuple[str, ...]] = {}
    if ids:
        for row in connection.execute(_BY_ID, {"ids": list(ids)}):
            found[row.router_id] = Belonging(*row)
    if serials:
        for row in connection.execute(_BY_SERIAL, {"serials": list(serials)}):
            each = found[row.router_id] = Belonging(*row)
            named[each.serial_number] = (*named.get(each.serial_number, ()), each.router_id)
    asked = {*accounts, *(each.account for each in found.values() if each.account)}
    rows = connection.execute(_BY_ACCOUNT, {"accounts": list(asked)}) if asked else ()
    return Known(found, named, {row.account: Listed(*row) for row in rows})


def subscriber(connection: Connection, account: str) -> Listed | None:
    """One subscriber with his routers; None if he is unknown."""
    rows = connection.execute(_BY_ACCOUNT, {"accounts": [account]}).all()
    return _with_routers(connection, [Listed(*row) for row in rows])[0] if rows else None


def page(connection: Connection, limit: int, cursor: str | None) -> Page[Listed]:
    """Subscribers in the order of their accounts; ``cursor`` is the last of the page before."""
    query = _SUBSCRIBERS.order_by(_s.account).limit(limit + 1)
    if cursor is not None:
        query = query.where(_s.account > cursor)
    rows = [Listed(*row) for row in connection.execute(query)]
    items = _with_routers(connection, rows[:limit])
    return Page(items, items[-1].account if len(rows) > limit else None)


def _with_routers(connection: Connection, listed: list[Listed]) -> list[Listed]:
    his: dict[str | None, list[Belonging]] = {}
    accounts = [each.account for each in listed]
    rows = connection.execute(_OF_ACCOUNTS, {"accounts": accounts}) if accounts else ()
    for row in rows:
        his.setdefault(row.account, []).append(Belonging(*row))
    return [
        msgspec.structs.replace(each, routers=tuple(his.get(each.account, ()))) for each in listed
    ]
