"""Facts that no answer waits for: committed on the side, the repeated ones at a bounded rate.

What is worth a record is decided elsewhere.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from twisted.internet.defer import Deferred

from acs.facts import Fact, Noted

log = structlog.get_logger("cwmp")

_EVERY = 60.0  # seconds between two records of one key
_KEYS = 1_000  # keys recorded in that time at most


class FactStore(Protocol):
    """What is needed of storage."""

    def commit(self, facts: Sequence[Fact]) -> Deferred[tuple[object, ...]]:
        """Make facts durable."""


class Due:
    """Lets a key pass once in a minute, and a thousand keys in all.

    Args:
        seconds: a clock that never goes back.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._passed: OrderedDict[str, float] = OrderedDict()

    def __call__(self, key: str) -> bool:
        """Whether the key may pass now."""
        now, passed = self._seconds(), self._passed
        while passed and now - next(iter(passed.values())) >= _EVERY:
            passed.popitem(last=False)
        if key in passed or len(passed) >= _KEYS:
            return False
        passed[key] = now
        return True


class Records:
    """Commits facts and tells of them.

    Args:
        store: where they are committed.
        committed: is told of what became durable.
        now: Unix seconds, for facts.
        seconds: a clock that never goes back.
    """

    def __init__(
        self,
        store: FactStore,
        committed: Callable[[Sequence[Fact], Sequence[object]], None],
        *,
        now: Callable[[], float],
        seconds: Callable[[], float],
    ) -> None:
        self._store = store
        self._committed = committed
        self._now = now
        self._is_due = Due(seconds)

    def record(self, fact: Fact, then: Callable[[], object] | None = None) -> None:
        """Commit a fact, and do something then; a failure is logged."""

        def committed(results: Sequence[object]) -> None:
            if then is not None:
                then()
            self._committed((fact,), results)

        self._store.commit((fact,)).addCallbacks(
            committed,
            lambda failure: log.warning("cwmp.not_recorded", error=str(failure.value)),
        )

    def note(self, router_id: str, kind: str, detail: dict[str, object]) -> bool:
        """Record that something is the matter with a router; whether it was due again."""
        due = self._is_due(f"{router_id}!{kind}")
        if due:
            log.warning("cwmp.noted", router=router_id, kind=kind, **detail)
            self.record(Noted(router_id=router_id, at=self._now(), kind=kind, detail=detail))
        return due
