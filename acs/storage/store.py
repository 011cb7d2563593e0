"""The store: everything the daemon remembers, as calls that return Deferreds.

Deferreds of writes fire after the COMMIT that holds them. Statements are elsewhere.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from acs.audit import ACT, Act, in_act
from acs.commands import Command, Proposal
from acs.facts import Fact, Noted
from acs.storage import (
    auditing,
    commanding,
    files,
    identities,
    incidents,
    models,
    partitions,
    retention,
    rotating,
    sessions,
    switches,
    targets,
    tokens,
)
from acs.storage.auditing import Told
from acs.storage.cohorts import CohortBook
from acs.storage.commanding import Guard
from acs.storage.database import Database, as_storage_error
from acs.storage.file_rows import FileRow, UploadRow
from acs.storage.guarding import Gatherer
from acs.storage.learned import Learned
from acs.storage.news import Listeners, NewsBook
from acs.storage.reads import Reads
from acs.storage.rows import Page, RouterFilter, SavedSession, Token, Windowed
from acs.storage.secrets import Box
from acs.storage.settings import CommandTimes, Retention, StorageSettings
from acs.storage.statements import Statements
from acs.storage.switches import prepare_switches
from acs.storage.targets import TargetRow
from acs.storage.upgrading import upgrade_database
from acs.storage.webhook_book import WebhookBook
from acs.storage.work import SecretMaker, Tools
from acs.storage.writer import Deliver, Item, Writer, WriterMetrics

DEFAULT_TIMES = CommandTimes()

__all__ = ["Guard", "Page", "RouterFilter", "Store", "Windowed"]

P = ParamSpec("P")
T = TypeVar("T")


class Store(Reads):
    """Opened with ``Store.open``; its methods are called in one thread, the Deferreds' own.

    Every Deferred may fail with ``StorageUnavailableError`` (try again later), ``FactRefusedError``
    (never will it be stored) or ``StorageClosedError``.

    Attributes:
        learned: policies, trials of actions and what they were worth.
        cohorts: firmwares compared.
        tokens_removed: changes whenever this process removes a token.
        news: the log of events.
        webhooks: who is told of them, and how that went.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer,
        tools: Tools,
        deliver: Deliver,
        listeners: Listeners,
    ) -> None:
        super().__init__(database, tools.box, deliver)
        self._writer = writer
        self._gatherer = Gatherer(tools.times)
        self._tools = tools
        self.learned = Learned(self._read, self._put_learned)
        self.cohorts = CohortBook(database, self._read, self._put)
        self.news = NewsBook(self._read, listeners)
        self.tokens_removed = 0
        self.webhooks = WebhookBook(tools.box, self._read, self._put_told)

    @classmethod
    def open(
        cls,
        settings: StorageSettings,
        *,
        deliver: Deliver,
        key: bytes,
        soon: Deliver | None = None,
        metrics: WriterMetrics | None = None,
        times: CommandTimes = DEFAULT_TIMES,
    ) -> "Store":
        """Open the database, upgrading its schema first. Blocks.

        Args:
            settings: where it is.
            deliver: runs a function in the Deferreds' thread (``reactor.callFromThread``).
            key: of stored secrets, 32 bytes.
            soon: runs a function in that thread a little later (an event loop's ``call_soon``).
            metrics: told of each commit.
            times: deadlines of commands.

        Raises:
            StorageUnavailableError: the database cannot be reached or written.
            NewerSchemaError: it was written by a newer release.
            WrongKeyError: its secrets were sealed with another key.
            KeyFileError: the key has a wrong length.
        """
        box = Box(key)
        database = Database(
            settings.url,
            busy_timeout=settings.busy_timeout,
            readers=settings.readers,
            pooled=settings.pooled,
        )
        try:
            upgrade_database(database)
            if not database.is_sqlite:
                with database.readers.connect() as connection:
                    partitions.tend(connection, settings.retention.samples)
            prepare_switches(database, box)
            tools = Tools(Statements(database), box, times, SecretMaker(secrets.token_hex))
        except Exception as error:
            database.close()
            raise as_storage_error(error) from error
        listeners = Listeners()
        writer = Writer(
            database,
            tools,
            lock=switches.lock_reboots,
            deliver=deliver,
            soon=soon,
            metrics=metrics,
            told=listeners.wake,
        )
        return cls(database, writer, tools, deliver, listeners)

    def close(self) -> None:
        """Write all that waits, finish reads, close the database. Blocks; may be called twice."""
        self._writer.close()
        self._close_readers()
        self._database.close()

    # --- writes -------------------------------------------------------------------------------

    def commit(self, facts: Sequence[Fact]) -> Deferred[tuple[object, ...]]:
        """Make facts durable, all of them or none. The result has one value for each fact.

        ``RouterRecord`` for ``Informed``, ``Windowed`` for ``Sampled``, whether the row is new for
        ``Judged``, the changed ``Command`` (None if the fact did not fit) for facts of commands,
        None for all else.
        """
        done: Deferred[tuple[object, ...]] = Deferred()
        told = None
        if ACT.get() is not None and (values := auditing.of_facts(facts)) is not None:
            told = _told(values, facts[0].router_id)
        self._writer.put(
            Item(facts, told=told, done=in_act(done.callback), failed=in_act(done.errback))
        )
        return done

    def commit_then(
        self,
        facts: Sequence[Fact],
        done: Callable[[tuple[object, ...]], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """As ``commit``; ``done`` or ``failed`` is called, which costs less than a Deferred.

        What they raise is logged and goes no further.
        """
        self._writer.put(Item(facts, done=done, failed=failed))

    def propose(self, proposal: Proposal, guard: Guard) -> Deferred[Command]:
        """Store a command, queued or refused; ``guard`` runs inside the transaction.

        Fails with FactRefusedError when the router is not known.
        """
        act = ACT.get()
        if proposal.asked_by == "policy":
            act = Act(who="policy", channel="daemon", what="propose", at=proposal.at)
        told = None
        if act is not None:
            act.is_told = True
            told = Told(act, proposal.router_id, {})
        call = commanding.propose
        return self._put(
            lambda c: call(c, self._gatherer, self._tools.box, proposal, guard),
            guarded=True,
            told=told,
        )

    def claim(self, router_id: str, now: float, guard: Guard) -> Deferred[Command | None]:
        """The router's oldest queued command that may go out, recorded as sent at ``now``.

        ``guard`` is asked again about what disturbs the router or cannot be undone.
        None: there is nothing to send.
        """
        call = rotating.claim
        return self._guarded(call, self._gatherer, self._tools, router_id, now, guard=guard)

    def claim_targets(
        self, now: float, limit: int, lease: str, until: float
    ) -> Deferred[tuple[TargetRow, ...]]:
        """Up to so many polled devices that are due, leased until a time to whoever asks."""
        return self._write(targets.claim_targets, now, limit, lease, until)

    def target_addresses(self) -> Deferred[frozenset[str]]:
        """The addresses of all polled devices."""
        return self._read(targets.addresses)

    def targets_at(self, address: str) -> Deferred[tuple[TargetRow, ...]]:
        """The polled devices at an address."""
        return self._read(targets.targets_at, address)

    def hasten_targets(self, now: float, router_id: str | None = None) -> Deferred[int]:
        """Have a router's polled devices looked at now: a command is queued. How many there are.

        Without a router: those of all routers with queued commands.
        """
        return self._write(targets.hasten_targets, now, router_id)

    def set_stop(self, stopped: bool, by: str, now: float, reason: str = "") -> Deferred[None]:  # noqa: FBT001 - reads as store.set_stop(True, by=…)
        """Set or lift the kill switch of reboots."""
        call = switches.stop_reboots
        told = _told({"reboots_stopped": stopped, "reason": reason})
        return self._put(
            lambda c: call(c, stopped=stopped, by=by, now=now, reason=reason),
            guarded=True,
            told=told,
        )

    def trust_identity(self, router_id: str, by: str, now: float) -> Deferred[None]:
        """An operator says that no other device has this router's identity (any more).

        Fails with FactRefusedError when the router is not known.
        """
        return self._trust((router_id,), {"by": by}, now).addCallback(lambda _: None)

    def settle_identities(self, now: float) -> Deferred[tuple[str, ...]]:
        """Trust the identities again that were in doubt and have been quiet long enough; whose."""
        quiet = self._read(identities.quiet, now)
        detail: dict[str, object] = {"quiet_days": round(identities.QUIET / 86_400)}
        return quiet.addCallback(lambda ids: self._trust(ids, detail, now))

    def _trust(
        self, ids: tuple[str, ...], detail: dict[str, object], now: float
    ) -> Deferred[tuple[str, ...]]:
        kind = identities.CLEARED
        facts = [Noted(router_id=id_, at=now, kind=kind, detail=detail) for id_ in ids]
        return self.commit(facts).addCallback(lambda _: ids)

    def save_session(
        self, cookie_hash: str, router_id: str, state: bytes, expires_at: float
    ) -> Deferred[None]:
        """Save a suspended session."""
        session = SavedSession(router_id, state, expires_at)
        return self._write(
            sessions.save_session, self._database, self._tools.box, cookie_hash, session
        )

    def take_session(self, cookie_hash: str, now: float) -> Deferred[SavedSession | None]:
        """Take a suspended session: exactly one caller gets it."""
        return self._write(sessions.take_session, self._tools.box, cookie_hash, now)

    def add_token(
        self,
        token_hash: str,
        scopes: Sequence[str],
        name: str,
        expires_at: float | None,
        now: float,
        *,
        account: str | None = None,
    ) -> Deferred[None]:
        """Add a token. Fails with FactRefusedError when the name is taken."""
        token = Token(name, tuple(scopes), now, expires_at, account)
        whose = {} if account is None else {"account": account}
        made = {"token": name, "scopes": list(scopes), "expires_at": expires_at}
        told = _told({**made, **whose})
        return self._put(lambda c: tokens.add_token(c, token_hash, token), told=told)

    def remove_token(self, name: str) -> Deferred[bool]:
        """Remove a token; whether there was one."""
        told = _told({"token_removed": name})
        self.tokens_removed += 1

        def removed(found: bool) -> bool:  # noqa: FBT001 - a callback's result
            self.tokens_removed += 1
            return found

        return self._put(lambda c: tokens.remove_token(c, name), told=told).addCallback(removed)

    def keep_intervals(self, found: Mapping[str, float]) -> Deferred[None]:
        """Remember how often routers inform, seconds."""
        return self._write(incidents.keep_intervals, self._database, found)

    def add_file(self, row: FileRow) -> Deferred[None]:
        """Add a file to the catalogue, under an id of its own."""
        told = _told({"file": row.file_id, "name": row.name, "sha256": row.sha256})
        return self._put(lambda c: files.add_file(c, row), told=told)

    def remove_file(self, file_id: str) -> Deferred[bool]:
        """Take a file out of the catalogue; whether it was there."""
        told = _told({"file_removed": file_id})
        return self._put(lambda c: files.remove_file(c, file_id), told=told)

    def add_upload(self, row: UploadRow) -> Deferred[bool]:
        """Record an upload; False if there is one of that command. FactRefusedError: no router."""
        return self._write(files.add_upload, row)

    def remove_upload(self, router_id: str, command_id: str) -> Deferred[bool]:
        """Forget an upload; whether it was known."""
        told = _told({"upload_removed": command_id}, router_id)
        return self._put(lambda c: files.remove_upload(c, router_id, command_id), told=told)

    def put_datamodel(self, summary: models.ModelSummary, body: bytes) -> Deferred[None]:
        """Store a data model in place of one of the same name."""
        told = _told({"datamodel": summary.name})
        return self._put(lambda c: models.put_model(c, self._database, summary, body), told=told)

    def remove_datamodel(self, name: str) -> Deferred[bool]:
        """Remove a data model; whether there was one."""
        told = _told({"datamodel_removed": name})
        return self._put(lambda c: models.remove_model(c, name), told=told)

    def record_refusal(self, act: Act, values: Mapping[str, object]) -> Deferred[None]:
        """An act that was refused before anything was stored; ``values`` say why."""
        told = Told(act, "", values, outcome="refused")
        return self._put(lambda _: None, told=told)

    def prune(self, now: float, kept: Retention, limit: int) -> Deferred[int]:
        """Delete up to ``limit`` outdated rows; how many were.

        PostgreSQL's stretches of samples are made and dropped first, whole and beyond that limit.
        """
        if self._database.is_sqlite:
            return self._write(retention.prune, now, kept, limit)
        tended = self._read(partitions.tend, kept.samples)
        return tended.addCallback(lambda _: self._write(retention.prune, now, kept, limit))

    def _write(
        self,
        call: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        return self._put(lambda c: call(c, *args, **kwargs))

    def _guarded(
        self,
        call: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        return self._put(lambda c: call(c, *args, **kwargs), guarded=True)

    def _put(
        self,
        call: Callable[[Connection], object],
        *,
        guarded: bool = False,
        told: Told | None = None,
    ) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self._writer.put(
            Item(
                call=call,
                guarded=guarded,
                told=told,
                done=in_act(done.callback),
                failed=in_act(done.errback),
            )
        )
        return done

    def _put_told(
        self, call: Callable[[Connection], object], told: dict[str, object] | None = None
    ) -> Deferred[Any]:
        return self._put(call, told=None if told is None else _told(told))

    def _put_learned(
        self, call: Callable[[Connection], object], told: dict[str, object] | None = None
    ) -> Deferred[Any]:
        return self._put(call, guarded=True, told=None if told is None else _told(told))


def _told(values: Mapping[str, object], about: str = "") -> Told | None:
    """What the audit log is to tell; None: nobody is at it but the daemon itself."""
    act = ACT.get()
    if act is None:
        return None
    act.is_told = True
    return Told(act, about, values)
