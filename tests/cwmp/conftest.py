from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from twisted.internet import threads
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor
from twisted.python.failure import Failure

T = TypeVar("T")


class CountingMetrics:
    """Counts what the conversation reports."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, object]] = Counter()
        self.gauges: dict[str, int] = {}

    def connections(self, count: int) -> None:
        self.gauges["connections"] = count

    def sessions(self, count: int) -> None:
        self.gauges["sessions"] = count

    def http_refused(self, status: int) -> None:
        self.counts["http_refused", status] += 1

    def session_ended(self, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.counts["session_ended", outcome] += 1

    def informed(self, event: str) -> None:
        self.counts["informed", event] += 1

    def retried(self, count: int) -> None:
        assert count > 0
        self.counts["retried", count] += 1

    def turn(self, seconds: float) -> None:
        assert seconds >= 0
        self.counts["turn", None] += 1

    def auth_failed(self, reason: str) -> None:
        self.counts["auth_failed", reason] += 1

    def identity_mismatch(self) -> None:
        self.counts["identity_mismatch", None] += 1

    def quarantined(self) -> None:
        self.counts["quarantined", None] += 1

    def quirk(self, name: str) -> None:
        self.counts["quirk", name] += 1

    def malformed(self, code: str) -> None:
        self.counts["malformed", code] += 1

    def turned_away(self, reason: str) -> None:
        self.counts["turned_away", reason] += 1

    def connection_request(self, way: str, outcome: str) -> None:
        self.counts[f"connection_request {way}", outcome] += 1

    def reached(self, way: str, seconds: float) -> None:
        assert seconds >= 0
        self.counts["reached", way] += 1

    def stun(self, outcome: str) -> None:
        self.counts["stun", outcome] += 1


@pytest.fixture
def metrics() -> CountingMetrics:
    return CountingMetrics()


class Loop:
    """A reactor of the test's own, run until a Deferred fires."""

    def __init__(self) -> None:
        self.reactor: Any = SelectReactor()

    def run(self, start: Callable[[], Deferred[T]], seconds: float = 10.0) -> T:
        """Start something in the running reactor and wait for its result."""
        results: list[T | Failure] = []

        def go() -> None:
            started = start()
            started.addTimeout(seconds, self.reactor)
            started.addBoth(results.append)
            started.addBoth(lambda _: self.reactor.stop())

        self.reactor.callWhenRunning(go)
        self.reactor.run(installSignalHandlers=False)
        result = results[0]
        if isinstance(result, Failure):
            result.raiseException()
        return result

    def in_thread(self, function: Callable[[], T]) -> Deferred[T]:
        """Run blocking code of a client beside the reactor."""
        return threads.deferToThreadPool(self.reactor, self.reactor.getThreadPool(), function)


@pytest.fixture
def loop() -> Loop:
    return Loop()
