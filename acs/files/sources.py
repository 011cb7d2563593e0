"""Where bytes for routers come from: a file on disk, or the pattern of a throughput test."""

import contextlib
import os
import random
from pathlib import Path

from twisted.internet.defer import Deferred, succeed

from acs.files.threads import InThread

_NOW_OR_NEVER: int | None = getattr(os, "RWF_NOWAIT", None)  # Linux has it
# Bytes that no link on the way can compress; the same at each start, so a test can be repeated.
_PATTERN = random.Random(143).randbytes(65_536)  # noqa: S311 - nothing secret


class FileSource:
    """A stretch of a file.

    Args:
        path: of the file; it is opened in the thread of the first read.
        first: byte to begin with.
        in_thread: runs what blocks.
    """

    def __init__(self, path: Path, first: int, in_thread: InThread) -> None:
        self._path = path
        self._at = first
        self._in_thread = in_thread
        self._file = -1
        self._closed = False
        self._reading = False

    def open(self) -> Deferred[None]:
        """Open the file.

        The Deferred fails with OSError when it cannot be read.
        """
        return self._in_thread(self._open)

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self, count: int) -> Deferred[bytes]:
        """The next bytes; none at the file's end."""
        data = self._at_hand(count)
        if data:
            self._at += len(data)
            return succeed(data)
        self._reading = True
        return self._in_thread(os.pread, self._file, count, self._at).addBoth(self._read)

    def _at_hand(self, count: int) -> bytes:
        """What the system has in memory: many routers load the same file, the disk reads it once.

        A trip through a thread costs more than such a read. Empty: it has nothing, or cannot say.
        """
        if _NOW_OR_NEVER is None:
            return b""
        data = bytearray(count)
        with contextlib.suppress(OSError):
            return bytes(data[: os.preadv(self._file, [data], self._at, _NOW_OR_NEVER)])
        return b""

    def _read(self, found: bytes) -> bytes:
        self._reading = False
        if self._closed:
            self._close()
        elif isinstance(found, bytes):
            self._at += len(found)
        return found

    def close(self) -> None:
        """Let go of the file, once no thread reads it any more."""
        self._closed = True
        if not self._reading:
            self._close()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class PatternSource:
    """So many bytes as are asked for, of no meaning."""

    def read(self, count: int) -> Deferred[bytes]:
        """The next bytes."""
        return succeed(_PATTERN[:count])

    def close(self) -> None:
        """There is nothing to let go of."""
