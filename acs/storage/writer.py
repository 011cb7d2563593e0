"""The one thread that writes: it is given all that waits, commits once, and all is resolved.

Group commit without a timer. An item that cannot be stored fails alone; when the database itself
fails, the whole batch fails, nothing of it is stored, and the writer goes on.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from acs.facts import Fact
from acs.storage import news
from acs.storage.applying import apply_items
from acs.storage.auditing import Told, append
from acs.storage.database import Database, as_storage_error, is_outage, is_retriable, run
from acs.storage.errors import StorageClosedError, StorageError, StorageUnavailableError
from acs.storage.work import Tools

log = structlog.get_logger("storage")

MAX_BATCH = 512  # items of one transaction
Deliver = Callable[[Callable[[], None]], object]


class WriterMetrics(Protocol):
    """What the writer reports of itself; called in the writer's thread."""

    def observe_commit(self, seconds: float, items: int) -> None:
        """One transaction of so many items took so long, its COMMIT included."""

    def set_queue_depth(self, depth: int) -> None:
        """So many items wait."""


class _NoMetrics:
    def observe_commit(self, seconds: float, items: int) -> None:
        pass

    def set_queue_depth(self, depth: int) -> None:
        pass


def _now(call: Callable[[], None]) -> None:
    call()


class Item:
    """Something to be written: facts, or a call that gets the connection.

    Args:
        facts: to be applied together.
        call: instead of facts.
        guarded: the call counts budgets.
        told: what the audit log is to tell of it, in the same transaction.
        done: takes the result once it is durable.
        failed: takes the error when it is not.
    """

    __slots__ = ("call", "done", "error", "facts", "failed", "guarded", "result", "told")

    def __init__(
        self,
        facts: Sequence[Fact] = (),
        call: Callable[[Connection], object] | None = None,
        *,
        guarded: bool = False,
        told: Told | None = None,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self.facts = facts
        self.call = call
        self.guarded = guarded
        self.told = told
        self.done = done
        self.failed = failed
        self.result: object = None
        self.error: Exception | None = None


class Writer:
    """Owns the writing connection.

    Args:
        database: where to write.
        tools: what applying facts needs.
        lock: called first in a transaction that holds guarded items: takes the lock under which
            budgets are counted, so that two nodes do not spend the same budget.
        deliver: runs a function in the thread of whoever puts items.
        soon: runs a function in that thread at the end of what it is at, such as an event loop's
            ``call_soon``: all that one pass of the loop brings goes into one transaction. None:
            at once.
        metrics: told of each commit.
        told: called in the thread of whoever puts items when a commit held news.

    Only one batch is under way. What comes meanwhile waits for its end: no timer is needed, and
    under load the batches grow by themselves.
    """

    def __init__(
        self,
        database: Database,
        tools: Tools,
        *,
        lock: Callable[[Connection], None],
        deliver: Deliver,
        soon: Deliver | None = None,
        metrics: WriterMetrics | None = None,
        told: Callable[[], object] | None = None,
    ) -> None:
        self._told = told
        self._database = database
        self._tools = tools
        self._lock = lock
        self._deliver = deliver
        self._metrics: WriterMetrics = metrics or _NoMetrics()
        self._soon: Deliver = soon or _now
        self._waiting: list[Item] = []  # these three belong to the thread of whoever puts
        self._is_asked = False
        self._is_busy = False
        self._queue: SimpleQueue[list[Item] | None] = SimpleQueue()
        self._closed = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="acs-writer", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Queue an item; it is told after the COMMIT that holds it."""
        if self._closed:
            item.failed(StorageClosedError("storage is closed"))
        else:
            self._waiting.append(item)
            self._ask()

    def close(self) -> None:
        """Write all that waits, then stop."""
        if not self._closed:
            self._closed = True
            while self._waiting:
                self._hand_over()
            self._queue.put(None)
            self._thread.join()

    def _ask(self) -> None:
        if not self._is_asked and not self._is_busy:
            self._is_asked = True
            self._soon(self._begin)

    def _begin(self) -> None:
        self._is_asked = False
        if self._waiting and not self._closed:
            self._is_busy = True
            self._hand_over()

    def _hand_over(self) -> None:
        batch = self._waiting[:MAX_BATCH]
        del self._waiting[:MAX_BATCH]
        self._queue.put(batch)

    def _run(self) -> None:
        while (batch := self._queue.get()) is not None:
            try:
                self._write(batch)
            except Exception:  # delivering or counting failed: the next batch may not
                log.exception("storage.delivery_failed", items=len(batch))
        if self._connection is not None:
            self._connection.close()

    def _write(self, batch: list[Item]) -> None:
        """Commit a batch and resolve it."""
        started = time.perf_counter()
        has_news = False
        try:
            has_news = self._transact_twice(batch)
        except Exception as error:  # whatever it is, the writer goes on
            failure = as_storage_error(error)
            trace = None if isinstance(failure, StorageUnavailableError) else error
            text = str(failure)
            log.error("storage.batch_failed", items=len(batch), error=text, exc_info=trace)  # noqa: TRY400 - an outage needs no trace
            for item in batch:
                item.error = item.error or failure
        self._metrics.observe_commit(time.perf_counter() - started, len(batch))
        self._metrics.set_queue_depth(len(self._waiting))
        self._deliver(lambda: self._resolve(batch, has_news=has_news))

    def _resolve(self, batch: list[Item], *, has_news: bool) -> None:
        self._is_busy = False
        _resolve(batch)
        if has_news and self._told is not None:
            self._told()
        if self._waiting:
            self._ask()

    def _transact_twice(self, batch: list[Item]) -> bool:
        """Try again where that is safe: the first try has certainly not been committed.

        Whether there was news.
        """
        try:
            return self._transact(batch)
        except Exception as error:
            if not is_retriable(error):  # a failed COMMIT is never: its outcome is unknown
                raise
            log.warning("storage.batch_retried", items=len(batch), error=str(error))
            return self._transact(batch)

    def _transact(self, batch: list[Item]) -> bool:
        connection = self._connection
        if connection is None:
            connection = self._connection = self._database.writer.connect()
        try:
            transaction = connection.begin()
            fresh = news.waiting(connection)
            fresh.clear()
            if any(item.guarded for item in batch):
                self._lock(connection)
            for items in _runs(batch):
                self._perform(connection, items)
            told = [(i.told, i.result) for i in batch if i.told is not None and i.error is None]
            if told:
                append(connection, told)
            if fresh:
                news.append(connection, fresh)
            try:
                transaction.commit()
            except Exception as error:
                raise StorageUnavailableError(f"the commit failed: {error}") from error
        except BaseException:
            # Whatever state it is in: the transaction ends with the connection.
            self._connection = None
            connection.invalidate()
            connection.close()
            raise
        return bool(fresh)

    def _perform(self, connection: Connection, items: list[Item]) -> None:
        """Run items together; if one of them is at fault, each by itself."""
        for item in items:
            item.result = item.error = None
        try:
            self._together(connection, items)
        except Exception as error:
            if is_outage(error):
                raise
            if len(items) == 1:
                items[0].error = _item_error(error)
                return
            for item in items:
                self._perform(connection, [item])

    def _together(self, connection: Connection, items: list[Item]) -> None:
        run(connection, "SAVEPOINT items")
        fresh = news.waiting(connection)
        before = len(fresh)
        try:
            if items[0].call is not None:
                items[0].result = items[0].call(connection)
            else:
                facts = [item.facts for item in items]
                results = apply_items(connection, self._tools, facts)
                for item, result in zip(items, results, strict=True):
                    item.result = result
        except Exception as error:
            if not is_outage(error):
                run(connection, "ROLLBACK TO SAVEPOINT items")
                run(connection, "RELEASE SAVEPOINT items")
                del fresh[before:]
            raise
        run(connection, "RELEASE SAVEPOINT items")


def _runs(batch: list[Item]) -> Iterator[list[Item]]:
    """Neighbouring items of facts together, each call by itself; the order stays."""
    run: list[Item] = []
    for item in batch:
        if item.call is None:
            run.append(item)
            continue
        if run:
            yield run
            run = []
        yield [item]
    if run:
        yield run


def _item_error(error: Exception) -> StorageError:
    known = as_storage_error(error)
    if type(known) is StorageError and known is not error:
        log.error("storage.item_failed", exc_info=error)
    return known


def _resolve(batch: list[Item]) -> None:
    for item in batch:
        try:
            if item.error is not None:
                item.failed(item.error)
            else:
                item.done(item.result)
        except Exception:  # whoever takes it: the others are told too
            log.exception("storage.taker_failed")
