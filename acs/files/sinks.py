"""Where bytes of routers go: into a draft that becomes an upload, or nowhere (throughput tests)."""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.defer import Deferred, fail, succeed

from acs.files.exchange import Answer
from acs.files.http_reader import HttpRefusedError
from acs.files.shelf import DiskFullError, Draft, TooLargeError
from acs.files.threads import InThread

log = structlog.get_logger("files")


class DraftSink:
    """Writes into a draft, in another thread.

    Args:
        draft: where the bytes go; dropped unless ``keep`` keeps it.
        keep: called when all bytes came; says what to answer.
        ended: called once, when no more bytes are taken.
        in_thread: runs what blocks.
    """

    def __init__(
        self,
        draft: Draft,
        keep: Callable[[Draft], Deferred[Answer]],
        ended: Callable[[], None],
        in_thread: InThread,
    ) -> None:
        self._draft = draft
        self._keep = keep
        self._ended = ended
        self._in_thread = in_thread
        self._abandoned = False

    def write(self, data: bytes) -> Deferred[None]:
        """Add bytes; fails with HttpRefusedError (413, 507) when they do not fit."""
        return self._in_thread(self._draft.write, data).addErrback(refused)

    def finish(self) -> Deferred[Answer]:
        """Keep the draft, then say so."""
        return self._keep(self._draft).addErrback(refused)

    def abandon(self) -> None:
        """Let go of the draft; what was kept has another name and stays."""
        if self._abandoned:
            return
        self._abandoned = True
        self._ended()  # before the answer goes out: the peer may come again at once
        self._in_thread(self._draft.drop).addErrback(_undropped)


def _undropped(failure: Any) -> None:
    log.warning("files.draft_left", error=str(failure.value))


def refused(failure: Any) -> Any:
    """A draft's failure as what the peer is told."""
    error = failure.value
    if isinstance(error, TooLargeError):
        raise HttpRefusedError(413, "The upload is too large.") from error
    if isinstance(error, DiskFullError):
        log.warning("files.disk_full", error=str(error))
        raise HttpRefusedError(507, "There is no room for the upload.") from error
    return failure


class NoSink:
    """Takes bytes and forgets them.

    Args:
        limit: bytes at most.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit

    def write(self, data: bytes) -> Deferred[None]:
        """Forget bytes; fails with HttpRefusedError (413) beyond the limit."""
        self._left -= len(data)
        if self._left < 0:
            return fail(HttpRefusedError(413, "The upload is too large."))
        return succeed(None)

    def finish(self) -> Deferred[Answer]:
        """Say that all came."""
        return succeed(Answer(201, "Received."))

    def abandon(self) -> None:
        """There is nothing to let go of."""
