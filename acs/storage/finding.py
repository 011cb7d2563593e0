"""Whom a caller means: subscribers and routers by whatever name he gives. Exact names only."""

import contextlib
import re
from ipaddress import ip_address
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    literal_column,
    select,
    union_all,
)

from acs.storage.schema import routers, subscribers

MOST = 20  # that are named where several are meant
_PHONE = re.compile(r"\+?[\d\s().-]+")
_MAC = re.compile(
    r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)
_NATIONAL = 10  # digits of a number without its country: what stands before is written in many ways
_SHORTEST = 5


Name = Literal[
    "account", "phone", "login", "contract", "router_id", "serial_number", "mac", "address"
]


class Found(msgspec.Struct, frozen=True):
    """Somebody who may be meant.

    Attributes:
        matched: by what: ``account``, ``phone``, ``login``, ``contract``, ``router_id``,
            ``serial_number``, ``mac`` or ``address``.
        account: the subscriber's; None: the router is nobody's.
        router_ids: his routers, or the one that was named.
    """

    matched: tuple[Name, ...]
    account: str | None
    router_ids: tuple[str, ...]


def phone_key(phone: str) -> str:
    """What of a telephone number does not depend on how it is written; empty: it is none.

    The last ten digits: ``+7 916 123-45-67``, ``8 (916) 1234567`` and ``9161234567`` are one.
    """
    if not _PHONE.fullmatch(phone.strip()):
        return ""
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return digits[-_NATIONAL:] if len(digits) >= _SHORTEST else ""


def _named(by: Name, column: ColumnElement[str], condition: ColumnElement[bool]) -> Select[Any]:
    few = select(column.label("name")).where(condition).order_by(column).limit(MOST + 1)
    return select(literal_column(f"'{by}'").label("by"), few.subquery().c.name)


def _p(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=Text)


_s, _r = subscribers.c, routers.c
# Built once: building a statement costs more than running it.
_ACCOUNTS = union_all(
    _named("account", _s.account, _s.account == _p("text")),
    _named("login", _s.account, _s.login == _p("text")),
    _named("contract", _s.account, _s.contract == _p("text")),
    _named("phone", _s.account, _s.phone_key == _p("key")),
)
_ROUTERS = union_all(
    _named("router_id", _r.router_id, _r.router_id == _p("text")),
    _named(
        "serial_number",
        _r.router_id,
        _r.serial_number.in_(bindparam("serials", expanding=True, type_=Text)),
    ),
    _named(
        "mac", _r.router_id, _r.serial_number.in_(bindparam("macs", expanding=True, type_=Text))
    ),
    _named("address", _r.router_id, _r.address == _p("address")),
)
_HIS = select(_r.router_id).where(_r.account == _p("account")).order_by(_r.router_id)
_WHOSE = select(_r.router_id, _r.account).where(
    _r.router_id.in_(bindparam("ids", expanding=True, type_=Text))
)


def find(connection: Connection, text: str) -> list[Found]:
    """All who may be meant by a name, ``MOST`` of them; empty: nobody has it."""
    accounts: dict[str, list[Name]] = {}
    named: dict[str, list[Name]] = {}
    # An address's digits would be somebody's number. No key, login or contract is None.
    key = None if _is_address(text) else phone_key(text) or None
    for by, account in connection.execute(_ACCOUNTS, {"text": text, "key": key}):
        accounts.setdefault(account, []).append(by)
    for by, router_id in connection.execute(_ROUTERS, {"text": text, **_router_names(text)}):
        named.setdefault(router_id, []).append(by)
    return _together(connection, accounts, named)[: MOST + 1]


def _is_address(text: str) -> bool:
    """Whether it is an IP address, or a MAC address written in groups."""
    try:
        ip_address(text)
    except ValueError:
        return bool(_MAC.fullmatch(text)) and not text.isalnum()
    return True


def _router_names(text: str) -> dict[str, Any]:
    """How a router that is known so would be written in the columns."""
    macs: list[str] = []
    address = None
    if _MAC.fullmatch(text):
        bare = re.sub(r"[.:-]", "", text).upper()
        pairs = [bare[at : at + 2] for at in range(0, 12, 2)]
        written = {bare, ":".join(pairs), "-".join(pairs)}
        macs = sorted({*written, *(each.lower() for each in written)})
    with contextlib.suppress(ValueError):
        address = str(ip_address(text))
    return {
        "serials": sorted({text, text.upper(), text.lower()}),
        "macs": macs,
        "address": address,
    }


def _together(
    connection: Connection, accounts: dict[str, list[Name]], named: dict[str, list[Name]]
) -> list[Found]:
    """Each subscriber once, and the routers that are nobody's."""
    rows = connection.execute(_WHOSE, {"ids": list(named)}) if named else ()
    whose: dict[str, str | None] = dict(map(tuple, rows))
    found = []
    for account, by in accounts.items():
        ids = tuple(connection.execute(_HIS, {"account": account}).scalars())
        more = [each for router_id in ids for each in named.get(router_id, ())]
        found.append(Found(tuple(dict.fromkeys((*by, *more))), account, ids))
    for router_id, names in named.items():
        owner = whose.get(router_id)
        if owner is None or owner not in accounts:
            found.append(Found(tuple(dict.fromkeys(names)), owner, (router_id,)))
    return found
