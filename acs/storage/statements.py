"""The statements that applying facts needs, compiled once for the database. No facts here."""

from typing import Any

from sqlalchemy import BindParameter, Table, bindparam, exists, literal_column, select, update

from acs.storage import schema, state
from acs.storage.database import Database, Prepared
from acs.storage.schema import commands, routers, windows


class Statements:
    """Prepared statements; each one's parameters are in the order of its columns."""

    def __init__(self, database: Database) -> None:
        self.database = database
        queued = exists().where(
            commands.c.router_id == routers.c.router_id,
            commands.c.state == literal_column("'queued'"),  # a literal: it has a partial index
        )
        columns = [
            queued if name == "commands_waiting" else routers.c[name] for name in state.LOADED
        ]
        # Rows are locked in one order, so that two nodes do not wait for each other.
        self.load_routers: dict[int, Prepared] = {}
        for width in state.WIDTHS:
            load = select(*columns[:width]).where(database.among(routers.c.router_id))
            if not database.is_sqlite:
                load = load.order_by(routers.c.router_id).with_for_update(of=routers)
            self.load_routers[width] = database.prepare(load)
        self.load_windows = database.prepare(
            select(windows.c.router_id, windows.c.part, windows.c.body).where(
                database.among(windows.c.router_id)
            )
        )
        one = schema.subscribers.c
        self.load_subscriber = database.prepare(
            select(one.phone, one.login, one.contract).where(one.account == bindparam("account"))
        )
        self.insert_router = self._inserting(routers, state.COLUMNS)
        self.update_inform = self._updating(state.INFORM_COLUMNS)
        self.update_moved = self._updating(state.MOVED_COLUMNS)
        self.update_sample = self._updating(state.SAMPLE_COLUMNS)
        self.update_verdict = self._updating(state.VERDICT_COLUMNS)
        self.update_all = self._updating(state.COLUMNS[1:])
        self.update_credentials = self._updating(("username", "ha1"))
        self.insert_sample = database.prepare(
            database.insert(schema.samples).on_conflict_do_nothing()
        )
        self.insert_event = database.prepare(database.insert(schema.events))
        self.insert_contact = database.prepare(database.insert(schema.contacts))
        self.upsert_window = database.prepare(database.upsert(windows))
        self.upsert_verdict = database.prepare(database.upsert(schema.verdicts))
        self.upsert_plan = database.prepare(database.upsert(schema.plans))
        self.upsert_subscriber = database.prepare(database.upsert(schema.subscribers))

    def _inserting(self, table: Table, names: tuple[str, ...]) -> Prepared:
        values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in names}
        return self.database.prepare(self.database.insert(table).values(values))

    def _updating(self, names: tuple[str, ...]) -> Prepared:
        values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in names}
        key: BindParameter[str] = bindparam(f"{state.KEY}router_id")
        return self.database.prepare(
            update(routers).where(routers.c.router_id == key).values(values)
        )
