"""What a request to the file server means: its link is checked, then its file sent or taken.

It speaks to storage and the shelf; how bytes travel is ``http_connection``'s.
"""

import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from twisted.internet.defer import Deferred

from acs.commands import Command, CommandState
from acs.files.exchange import Answer, Decision, Kind, Plan, Receiving, Sending
from acs.files.http_reader import Head, HttpRefusedError
from acs.files.pacing import Throttle
from acs.files.ranges import UnsatisfiableError, wanted_range
from acs.files.settings import FileSettings
from acs.files.shelf import DiskFullError, Draft, Shelf
from acs.files.signing import BadSignatureError, ExpiredLinkError, Link, NoLinkError, Signer
from acs.files.sinks import DraftSink, NoSink
from acs.files.sources import FileSource, PatternSource
from acs.files.threads import InThread
from acs.storage.errors import FactRefusedError, StorageError
from acs.storage.file_rows import UploadRow
from acs.storage.store import Store

log = structlog.get_logger("files")

# A router may use a link from when its command is recorded as sent until that has ended. One that
# lapsed has not: the router may be slow.
_LIVE: tuple[CommandState, ...] = ("sent", "accepted", "confirmed", "unconfirmed")
_READS, _WRITES = ("GET", "HEAD"), ("PUT", "POST")
_ALLOWED = {"f": _READS, "u": _WRITES, "t": (*_READS, *_WRITES)}
_KINDS: dict[str, Kind] = {"f": "download", "u": "upload", "t": "test"}
_PRIVATE = (("Cache-Control", "private"), ("X-Content-Type-Options", "nosniff"))
Headers = tuple[tuple[str, str], ...]
_BYTES = ("Content-Type", "application/octet-stream")
_RETRY = (("Retry-After", "30"),)


