"""What a run of facts reads and writes: loaded at once, changed in memory, written at once.

The appliers change it; nothing else does. It lives inside one transaction.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection

from acs.facts import (
    BindingSeen,
    ConnectionSecret,
    Fact,
    Informed,
    Judged,
    ReachLearned,
    Sampled,
    TargetRead,
    WayWorked,
)
from acs.identity import parts_of
from acs.storage import news
from acs.storage import state as states
from acs.storage.database import Row
from acs.storage.errors import FactRefusedError
from acs.storage.rows import Enrolment
from acs.storage.secrets import Box
from acs.storage.settings import CommandTimes
from acs.storage.state import RouterState, row_maker
from acs.storage.statements import Statements
from acs.storage.windows import PAST, RECENT, decode_window, fold_window
from diagnostics.history import CorruptWindow, History
from diagnostics.sample import Sample

_WIDTHS: dict[type, int] = {
    Informed: states.FOR_INFORM,
    Sampled: states.FOR_SAMPLE,
    Judged: states.FOR_VERDICT,
    ReachLearned: states.FOR_VERDICT,
    BindingSeen: states.FOR_VERDICT,
    WayWorked: states.FOR_VERDICT,
    TargetRead: states.FOR_INFORM,
}
LONGEST_ID = 1600  # characters; PostgreSQL indexes 2,704 bytes at most

encode = msgspec.msgpack.Encoder().encode


class Tools(msgspec.Struct, frozen=True):
    """What stays the same from batch to batch."""

    statements: Statements
    box: Box
    times: CommandTimes
    new_secret: "SecretMaker"

    def __repr__(self) -> str:
        return "Tools()"


class SecretMaker(msgspec.Struct, frozen=True):
    """Makes up connection-request credentials; ``random`` gives so many hexadecimal bytes."""

    random: Any  # Callable[[int], str]; msgspec knows no callables

    def __call__(self) -> ConnectionSecret:
        """A new pair."""
        return ConnectionSecret(f"acs-{self.random(6)}", self.random(16))


class Work:
    """Rows read and to be written for a run of facts."""

    def __init__(self, connection: Connection, tools: Tools) -> None:
        self.connection = connection
        self.tools = tools
        self.routers: dict[str, RouterState] = {}
        self.windows: dict[str, History] = {}
        self.bodies: dict[str, list[bytes]] = {}
        self.changed_pasts: set[str] = set()
        self.samples: list[Row] = []
        self.events: list[Row] = []
        self.contacts: list[Row] = []
        self.verdicts: dict[tuple[str, float], Row] = {}
        self.plans: dict[str, Row] = {}
        self.trees: list[Callable[[], None]] = []  # changes of trees, in order
        self.reaches: list[Callable[[], None]] = []  # changes of them, in order
        self.subscribers: dict[str, Row] = {}
        self.credentials: list[Row] = []
        self.are_rotations: bool | None = None  # of credentials, if that was asked
        # of the item that is being applied:
        self.informed: Informed | None = None
        self.informed_before: float | None = None

    def load(self, facts: Iterable[Fact]) -> None:
        """Read all that the facts may need, with one statement for each table."""
        widths: dict[str, int] = {}
        sampled = set()
        for fact in facts:
            router_id, kind = fact.router_id, type(fact)
            width = _WIDTHS.get(kind, states.WHOLE)
            if width > widths.get(router_id, 0):
                widths[router_id] = width
            if kind is Sampled:
                sampled.add(router_id)
        for width in set(widths.values()):
            self._load_routers([id_ for id_, wanted in widths.items() if wanted == width], width)
        if sampled:
            self._load_windows(sampled)

    def _load_routers(self, ids: list[str], width: int) -> None:
        statements = self.tools.statements
        parameters = (statements.database.ids(ids),)
        for row in statements.load_routers[width].rows(self.connection, parameters):
            state = self.routers[row[0]] = RouterState(*row)
            state.width = width

    def _load_windows(self, ids: set[str]) -> None:
        statements = self.tools.statements
        parameters = (statements.database.ids(ids),)
        for router_id, part, body in statements.load_windows.rows(self.connection, parameters):
            self.bodies.setdefault(router_id, [b"", b""])[part] = body

    def widen(self, state: RouterState) -> None:
        """Load the columns that were left out; needed before ``state.ALL`` is written."""
        if state.width < states.WHOLE:
            statements = self.tools.statements
            parameters = (statements.database.ids([state.router_id]),)
            (row,) = statements.load_routers[states.WHOLE].rows(self.connection, parameters)
            for name, value in zip(states.LOADED[state.width :], row[state.width :], strict=True):
                setattr(state, name, value)
            state.width = states.WHOLE

    def begin_item(self) -> None:
        """The next facts belong to another item."""
        self.informed = None
        self.informed_before = None

    def router(self, router_id: str) -> RouterState:
        """The router's row.

        Raises:
            FactRefusedError: there is none.
        """
        state = self.routers.get(router_id)
        if state is None:
            raise FactRefusedError(f"no router {router_id!r} is known")
        return state

    def router_or_new(self, router_id: str, at: float, enrolment: Enrolment) -> RouterState:
        """The router's row, made if there is none.

        Raises:
            FactRefusedError: the id cannot be a key.
        """
        state = self.routers.get(router_id)
        if state is None:
            if not router_id or len(router_id) > LONGEST_ID or "\0" in router_id:
                raise FactRefusedError(
                    f"a router id of {len(router_id)} characters; allowed are 1 to {LONGEST_ID}"
                )
            oui, *product_class, serial_number = ("", *parts_of(router_id))[-3:]
            state = self.routers[router_id] = RouterState(
                router_id,
                enrolment=enrolment,
                first_seen_at=at,
                oui=oui,
                product_class="".join(product_class),
                serial_number=serial_number,
                width=states.WHOLE,
                is_new=True,
            )
        return state

    def subscriber(self, account: str) -> tuple[str, str, str] | None:
        """Phone, login and contract of a subscriber; None if he is unknown."""
        changed = self.subscribers.get(account)
        if changed is not None:
            _, phone, login, _, contract = changed
            return phone, login, contract
        rows = self.tools.statements.load_subscriber.rows(self.connection, (account,))
        return None if not rows else rows[0]

    def extend_window(self, router_id: str, sample: Sample) -> History:
        """Add a sample to the router's window."""
        history = self.windows.get(router_id)
        if history is None:
            recent, past = self.bodies.get(router_id, (b"", b""))
            history = decode_window(self.connection, router_id, recent, past)
        try:
            past_changed = history.extend(sample)
        except CorruptWindow:  # found late: the past is only read when a bucket closes
            history = fold_window(self.connection, router_id)
            history.extend(sample)
            past_changed = True
        self.windows[router_id] = history
        if past_changed:
            self.changed_pasts.add(router_id)
        return history

    def event(self, state: RouterState, at: float, kind: str, detail: dict[str, object]) -> None:
        """Write a row of the router's events; some kinds are told to other systems, too."""
        if kind in news.OF_EVENTS:
            news.tell(self.connection, at, news.OF_EVENTS[kind], state.router_id, detail)
        self.widen(state)
        self.events.append((state.router_id, state.next_number(), at, kind, encode(detail)))

    def flush(self) -> None:
        """Write all that changed."""
        self._flush_routers()
        run, connection = self.tools.statements, self.connection
        run.insert_sample.many(connection, self.samples)
        run.upsert_window.many(connection, self._window_rows())
        run.upsert_verdict.many(connection, list(self.verdicts.values()))
        run.insert_event.many(connection, self.events)
        run.insert_contact.many(connection, self.contacts)
        run.upsert_plan.many(connection, list(self.plans.values()))
        run.upsert_subscriber.many(connection, list(self.subscribers.values()))
        run.update_credentials.many(connection, self.credentials)
        for change in self.reaches:
            change()
        for change in self.trees:
            change()

    def _flush_routers(self) -> None:
        run, connection = self.tools.statements, self.connection
        new, sample, verdict, whole = [], [], [], []
        inform: list[RouterState] = []
        moved: list[RouterState] = []
        for state in self.routers.values():
            dirty = state.dirty
            if state.is_new:
                new.append(state)
            elif dirty & states.ALL:
                assert state.width == states.WHOLE
                whole.append(state)
            else:
                if dirty & states.INFORM:
                    (moved if dirty & states.MOVED else inform).append(state)
                if dirty & states.SAMPLE:
                    sample.append(state)
                if dirty & states.VERDICT:
                    verdict.append(state)
        for statement, changed in (
            (run.insert_router, new),
            (run.update_all, whole),
            (run.update_inform, inform),
            (run.update_moved, moved),
            (run.update_sample, sample),
            (run.update_verdict, verdict),
        ):
            if changed:
                statement.many(connection, [*map(row_maker(statement.keys), changed)])

    def _window_rows(self) -> list[Row]:
        rows: list[Row] = []
        for router_id, history in self.windows.items():
            rows.append((router_id, RECENT, history.encode_recent()))
            if router_id in self.changed_pasts:
                rows.append((router_id, PAST, history.encode_past()))
        return rows
