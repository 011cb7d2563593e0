"""Whom a caller means: subscribers and routers by whatever name he gives. Exact names only."""

import contextlib
import re
from ipaddress import ip_address
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from acs.storage.schema import routers, subscribers

MOST = 20  # that are named where several are meant
_PHONE = re.compile(r"\+?[\d\s().-]+")
_MAC = re.compile(
    r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)
_NATIONAL = 10  # digits of a number without its country: what stands before is written in many ways
_SHORTEST = 5


Name = Literal["account", "phone", "login", "router_id", "serial_number", "mac", "address"]


class Found(msgspec.Struct, frozen=True):
    """Somebody who may be meant.

    Attributes:
        matched: by what: ``account``, ``phone``, ``login``, ``router_id``, ``serial_number``,
            ``mac`` or ``address``.
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


def find(connection: Connection, text: str) -> list[Found]:
    """All who may be meant by a name, ``MOST`` of them; empty: nobody has it."""
    accounts: dict[str, list[Name]] = {}
    named: dict[str, list[Name]] = {}
    conditions: tuple[tuple[Name, ColumnElement[bool] | None], ...]
    c = subscribers.c
    key = "" if _is_address(text) else phone_key(text)  # whose digits would be somebody's
    conditions = (
        ("account", c.account == text),
        ("login", c.login == text),
        ("phone", c.phone_key == key if key else None),
    )
    for by, condition in conditions:
        if condition is not None:
            for account in connection.execute(
                select(c.account).where(condition).order_by(c.account).limit(MOST + 1)
            ).scalars():
                accounts.setdefault(account, []).append(by)
    r = routers.c
    for name, values in _router_names(text):
        column = {"router_id": r.router_id, "address": r.address}.get(name, r.serial_number)
        for router_id in connection.execute(
            select(r.router_id).where(column.in_(values)).order_by(r.router_id).limit(MOST + 1)
        ).scalars():
            named.setdefault(router_id, []).append(name)
    return _together(connection, accounts, named)[: MOST + 1]


def _is_address(text: str) -> bool:
    """Whether it is an IP address, or a MAC address written in groups."""
    try:
        ip_address(text)
    except ValueError:
        return bool(_MAC.fullmatch(text)) and not text.isalnum()
    return True


def _router_names(text: str) -> list[tuple[Name, list[str]]]:
    """By which columns a router may be known so, and how it would be written there."""
    names: list[tuple[Name, list[str]]] = [
        ("router_id", [text]),
        ("serial_number", sorted({text, text.upper(), text.lower()})),
    ]
    if _MAC.fullmatch(text):
        bare = re.sub(r"[.:-]", "", text).upper()
        pairs = [bare[at : at + 2] for at in range(0, 12, 2)]
        written = {bare, ":".join(pairs), "-".join(pairs)}
        names.append(("mac", sorted({*written, *(each.lower() for each in written)})))
    with contextlib.suppress(ValueError):
        names.append(("address", [str(ip_address(text))]))
    return names


def _together(
    connection: Connection, accounts: dict[str, list[Name]], named: dict[str, list[Name]]
) -> list[Found]:
    """Each subscriber once, and the routers that are nobody's."""
    r = routers.c
    whose = {
        row.router_id: row.account
        for row in connection.execute(
            select(r.router_id, r.account).where(r.router_id.in_(list(named)))
        )
    }
    found = []
    for account, by in accounts.items():
        query = select(r.router_id).where(r.account == account).order_by(r.router_id)
        ids = tuple(connection.execute(query).scalars())
        more = [each for router_id in ids for each in named.get(router_id, ())]
        found.append(Found(tuple(dict.fromkeys((*by, *more))), account, ids))
    for router_id, names in named.items():
        owner = whose.get(router_id)
        if owner is None or owner not in accounts:
            found.append(Found(tuple(dict.fromkeys(names)), owner, (router_id,)))
    return found
