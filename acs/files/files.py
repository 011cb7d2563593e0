"""The file server as the daemon and the API hold it: listener, catalogue, links, housekeeping.

It joins the parts of this room; their rules are theirs.
"""

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThreadPool

from acs.commands import CommandKind
from acs.files.catalogue import check_target, kind_of, name_of, ouis_of
from acs.files.listener import Listener
from acs.files.preparing import Arguments, Preparer, Preparing, Propose
from acs.files.serving import FileHandler
from acs.files.settings import FileSettings, base_url
from acs.files.shelf import STALE, Draft, Shelf
from acs.files.signing import Signer
from acs.files.telemetry import FileMetrics
from acs.files.threads import InThread
from acs.listening import address_of
from acs.storage.file_rows import FileRow, UploadRow
from acs.storage.store import Store
from acs.tls.listeners import TlsListeners

log = structlog.get_logger("files")

_BACKLOG = 512
_AT_ONCE = 200  # uploads that one round of housekeeping looks at


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a file when it is added; see ``FileRow``. ``kind`` may be a short name."""

    name: str
    kind: str
    manufacturer: str = ""
    oui: str = ""
    product_class: str = ""
    model: str = ""
    version: str = ""
    note: str = ""


class Files:
    """The file server.

    Args:
        store: catalogue, uploads, commands.
        settings: of the file server.
        key: links' keys are derived from it.
        folder: where the files lie.
        beside: ``listen`` of the CWMP listener, which routers reach.
        clock: provides IReactorTime.
        in_thread: runs what blocks.
        metrics: counters.
        now: Unix seconds UTC.
    """

    def __init__(
        self,
        store: Store,
        settings: FileSettings,
        key: bytes,
        *,
        folder: Path,
        beside: str,
        clock: Any,
        in_thread: InThread,
        metrics: FileMetrics,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._settings = settings
        self._beside = beside
        self._in_thread = in_thread
        self._now = now
        self._port: Any = None
        self._secure_port: Any = None
        self._shelf = Shelf(folder, settings.free_space)
        signer = Signer(key)
        self._preparer = Preparer(store, signer, settings, self.base)
        handler = FileHandler(store, self._shelf, signer, settings, in_thread=in_thread, now=now)
        self.listener = Listener(handler, settings, clock=clock, now=now, metrics=metrics)

    @classmethod
    def on(
        cls,
        reactor: Any,
        store: Store,
        settings: FileSettings,
        key: bytes,
        *,
        database: str,
        beside: str,
        metrics: FileMetrics,
        tls: TlsListeners | None = None,
    ) -> "Files":
        """The file server of a daemon; it listens, unless it is switched off.

        Raises:
            twisted.internet.error.CannotListenError: the address is taken or not ours.
            CertificateError: the certificate cannot be used.
        """
        files = cls(
            store,
            settings,
            key,
            folder=settings.folder(database),
            beside=beside,
            clock=reactor,
            in_thread=partial(deferToThreadPool, reactor, reactor.getThreadPool()),
            metrics=metrics,
        )
        if settings.enabled:
            host, port = address_of(settings.listen)
            files.listening(
                reactor.listenTCP(port, files.listener, backlog=_BACKLOG, interface=host)
            )
        if settings.enabled and settings.tls.listen and tls is not None:
            host, port = address_of(settings.tls.listen)
            secured = tls.over("files", settings.tls, files.listener)
            files.listening(
                reactor.listenTCP(port, secured, backlog=_BACKLOG, interface=host), secure=True
            )
        return files

    # --- the listener -------------------------------------------------------------------------

    def listening(self, port: Any, *, secure: bool = False) -> None:
        """The listener listens on this port (IListeningPort), with TLS if ``secure``."""
        if secure:
            self._secure_port = port
        else:
            self._port = port

    def base(self) -> str:
        """The URL that routers reach; empty: nobody said which, or nothing listens."""
        if self._port is None:
            return ""
        secure = self._secure_port
        secure_port = 0 if secure is None else secure.getHost().port
        return base_url(self._settings, self._port.getHost().port, self._beside, secure_port)

    async def stop(self, patience: float) -> None:
        """Take no more connections, let transfers end for some seconds, then cut them off."""
        ports = (self._port, self._secure_port)
        self._port = self._secure_port = None
        for port in ports:
            if port is not None:
                await maybeDeferred(port.stopListening)
        await self.listener.drain(patience)

    # --- links --------------------------------------------------------------------------------

    def prepare(
        self,
        kind: CommandKind,
        router_id: str,
        command_id: str,
        arguments: Mapping[str, object],
        now: float,
    ) -> Deferred[Arguments]:
        """See ``Preparer.prepare``."""
        return self._preparer.prepare(kind, router_id, command_id, arguments, now)

    def proposing(self, propose: Propose) -> Preparing:
        """``propose`` with its arguments prepared first."""
        return Preparing(self._preparer, propose, self._now)

    # --- the catalogue ------------------------------------------------------------------------

    def begin(self, entry: Entry, asked_by: str) -> "Deferred[Incoming]":
        """Begin to add a file.

        Raises:
            BadEntryError: the catalogue does not take it.

        The Deferred fails with DiskFullError when there is no room.
        """
        row = FileRow(
            file_id=secrets.token_hex(6),
            name=name_of(entry.name),
            kind=kind_of(entry.kind),
            manufacturer=entry.manufacturer.strip(),
            oui=ouis_of(entry.oui),
            product_class=entry.product_class.strip(),
            model=entry.model.strip(),
            version=entry.version.strip(),
            sha256="",
            size=0,
            added_at=self._now(),
            added_by=asked_by,
            note=entry.note,
        )
        check_target(row)
        draft = self._in_thread(self._shelf.draft, self._settings.file_limit)
        return draft.addCallback(
            lambda made: Incoming(row, made, self._store, self._shelf, self._in_thread)
        )

    def remove(self, file_id: str) -> Deferred[bool]:
        """Take a file out of the catalogue and delete it; whether it was there."""
        return Deferred.fromCoroutine(self._remove(file_id))

    async def _remove(self, file_id: str) -> bool:
        if not await self._store.remove_file(file_id):
            return False
        await self._in_thread(self._shelf.remove, "files", file_id)
        return True

    def path_of(self, upload: UploadRow) -> Path:
        """Where an upload lies."""
        return self._shelf.path("uploads", upload.path)

    # --- housekeeping -------------------------------------------------------------------------

    async def tidy(self) -> None:
        """Delete what is kept no longer: old uploads, drafts and files that nothing refers to."""
        now = self._now()
        old = await self._store.old_uploads(now - self._settings.keep_uploads, _AT_ONCE)
        for row in old:  # the row first: a file that is left over is found below
            await self._store.remove_upload(row.router_id, row.command_id)
            await self._in_thread(self._shelf.remove, "uploads", row.path)
        drafts = await self._in_thread(self._shelf.sweep, now)
        known = {row.file_id for row in await self._store.files()}
        lost = set(await self._in_thread(self._shelf.ids, "files")) - known
        gone = await self._in_thread(self._remove_stale, "files", lost, now)
        names = await self._in_thread(self._shelf.ids, "uploads")
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            left = set(some) - await self._store.known_uploads(some)
            gone += await self._in_thread(self._remove_stale, "uploads", left, now)
        if old or drafts or gone:
            log.info("files.tidied", uploads=len(old), drafts=drafts, orphans=gone)

    def _remove_stale(self, room: Any, names: set[str], now: float) -> int:
        # A file lies in its place a moment before its row is stored; a day is long enough.
        gone = 0
        for name in names:
            if self._shelf.age(room, name, now) > STALE:
                with contextlib.suppress(OSError):
                    self._shelf.remove(room, name)
                    gone += 1
        return gone


class Incoming:
    """A file that is being added. Ended by ``drop``, whether it was kept or not."""

    def __init__(
        self, row: FileRow, draft: Draft, store: Store, shelf: Shelf, in_thread: InThread
    ) -> None:
        self._row = row
        self._draft = draft
        self._store = store
        self._shelf = shelf
        self._in_thread = in_thread

    @property
    def sha256(self) -> str:
        """Of the bytes so far, hexadecimal."""
        return self._draft.sha256

    def write(self, data: bytes) -> Deferred[None]:
        """Add bytes; await it before the next call. Fails with TooLargeError or DiskFullError."""
        return self._in_thread(self._draft.write, data)

    def keep(self) -> Deferred[FileRow]:
        """Make the file durable and put it into the catalogue. Fails with DiskFullError."""
        return Deferred.fromCoroutine(self._keep())

    async def _keep(self) -> FileRow:
        row = msgspec.structs.replace(self._row, sha256=self._draft.sha256, size=self._draft.size)
        await self._in_thread(self._draft.keep, "files", row.file_id)
        try:
            await self._store.add_file(row)
        except BaseException:
            await self._in_thread(self._shelf.remove, "files", row.file_id)
            raise
        return row

    def drop(self) -> Deferred[None]:
        """Leave nothing behind; to be called after ``keep``, too, and after whatever failed."""
        return self._in_thread(self._draft.drop)
