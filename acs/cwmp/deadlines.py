"""Many deadlines on one timer: thousands of connections share one tick. No rules live here.

A deadline that moves later costs nothing: it is looked at again when its old moment comes.
"""

from typing import Any, Protocol


class Expiring(Protocol):
    """Something with a deadline.

    Attributes:
        deadline: in seconds of the clock.
        slot: kept by ``Deadlines``; None while it is not watched.
    """

    deadline: float
    slot: int | None

    def expire(self) -> None:
        """The deadline passed. It is no longer watched; a new deadline must be watched anew."""


class Deadlines:
    """Calls ``expire`` of each watched object within one tick after its deadline.

    Args:
        clock: provides IReactorTime.
        tick: seconds between two looks.
    """

    def __init__(self, clock: Any, tick: float = 0.5) -> None:
        self._clock = clock
        self._tick = tick
        self._slots: dict[int, set[Expiring]] = {}
        self._timer: Any = None

    def watch(self, item: Expiring) -> None:
        """Watch a new deadline, or one that came nearer."""
        slot = int(item.deadline / self._tick) + 1
        if item.slot is not None:
            if item.slot <= slot:
                return
            self._slots[item.slot].discard(item)
        item.slot = slot
        self._slots.setdefault(slot, set()).add(item)
        if self._timer is None:
            self._timer = self._clock.callLater(self._tick, self._look)

    def forget(self, item: Expiring) -> None:
        """Stop watching."""
        if item.slot is not None:
            self._slots[item.slot].discard(item)
            item.slot = None

    def _look(self) -> None:
        try:
            self._expire_until(self._clock.seconds())
        finally:  # whatever one of them did, the others are looked at again
            self._timer = self._clock.callLater(self._tick, self._look) if self._slots else None

    def _expire_until(self, now: float) -> None:
        current = int(now / self._tick)
        for slot in [slot for slot in self._slots if slot <= current]:
            items = self._slots[slot]
            while items:
                item = items.pop()
                item.slot = None
                if item.deadline <= now:
                    item.expire()
                else:
                    self.watch(item)
            del self._slots[slot]
