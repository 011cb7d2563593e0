"""Arguments of commands before they are stored: files and uploads become links that routers use.

Whether a file suits the router is checked here; what a command does with a link is not known.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from twisted.internet.defer import Deferred

from acs.commands import Command, CommandKind, new_command_id
from acs.files.catalogue import FIRMWARE, misfit
from acs.files.settings import FileSettings
from acs.files.signing import Link, NoLinkError, Purpose, Signer
from acs.storage.file_rows import FileRow
from acs.storage.store import Store

Arguments = dict[str, object]
_DOWNLOADS: tuple[CommandKind, ...] = ("download", "schedule_download")
_NEW_VERSION = "1"  # of the file types, the one that a router runs afterwards
_LONGEST_URL = 256  # TR-069 Amendment 6, A.3.2.8 and A.4.1.5


class NotPreparedError(Exception):
    """The command cannot be given; the text says why."""


class UnknownFileError(NotPreparedError):
    """The catalogue has no such file."""


class UnfitFileError(NotPreparedError):
    """The file is not for this router."""


class NoAddressError(NotPreparedError):
    """Nobody has said under which address routers reach the file server."""


class Propose(Protocol):
    """Stores a command under an id that was made before."""

    def __call__(  # noqa: D102 - the class says it
        self,
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool,
        arguments: Arguments,
        command_id: str,
    ) -> Deferred[Command]: ...


class Preparer:
    """Turns arguments that name files of ours into those that routers are given.

    Args:
        store: the catalogue and the routers.
        signer: makes links.
        settings: life of links, sizes of throughput tests.
        base: the URL that routers reach; empty: not known.
    """

    def __init__(
        self,
        store: Store,
        signer: Signer,
        settings: FileSettings,
        base: Callable[[], str],
    ) -> None:
        self._store = store
        self._signer = signer
        self._settings = settings
        self._base = base

    def prepare(
        self,
        kind: CommandKind,
        router_id: str,
        command_id: str,
        arguments: Mapping[str, object],
        now: float,
    ) -> Deferred[Arguments]:
        """The arguments with which a command is stored.

        A download that names a ``file`` gets its URL, type, size, name and version, as far as
        they are not given; ``force`` skips the check that the file is for the router. An upload
        without a URL gets one here. A throughput test without a URL gets one of ``size`` bytes.
        All else stays as it is.

        The Deferred fails with UnknownFileError, UnfitFileError, NoAddressError or LookupError
        (no such router).
        """
        return Deferred.fromCoroutine(
            self._prepare(kind, router_id, command_id, dict(arguments), now)
        )

    async def _prepare(
        self, kind: CommandKind, router_id: str, command_id: str, given: Arguments, now: float
    ) -> Arguments:
        force = bool(given.pop("force", False)) if kind in (*_DOWNLOADS, "software") else False
        until = now + _latest(given) + self._settings.link_lifetime
        if kind in _DOWNLOADS and given.get("file"):
            row = await self._suitable(str(given["file"]), router_id, force=force)
            return self._downloading(row, command_id, given, until)
        if kind == "upload" and not given.get("url"):
            return {**given, "url": self._url("u", "0", command_id, until, "upload.bin")}
        if kind == "diagnostic" and not given.get("url"):
            return self._testing(command_id, given, until)
        if kind == "software":
            return await self._software(router_id, command_id, given, until, force=force)
        return given

    async def _suitable(self, file_id: str, router_id: str, *, force: bool) -> FileRow:
        row = await self._store.file(file_id)
        if row is None:
            raise UnknownFileError(f"There is no file {file_id!r} in the catalogue.")
        router = await self._store.router(router_id)
        if router is None:
            raise LookupError(router_id)
        why = misfit(row, router)
        if why and not force:
            raise UnfitFileError(f"{why} With force it is sent all the same.")
        return row

    def _downloading(
        self, row: FileRow, command_id: str, given: Arguments, until: float
    ) -> Arguments:
        found: Arguments = {
            "file_type": row.kind,
            "file_size": row.size,
            "target_file_name": row.name,
        }
        if row.version and row.kind in FIRMWARE and row.kind.startswith(_NEW_VERSION):
            found["expect_version"] = row.version
        stated = {key: value for key, value in given.items() if value not in (None, "", 0)}
        url = self._url("f", row.file_id, command_id, until, row.name)
        return {**given, **found, **stated, "url": url}

    async def _software(
        self, router_id: str, command_id: str, given: Arguments, until: float, *, force: bool
    ) -> Arguments:
        operations = given.get("operations")
        if not isinstance(operations, list | tuple):
            return given
        made: list[object] = []
        for each in operations:
            operation = dict(cast("Mapping[str, object]", each))
            file_id = operation.get("file")
            if file_id:
                row = await self._suitable(str(file_id), router_id, force=force)
                operation["url"] = self._url("f", row.file_id, command_id, until, row.name)
            made.append(operation)
        return {**given, "operations": made}

    def _testing(self, command_id: str, given: Arguments, until: float) -> Arguments:
        """Arguments of a throughput test against this server (TR-143); others stay."""
        settings = self._settings
        if given.get("test") == "download":
            size = settings.test_download
            made: Arguments = {}
        elif given.get("test") == "upload":
            size = int(str(given.get("size") or settings.test_upload))
            made = {"size": size}
        else:
            return given
        if size > settings.test_limit:
            raise NotPreparedError(
                f"A test of {size} bytes: allowed are {settings.test_limit} ([files] test_limit)."
            )
        return {**given, **made, "url": self._url("t", str(size), command_id, until, "test.bin")}

    def _url(self, purpose: Purpose, subject: str, command_id: str, until: float, name: str) -> str:
        base = self._base()
        if not base:
            raise NoAddressError(
                "Routers cannot be told where to fetch or send files: set [files] public_url."
            )
        try:
            path = self._signer.path(Link(purpose, subject, command_id, int(until)))
        except NoLinkError as error:
            raise NotPreparedError(f"{error}.") from error
        url = f"{base}{path}/{name}"
        if len(url) > _LONGEST_URL:
            raise NotPreparedError(
                f"The link would have {len(url)} characters, routers take {_LONGEST_URL}: shorten "
                "[files] public_url or the file's name."
            )
        return url


def _latest(given: Arguments) -> float:
    """Seconds from sending a command to the latest moment that it begins its transfer."""
    delays: list[Any] = [given.get("delay")]
    windows = given.get("windows")
    for window in windows if isinstance(windows, list | tuple) else ():
        if isinstance(window, Mapping):
            delays += [window.get("end"), window.get("window_end")]
    return max((float(each) for each in delays if isinstance(each, int | float)), default=0.0)


class Preparing:
    """Stores commands with arguments that routers understand."""

    def __init__(self, preparer: Preparer, propose: Propose, now: Callable[[], float]) -> None:
        self._preparer = preparer
        self._propose = propose
        self._now = now

    def __call__(
        self,
        kind: CommandKind,
        router_id: str,
        asked_by: str,
        reason: str,
        *,
        consent: bool = False,
        arguments: Mapping[str, object] | None = None,
        command_id: str = "",
    ) -> Deferred[Command]:
        """Prepare the arguments, then propose; fails as either does."""
        now = self._now()
        command_id = command_id or new_command_id(now)
        prepared = self._preparer.prepare(kind, router_id, command_id, arguments or {}, now)
        return prepared.addCallback(
            lambda found: self._propose(
                kind,
                router_id,
                asked_by,
                reason,
                consent=consent,
                arguments=found,
                command_id=command_id,
            )
        )
