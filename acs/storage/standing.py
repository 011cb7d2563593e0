"""All that a status shows of routers, in one read: a hop to another thread costs more than a query.

What is said of it belongs elsewhere. The statements are the driver's own, compiled once: this is
read hundreds of times a second.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    Boolean,
    Connection,
    Double,
    Integer,
    Select,
    Text,
    bindparam,
    select,
)

from acs.commands import Command, OpenIncident
from acs.storage import incidents
from acs.storage.command_rows import command_from
from acs.storage.database import Database
from acs.storage.database import Row as Parameters
from acs.storage.reading import router_row, select_routers
from acs.storage.reading_history import contact_from
from acs.storage.rows import ContactRow, RouterRow, SubscriberRow
from acs.storage.schema import commands, contacts, routers, subscribers, verdicts
from diagnostics.verdict import Verdict

LAST = 10  # commands and contacts
_MONTH = 30 * 86_400.0
_decode_verdict = msgspec.msgpack.Decoder(Verdict).decode


class Standing(msgspec.Struct, frozen=True):
    """A router with what was judged of it and done about it lately, newest first.

    Attributes:
        commands: the last ten.
        contacts: the last ten of a month.
        incident: that its place has or had within the last day.
    """

    row: RouterRow
    verdict: Verdict | None
    commands: tuple[Command, ...]
    contacts: tuple[ContactRow, ...]
    incident: OpenIncident | None


class _Query:
    """A SELECT on the driver, whose rows come as dicts with booleans that are ones."""

    def __init__(self, database: Database, statement: Select[Any]) -> None:
        self._run = database.prepare(statement)
        self._fixed = statement.compile(dialect=database.writer.dialect).params  # LIMIT 1, OFFSET 0
        columns = statement.selected_columns
        self._names = [column.name for column in columns]
        self._flags = [column.name for column in columns if isinstance(column.type, Boolean)]

    def rows(self, connection: Connection, **given: object) -> list[dict[str, Any]]:
        """All rows; parameters by their names."""
        values = {**self._fixed, **given}
        parameters: Parameters = tuple(values[key] for key in self._run.keys)
        found = [
            dict(zip(self._names, each, strict=True))
            for each in self._run.rows(connection, parameters)
        ]
        for row in found:
            for name in self._flags:
                if row[name] is not None:
                    row[name] = bool(row[name])
        return found


class Standings:
    """Reads them.

    Args:
        database: whose statements are compiled.
    """

    def __init__(self, database: Database) -> None:
        key: BindParameter[str] = bindparam("router_id", type_=Text)
        account: BindParameter[str] = bindparam("account", type_=Text)
        most: BindParameter[int] = bindparam("most", type_=Integer)
        since: BindParameter[float] = bindparam("since", type_=Double)
        judged = select_routers().add_columns(verdicts.c.body)
        c, k = commands.c, contacts.c
        self._one = _Query(database, judged.where(routers.c.router_id == key))
        his = judged.where(routers.c.account == account).order_by(routers.c.router_id)
        self._his = _Query(database, his)
        self._subscriber = _Query(
            database, select(subscribers).where(subscribers.c.account == account)
        )
        self._commands = _Query(
            database,
            select(commands)
            .where(c.router_id == key)
            .order_by(c.at.desc(), c.command_id.desc())
            .limit(most),
        )
        self._contacts = _Query(
            database,
            select(contacts)
            .where(k.router_id == key, k.at >= since)
            .order_by(k.number.desc())
            .limit(most),
        )
        self._incident = _Query(database, incidents.LATEST)

    def of_router(self, connection: Connection, router_id: str, now: float) -> Standing | None:
        """What is known of one router; None if it is unknown."""
        with connection.begin():
            rows = self._one.rows(connection, router_id=router_id)
            return self._standing(connection, rows[0], now) if rows else None

    def of_subscriber(
        self, connection: Connection, account: str, now: float
    ) -> tuple[SubscriberRow, tuple[Standing, ...]] | None:
        """A subscriber with what is known of each of his routers; None if he is unknown."""
        with connection.begin():
            found = self._subscriber.rows(connection, account=account)
            if not found:
                return None
            rows = self._his.rows(connection, account=account)
            his = tuple(self._standing(connection, row, now) for row in rows)
        (who,) = found
        ids = tuple(each.row.router_id for each in his)
        return SubscriberRow(account, who["phone"], who["login"], ids, who["contract"]), his

    def _standing(self, connection: Connection, values: dict[str, Any], now: float) -> Standing:
        body, key = values.pop("body"), values["router_id"]
        done = self._commands.rows(connection, router_id=key, most=LAST)
        made = self._contacts.rows(connection, router_id=key, most=LAST, since=now - _MONTH)
        since = now - incidents.REMEMBERED
        incident = self._incident.rows(connection, router_id=key, since=since)
        return Standing(
            router_row(values),
            None if body is None else _decode_verdict(body),
            tuple(map(command_from, done)),
            tuple(map(contact_from, made)),
            OpenIncident(*incident[0].values()) if incident else None,
        )
