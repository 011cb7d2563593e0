"""The store's reads: each runs in a small pool of threads and returns a Deferred.

They see what was committed when they began.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, text
from twisted.internet.defer import Deferred

from acs.audit import Entry, in_act
from acs.commands import Command, CommandState, OpenIncident
from acs.storage import (
    auditing,
    credentials,
    files,
    finding,
    incidents,
    models,
    overview,
    reading,
    reading_history,
    subscribers,
    switches,
    targets,
    timeline,
    tokens,
    tree_reading,
)
from acs.storage.database import Database, as_storage_error
from acs.storage.errors import StorageClosedError
from acs.storage.file_rows import FileRow, UploadRow
from acs.storage.finding import Found
from acs.storage.incident_rows import AttendanceRow, IncidentMember, IncidentRow
from acs.storage.rows import (
    ConnectionTarget,
    ContactRow,
    Credential,
    EventRow,
    Page,
    Remedy,
    RouterFilter,
    RouterRow,
    SegmentCounts,
    SubscriberRow,
    Token,
    Windowed,
)
from acs.storage.secrets import Box
from acs.storage.standing import Standing, Standings
from acs.storage.subscribers import Known as KnownOwners
from acs.storage.timeline import Moment
from acs.storage.tree_reading import Known, TreeQuery, TreeRows
from acs.storage.writer import Deliver
from diagnostics.history import History
from diagnostics.sample import Sample
from diagnostics.verdict import Action, Verdict

P = ParamSpec("P")
T = TypeVar("T")


class Reads:
    """Reads of a database.

    Args:
        database: where to read.
        box: opens stored secrets.
        deliver: runs a function in the Deferreds' thread.
    """

    def __init__(self, database: Database, box: Box, deliver: Deliver) -> None:
        self._database = database
        self._box = box
        self._deliver = deliver
        self._pool = ThreadPoolExecutor(database.reader_count, "acs-reader")
        self._reads_closed = False
        self._standings = Standings(database)

    def _close_readers(self) -> None:
        self._reads_closed = True
        self._pool.shutdown()

    def _read(
        self, call: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        done: Deferred[T] = Deferred()
        if self._reads_closed:
            done.errback(StorageClosedError("storage is closed"))
            return done

        answer, fail = in_act(done.callback), in_act(done.errback)

        def read() -> None:
            try:
                with self._database.readers.connect() as connection:
                    found = call(connection, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
                failure = as_storage_error(error)
                self._deliver(lambda: _tell(fail, failure))
            else:
                self._deliver(lambda: _tell(answer, found))

        self._pool.submit(read)
        return done

    def ping(self) -> Deferred[None]:
        """Whether the database answers; fails when not."""

        def ping(connection: Connection) -> None:
            connection.execute(text("SELECT 1"))

        return self._read(ping)

    def audit(self, query: auditing.Query) -> Deferred[list[Entry]]:
        """Entries of the audit log."""
        return self._read(auditing.entries, query)

    # --- routers ------------------------------------------------------------------------------

    def router(self, router_id: str) -> Deferred[RouterRow | None]:
        """One router."""
        return self._read(reading.router, router_id)

    def routers(
        self, wanted: RouterFilter, limit: int, cursor: str | None
    ) -> Deferred[Page[RouterRow]]:
        """Routers in the order of their ids, page by page."""
        return self._read(reading.list_routers, wanted, limit, cursor)

    def quarantined(self, limit: int) -> Deferred[list[RouterRow]]:
        """Unknown routers that asked to be served, the latest first."""
        return self._read(reading.quarantined, limit)

    def subscriber(self, account: str) -> Deferred[SubscriberRow | None]:
        """A subscriber with his routers."""
        return self._read(reading.subscriber, account)

    def standing(self, router_id: str, now: float) -> Deferred[Standing | None]:
        """All that a status shows of a router; None if it is unknown."""
        return self._read(self._standings.of_router, router_id, now)

    def standings(
        self, account: str, now: float
    ) -> Deferred[tuple[SubscriberRow, tuple[Standing, ...]] | None]:
        """A subscriber with the same of each of his routers; None if he is unknown."""
        return self._read(self._standings.of_subscriber, account, now)

    def listed_subscriber(self, account: str) -> Deferred[subscribers.Listed | None]:
        """A subscriber with where his routers hang; None if he is unknown."""
        return self._read(subscribers.subscriber, account)

    def subscribers(self, limit: int, cursor: str | None) -> Deferred[Page[subscribers.Listed]]:
        """Subscribers in the order of their accounts, page by page."""
        return self._read(subscribers.page, limit, cursor)

    def belongings(
        self, ids: Collection[str], serials: Collection[str], accounts: Collection[str]
    ) -> Deferred[KnownOwners]:
        """What is known of some hundred routers and subscribers."""
        return self._read(subscribers.known, ids, serials, accounts)

    def router_ids_of(self, account: str) -> Deferred[list[str]]:
        """Ids of a subscriber's routers."""
        return self._read(reading.router_ids_of, account)

    def credential(self, username: str) -> Deferred[Credential | None]:
        """The enrolled router that a user name belongs to."""
        return self._read(credentials.credential, self._box, username)

    def certified(
        self, oui: str, product_class: str | None, serial_number: str
    ) -> Deferred[str | None]:
        """The one enrolled router that a certificate's names mean."""
        return self._read(credentials.certified, oui, product_class, serial_number)

    def known(self, ids: Sequence[str], names: Sequence[str]) -> Deferred[credentials.Known]:
        """What is known of some hundred routers and user names."""
        return self._read(credentials.known, ids, names)

    def connection_target(self, router_id: str) -> Deferred[ConnectionTarget | None]:
        """Where to send a connection request; None until the router has credentials of ours."""
        return self._read(reading.connection_target, self._box, router_id)

    def plan(self, plan_key: str) -> Deferred[bytes | None]:
        """An encoded collection plan."""
        return self._read(reading.plan, plan_key)

    def segments(self, now: float, offline_after: float) -> Deferred[list[SegmentCounts]]:
        """Counts of every segment's enrolled routers."""
        return self._read(reading.segment_counts, now, offline_after)

    def incident(self, incident_id: str) -> Deferred[IncidentRow | None]:
        """One incident."""
        return self._read(incidents.incident, incident_id)

    def incidents(
        self, *, closed: bool = False, limit: int = 1000, cursor: str | None = None
    ) -> Deferred[Page[IncidentRow]]:
        """Incidents, newest first, page by page; open ones, or all."""
        return self._read(incidents.list_incidents, closed=closed, limit=limit, cursor=cursor)

    def incident_members(self, incident_id: str) -> Deferred[list[IncidentMember]]:
        """The routers of an incident's place, the affected ones first."""
        return self._read(incidents.members, incident_id)

    def incident_page(
        self, incident_id: str, limit: int, cursor: str | None
    ) -> Deferred[Page[IncidentMember]]:
        """The same, page by page."""
        return self._read(incidents.member_page, incident_id, limit, cursor)

    def incident_of(self, router_id: str, now: float) -> Deferred[OpenIncident | None]:
        """The incident that a router's place has or had within the last day, an open one first."""
        return self._read(incidents.incident_of, router_id, now)

    def attendance(self, after: str, limit: int) -> Deferred[list[AttendanceRow]]:
        """When enrolled routers last informed, in the order of their ids, those after one."""
        return self._read(incidents.attendance, after, limit)

    def attendance_since(
        self, since: float, after: str, limit: int
    ) -> Deferred[list[AttendanceRow]]:
        """Enrolled routers that informed, booted or were judged anew since a time."""
        return self._read(incidents.attendance_since, since, after, limit)

    def tree(
        self, router_id: str, wanted: TreeQuery, limit: int, cursor: str | None
    ) -> Deferred[TreeRows | None]:
        """Entries of a router's tree, page by page; None when nothing is known of it."""
        return self._read(tree_reading.tree, router_id, wanted, limit, cursor)

    def known_paths(self, router_id: str, paths: Sequence[str]) -> Deferred[Known]:
        """What a router's tree says of single paths."""
        return self._read(tree_reading.known, router_id, paths)

    # --- readings and verdicts ----------------------------------------------------------------

    def verdict(self, router_id: str) -> Deferred[Verdict | None]:
        """The newest verdict on a router."""
        return self._read(reading.newest_verdict, router_id)

    def verdicts(self, router_id: str, limit: int) -> Deferred[list[Verdict]]:
        """Verdicts on a router, newest first; each as it was last renewed."""
        return self._read(reading.verdict_history, router_id, limit)

    def verdict_counts(self) -> Deferred[dict[Action | None, int]]:
        """Enrolled routers by their newest verdict's action; None: not judged yet."""
        return self._read(reading.verdict_counts)

    def verdicts_by_model(self) -> Deferred[list[overview.ModelCount]]:
        """Every model's enrolled routers by their newest verdict's action."""
        return self._read(overview.verdicts_by_model)

    def reboots_sent(self, since: float) -> Deferred[int]:
        """How many reboots were sent after a time (Unix seconds)."""
        return self._read(overview.reboots_sent, since)

    def window(self, router_id: str) -> Deferred[History]:
        """A router's window; empty before its first sample."""
        return self._read(reading_history.window, router_id)

    def windowed(self, router_id: str) -> Deferred[Windowed | None]:
        """A router's window and context; None if it is unknown."""
        return self._read(reading_history.windowed, router_id)

    def samples(
        self, router_id: str, since: float, until: float, limit: int
    ) -> Deferred[list[Sample]]:
        """The newest ``limit`` samples between two times (both included), oldest first."""
        return self._read(reading_history.list_samples, router_id, since, until, limit)

    # --- events, contacts, commands -----------------------------------------------------------

    def events(self, router_id: str, since: float, limit: int) -> Deferred[list[EventRow]]:
        """A router's events since a time, newest first."""
        return self._read(reading_history.list_events, router_id, since, limit)

    def find(self, text: str) -> Deferred[list[Found]]:
        """All who may be meant by an account, a telephone number, a serial number and so on."""
        return self._read(finding.find, text)

    def timeline(self, router_id: str, before: float, limit: int) -> Deferred[list[Moment]]:
        """What happened to a router before a time (Unix seconds), the newest first."""
        return self._read(timeline.timeline, router_id, before, limit)

    def remedies(self, since: float) -> Deferred[list[Remedy]]:
        """What was tried in contacts since then and how often it helped."""
        return self._read(reading_history.remedies, since)

    def contacts(self, router_id: str, since: float) -> Deferred[list[ContactRow]]:
        """Contacts about a router since a time, newest first."""
        return self._read(reading_history.list_contacts, router_id, since)

    def command(self, command_id: str) -> Deferred[Command | None]:
        """One command."""
        return self._read(reading_history.command, command_id)

    def commands(
        self,
        router_id: str | None,
        states: Sequence[CommandState] | None,
        limit: int,
        cursor: str | None,
    ) -> Deferred[Page[Command]]:
        """Commands, newest first, page by page; None: of any router, in any state."""
        return self._read(reading_history.list_commands, router_id, states, limit, cursor)

    def due_commands(self, now: float, limit: int) -> Deferred[list[Command]]:
        """Commands whose deadline has come, the most overdue first."""
        return self._read(reading_history.due_commands, now, limit)

    # --- files for routers --------------------------------------------------------------------

    def file(self, file_id: str) -> Deferred[FileRow | None]:
        """One file of the catalogue."""
        return self._read(files.file, file_id)

    def files(self) -> Deferred[list[FileRow]]:
        """The whole catalogue, the newest first."""
        return self._read(files.list_files)

    def upload(self, router_id: str, command_id: str) -> Deferred[UploadRow | None]:
        """What a router uploaded for one command."""
        return self._read(files.upload, router_id, command_id)

    def uploads(self, router_id: str, limit: int) -> Deferred[list[UploadRow]]:
        """A router's uploads, newest first."""
        return self._read(files.list_uploads, router_id, limit)

    def old_uploads(self, before: float, limit: int) -> Deferred[list[UploadRow]]:
        """Uploads from before a time, the oldest first."""
        return self._read(files.old_uploads, before, limit)

    def known_uploads(self, paths: Sequence[str]) -> Deferred[set[str]]:
        """Those of these paths that an upload has."""
        return self._read(files.known_uploads, paths)

    # --- operators ----------------------------------------------------------------------------

    def stopped(self) -> Deferred[switches.Stop]:
        """Whether an operator has stopped reboots, who, when and why."""
        return self._read(switches.reboots_stopped)

    def token_by_hash(self, token_hash: str) -> Deferred[Token | None]:
        """The token of a hash, expired or not."""
        return self._read(tokens.token_by_hash, token_hash)

    def tokens(self) -> Deferred[list[Token]]:
        """All tokens by name."""
        return self._read(tokens.list_tokens)

    def targets(
        self, after: tuple[str, str] = ("", ""), limit: int = 500, router_id: str | None = None
    ) -> Deferred[tuple[targets.TargetRow, ...]]:
        """Polled devices in order of router and name, those after a pair."""
        return self._read(targets.list_targets, after, limit, router_id)

    def datamodels(self) -> Deferred[list[models.ModelSummary]]:
        """All data models by name, without their contents."""
        return self._read(models.list_models)

    def datamodel(self, name: str) -> Deferred[bytes | None]:
        """A data model's contents."""
        return self._read(models.model_body, name)


def _tell(call: Callable[[T], object], value: T) -> None:
    call(value)
