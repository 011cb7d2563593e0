"""Following the log of events: one look at the database serves all streams.

What a stream looks like on the wire is not known here.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import islice

import structlog

from acs.bridge import to_asyncio
from acs.news import News
from acs.storage.errors import StorageError
from acs.storage.news import NewsBook, Stretch, Wanted

log = structlog.get_logger("api")

LOOK_AGAIN = 1.0  # seconds between looks at what other processes may have written
PAGE = 500
KEPT = 2_000  # newest events in memory; a stream that is further behind reads by itself
_ALL = Wanted()


class TooManyStreamsError(Exception):
    """As many streams are open as may be."""


class EventHub:
    """Reads the log as long as somebody follows it. Used in the event loop's thread only.

    Args:
        book: the log of events.
        most: streams at once.
        counted: told how many streams are open.
    """

    def __init__(
        self, book: NewsBook, most: int, counted: Callable[[int], object] = lambda _: None
    ) -> None:
        self._book = book
        self._most = most
        self._counted = counted
        self._open = 0
        self._recent: deque[News] = deque(maxlen=KEPT)
        self._floor = 0  # all events after this number, up to ``upto``, are in memory
        self._upto = 0
        self._task: asyncio.Task[None] | None = None
        self._fresh: asyncio.Event | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self.closed = False
        book.listeners.add(self.wake)

    @property
    def is_full(self) -> bool:
        """Whether as many streams are open as may be."""
        return self._open >= self._most

    def wake(self) -> None:
        """Events have been committed."""
        if self._fresh is not None:
            self._fresh.set()

    def close(self) -> None:
        """End all streams, for good: the daemon stops."""
        self.closed = True
        self.wake()
        self._tell()

    @contextlib.asynccontextmanager
    async def follower(self) -> AsyncIterator[None]:
        """Have the log read inside.

        Raises:
            TooManyStreamsError: as many streams are open as may be.
        """
        if self.is_full:
            raise TooManyStreamsError
        self._open += 1
        self._counted(self._open)
        try:
            if self._task is None:
                self._fresh = asyncio.Event()
                self._task = asyncio.ensure_future(self._run(self._fresh))
            yield
        finally:
            self._open -= 1
            self._counted(self._open)
            if not self._open:
                self._rest()

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._fresh = None
        self._recent.clear()
        self._floor = self._upto = 0

    async def state(self) -> Stretch:
        """The oldest and the newest number that there are."""
        return await to_asyncio(self._book.after(0, _ALL, 1))

    async def after(self, position: int, wanted: Wanted) -> Stretch:
        """The wanted events after a number, so many at once, from memory if they are there."""
        if not self._upto or position < self._floor:
            return await to_asyncio(self._book.after(position, wanted, PAGE))
        # Numbers have no gaps: the first of the wanted ones has its place.
        known = position - self._floor
        events = [one for one in islice(self._recent, known, None) if wanted.takes(one)]
        return Stretch(events, max(position, self._upto), self._floor + 1, self._upto)

    async def wait(self, position: int, seconds: float) -> None:
        """Return when there is something after a number, or after ``seconds``, or when closed."""
        if self.closed or self._upto > position:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            future.cancel()
            self._waiting.discard(future)

    def _tell(self) -> None:
        for future in tuple(self._waiting):
            if not future.done():
                future.set_result(None)

    async def _run(self, fresh: asyncio.Event) -> None:
        while not self.closed:
            fresh.clear()
            try:
                more = await self._look()
            except StorageError as error:
                log.warning("api.events_unread", error=str(error))
                more = False
            except Exception:  # whatever it is, the streams live
                log.exception("api.events_unread")
                more = False
            if not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(fresh.wait(), LOOK_AGAIN)

    async def _look(self) -> bool:
        """Take in what is new; whether there is more."""
        if not self._upto:  # nobody has followed before: who wants what was reads it
            newest = (await self.state()).newest
            self._floor = self._upto = newest
            if newest:
                self._tell()
            return False
        found = await to_asyncio(self._book.after(self._upto, _ALL, PAGE))
        for one in found.events:
            if len(self._recent) == KEPT:
                self._floor += 1
            self._recent.append(one)
        if found.upto > self._upto:
            self._upto = found.upto
            self._tell()
        return len(found.events) == PAGE
