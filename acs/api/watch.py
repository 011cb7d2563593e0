"""Waiting for commands to change: what a long poll sleeps on. It holds no state of any command."""

import asyncio
from collections import defaultdict
from collections.abc import Callable


class CommandWatch:
    """Wakes those who wait for a command when the daemon says that it changed.

    Used in the event loop's thread only. A change that nobody announces (another node made it)
    is found by the waiter's own interval.

    Attributes:
        closed: the daemon stops.
        closing: called with ``close``.
    """

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self.closed = False
        self.closing: list[Callable[[], object]] = []

    def changed(self, command_id: str) -> None:
        """The command's stored state changed."""
        for future in self._waiting.pop(command_id, ()):
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Wake all, for good: the daemon stops."""
        self.closed = True
        for call in self.closing:
            call()
        for command_id in tuple(self._waiting):
            self.changed(command_id)

    async def wait(self, command_id: str, seconds: float) -> None:
        """Return when the command changes, or after ``seconds``, or at once when closed."""
        if self.closed or seconds <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[command_id].add(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            future.cancel()
            waiters = self._waiting.get(command_id)
            if waiters is not None:
                waiters.discard(future)
                if not waiters:
                    del self._waiting[command_id]
