"""The directory of files: drafts that grow and are then kept whole, or leave nothing behind.

All calls block; no paths come from outside, only ids. No rows, no sockets.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Room = Literal["files", "uploads"]
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DRAFTS = "drafts"
STALE = 86_400.0  # seconds after which a draft belongs to no process that still runs


class BadIdError(ValueError):
    """No file can have this id."""


class TooLargeError(Exception):
    """The file would have more bytes than are allowed."""


class DiskFullError(Exception):
    """There is no room for the file."""


class KeptAlreadyError(Exception):
    """There is a file of this id."""


class DraftEndedError(Exception):
    """The draft was kept or dropped."""


class Shelf:
    """Files by room and id.

    Args:
        folder: holds all; made when the first file comes.
        free_space: bytes of the file system that stay free.
    """

    def __init__(self, folder: Path, free_space: int = 0) -> None:
        self._folder = folder
        self._free_space = free_space

    def path(self, room: Room, file_id: str) -> Path:
        """Where a file lies, or would.

        Raises:
            BadIdError: the id is none.
        """
        if _ID.fullmatch(file_id) is None:
            raise BadIdError(f"{file_id!r} is no id of a file")
        return self._folder / room / file_id

    def draft(self, limit: int) -> "Draft":
        """A new file that may grow to ``limit`` bytes.

        Raises:
            DiskFullError: there is no room for any byte of it.
            OSError: the directory cannot be written.
        """
        self.check_room(0)
        with _full_disk():
            for room in ("files", "uploads", _DRAFTS):
                (self._folder / room).mkdir(mode=0o700, parents=True, exist_ok=True)
            return Draft(self, self._folder / _DRAFTS / secrets.token_hex(16), limit)

    def check_room(self, size: int) -> None:
        """See that so many more bytes leave enough of the file system free.

        Raises:
            DiskFullError: they do not.
        """
        if not self._free_space:
            return
        at = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
        room = os.statvfs(at)
        if room.f_bavail * room.f_frsize - size < self._free_space:
            raise DiskFullError(f"{at}: fewer than {self._free_space} bytes would stay free")

    def remove(self, room: Room, file_id: str) -> None:
        """Delete a file, if it is there."""
        self.path(room, file_id).unlink(missing_ok=True)

    def ids(self, room: Room) -> list[str]:
        """Ids of all files in a room."""
        folder = self._folder / room
        return sorted(entry.name for entry in os.scandir(folder)) if folder.is_dir() else []

    def age(self, room: Room, file_id: str, now: float) -> float:
        """Seconds since a file was written; 0 if there is none."""
        try:
            return now - self.path(room, file_id).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def sweep(self, now: float) -> int:
        """Delete drafts that nobody finished; how many."""
        folder = self._folder / _DRAFTS
        gone = 0
        for entry in os.scandir(folder) if folder.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                if now - entry.stat().st_mtime > STALE:
                    Path(entry.path).unlink()
                    gone += 1
        return gone


class Draft:
    """A file that is being written. Ended by ``drop``, whether it was kept or not.

    Attributes:
        size: bytes so far.
    """

    def __init__(self, shelf: Shelf, path: Path, limit: int) -> None:
        self._shelf = shelf
        self._path = path
        self._limit = limit
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()  # a number of a closed file may be another file's at once
        self.size = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    @property
    def sha256(self) -> str:
        """Of the bytes so far, hexadecimal."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Add bytes.

        Raises:
            TooLargeError: the limit is passed.
            DiskFullError: they find no room.
            DraftEndedError: it is too late.
        """
        with self._lock:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if self._file < 0:
            raise DraftEndedError("the draft has ended")
        if self.size + len(data) > self._limit:
            raise TooLargeError(f"more than {self._limit} bytes")
        self._shelf.check_room(len(data))
        with _full_disk():
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        self._hash.update(data)
        self.size += len(data)

    def keep(self, room: Room, file_id: str) -> None:
        """Make the file durable and give it its place; nothing is replaced.

        Raises:
            KeptAlreadyError: there is a file of this id.
            DiskFullError: the last bytes find no room.
            DraftEndedError: it was dropped.
        """
        target = self._shelf.path(room, file_id)
        with self._lock, _full_disk():
            if self._file < 0:
                raise DraftEndedError("the draft has ended")
            os.fsync(self._file)
            try:
                os.link(self._path, target)
            except FileExistsError as error:
                raise KeptAlreadyError(f"there is a file {file_id}") from error
            _sync_folder(target.parent)

    def drop(self) -> None:
        """Leave nothing behind but what was kept; may be called again, in whatever thread."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
                self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(f"no room for the file: {error.strerror}") from error
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