class FileHandler:
    """Decides on requests.

    Args:
        store: commands, catalogue, uploads.
        shelf: the files themselves.
        signer: checks links.
        settings: limits and rates.
        in_thread: runs what blocks.
        now: Unix seconds UTC.
    """

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        signer: Signer,
        settings: FileSettings,
        *,
        in_thread: InThread,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._signer = signer
        self._settings = settings
        self._in_thread = in_thread
        self._now = now
        self._all = Throttle(settings.total_rate)
        self._tests = Throttle(settings.test_rate)
        self._uploading: set[str] = set()  # commands

    def decide(self, head: Head, peer: str) -> Deferred[Decision]:
        """What to do with a request; what its link does not give is refused."""
        return Deferred.fromCoroutine(self._decide(head, peer))

    async def _decide(self, head: Head, peer: str) -> Decision:
        try:
            link = self._signer.read(head.path, self._now())
        except NoLinkError:
            return Decision(Answer(404), "other")
        except BadSignatureError:
            log.debug("files.bad_signature", peer=peer)
            return Decision(Answer(403, "The link's signature is wrong."), "other")
        except ExpiredLinkError:
            return Decision(Answer(410, "The link has expired."), "other")
        kind = _KINDS[link.purpose]
        try:
            plan = await self._plan(head, link)
        except HttpRefusedError as error:
            headers = _RETRY if error.status in (503, 507) else ()
            plan = Answer(error.status, error.reason, headers)
        except StorageError as error:
            log.warning("files.storage_unavailable", command=link.command_id, error=str(error))
            plan = Answer(503, headers=_RETRY)
        return Decision(plan, kind, link.command_id)

    def _plan(self, head: Head, link: Link) -> Coroutine[Any, Any, Plan]:
        allowed = _ALLOWED[link.purpose]
        if head.method not in allowed:
            raise HttpRefusedError(405, f"Allowed here: {', '.join(allowed)}.")
        if link.purpose == "f":
            return self._download(head, link)
        if link.purpose == "u":
            return self._upload(head, link)
        return self._test(head, link)

    async def _command(self, link: Link) -> Command:
        command = await self._store.command(link.command_id)
        if command is None:
            raise HttpRefusedError(404, "The link's command is not known.")
        if command.state == "queued":
            raise HttpRefusedError(403, "The link's command has not been sent yet.")
        if command.state not in _LIVE:
            raise HttpRefusedError(410, "The link's command has ended.")
        return command

    # --- downloads ----------------------------------------------------------------------------

    async def _download(self, head: Head, link: Link) -> Plan:
        await self._command(link)
        row = await self._store.file(link.subject)
        if row is None:
            raise HttpRefusedError(404, "The file is not in the catalogue any more.")
        etag = f'"{row.sha256}"'
        headers: Headers = (*_PRIVATE, _BYTES, ("ETag", etag), ("Accept-Ranges", "bytes"))
        if head.text(b"if-none-match") == etag:
            return Answer(304, headers=headers, length=row.size)
        try:
            part = wanted_range(head.text(b"range"), head.text(b"if-range"), etag, row.size)
        except UnsatisfiableError as error:
            return Answer(416, headers=(("Content-Range", str(error)),))
        first, count = part or (0, row.size)
        status = 200
        if part is not None and head.method == "GET":  # RFC 9110, 14.2: for GET alone
            status = 206
            last = first + count - 1
            headers = (*headers, ("Content-Range", f"bytes {first}-{last}/{row.size}"))
        if head.method == "HEAD":
            return Answer(200, headers=headers, length=row.size)
        source = FileSource(self._shelf.path("files", row.file_id), first, self._in_thread)
        try:
            await source.open()
        except OSError as error:
            log.warning("files.unreadable", file=row.file_id, error=str(error))
            raise HttpRefusedError(500, "The file cannot be read.") from error
        return Sending(Answer(status, headers=headers), source, count, self._all)

    # --- uploads ------------------------------------------------------------------------------

    async def _upload(self, head: Head, link: Link) -> Plan:
        self._check_upload(head)
        command = await self._command(link)
        if await self._store.upload(command.router_id, command.command_id) is not None:
            raise HttpRefusedError(409, "There is an upload of this command already.")
        if command.command_id in self._uploading:
            raise HttpRefusedError(409, "An upload of this command is under way.")
        self._uploading.add(command.command_id)
        try:
            draft = await self._in_thread(self._draft, head.length or 0)
        except BaseException as error:
            self._uploading.discard(command.command_id)
            if isinstance(error, DiskFullError):
                log.warning("files.disk_full", error=str(error))
                raise HttpRefusedError(507, "There is no room for the upload.") from error
            raise
        sink = DraftSink(
            draft,
            lambda kept: Deferred.fromCoroutine(self._keep(kept, command)),
            lambda: self._uploading.discard(command.command_id),
            self._in_thread,
        )
        return Receiving(sink, self._all)

    def _check_upload(self, head: Head) -> None:
        if (head.length or 0) > self._settings.upload_limit:
            raise HttpRefusedError(413, "The upload is too large.")
        if (head.text(b"content-encoding") or "identity").lower() != "identity":
            raise HttpRefusedError(415, "Uploads are taken without Content-Encoding.")
        if (head.text(b"content-type") or "").lower().startswith("multipart/"):
            raise HttpRefusedError(415, "The file itself is the body, not a form.")

    def _draft(self, length: int) -> Draft:
        self._shelf.check_room(length)
        return self._shelf.draft(self._settings.upload_limit)

    async def _keep(self, draft: Draft, command: Command) -> Answer:
        """Make an upload durable, its row after its bytes; only then say that we have it."""
        path = secrets.token_hex(16)
        row = UploadRow(
            router_id=command.router_id,
            command_id=command.command_id,
            file_type=str(command.arguments.get("file_type", "")),
            sha256=draft.sha256,
            size=draft.size,
            at=self._now(),
            path=path,
        )
        await self._in_thread(draft.keep, "uploads", path)
        try:
            added = await self._store.add_upload(row)
        except StorageError as error:
            await self._in_thread(self._shelf.remove, "uploads", path)
            if isinstance(error, FactRefusedError):
                raise HttpRefusedError(409, "The upload cannot be recorded.") from error
            raise HttpRefusedError(503, "The upload cannot be recorded now.") from error
        if not added:
            await self._in_thread(self._shelf.remove, "uploads", path)
            raise HttpRefusedError(409, "There is an upload of this command already.")
        return Answer(201, "Received.")

    # --- throughput tests ---------------------------------------------------------------------

    async def _test(self, head: Head, link: Link) -> Plan:
        size = int(link.subject)
        if max(size, head.length or 0) > self._settings.test_limit:
            raise HttpRefusedError(413, "The test is too large.")
        await self._command(link)
        headers = (*_PRIVATE, _BYTES)
        if head.method == "GET":
            return Sending(Answer(200, headers=headers), PatternSource(), size, self._tests)
        if head.method == "HEAD":
            return Answer(200, headers=headers, length=size)
        return Receiving(NoSink(self._settings.test_limit), self._tests)
