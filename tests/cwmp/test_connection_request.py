"""Which ways are tried, in which order, when, and what is learned of it."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from acs.cwmp.connection_request import CallResult, ConnectionRequester
from acs.facts import Event, Fact, Informed, SecretRefused, Way, WayWorked
from acs.identity import DeviceId
from acs.storage.rows import ConnectionTarget

NOW = 1_790_000_000.0
KNOWN = ConnectionTarget("http://192.0.2.1/", "192.0.2.1", "us", "sesame")


class FakeWay:
    """Says what it is told to."""

    def __init__(self, way: Way, *outcomes: str) -> None:
        self.way: Way = way
        self.outcomes = list(outcomes)
        self.asked = 0
        self.able = True
        self.pending: list[Deferred[CallResult]] = []

    def can_reach(self, _known: ConnectionTarget) -> bool:
        return self.able

    def ask(self, _known: ConnectionTarget) -> Deferred[CallResult]:
        self.asked += 1
        if not self.outcomes:
            self.pending.append(Deferred())
            return self.pending[-1]
        outcome: Any = self.outcomes.pop(0)
        return succeed(CallResult(outcome))


class House:
    """A requester with what is around it."""

    def __init__(
        self, metrics: Any, *ways: FakeWay, known: ConnectionTarget | None = KNOWN
    ) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.metrics = metrics
        self.facts: list[Fact] = []
        self.lookup: Callable[[str], Deferred[ConnectionTarget | None]] = lambda _: succeed(known)
        self.requester = ConnectionRequester(
            self.clock,
            ways,
            lambda router_id: self.lookup(router_id),  # noqa: PLW0108 - tests replace it
            self.facts.append,
            interval=30.0,
            patience=20.0,
            now=lambda: NOW,
            metrics=metrics,
        )

    def wake(self, router_id: str = "R") -> list[CallResult]:
        results: list[CallResult] = []
        self.requester.wake(router_id).addCallback(results.append)
        return results

    def inform(self, *events: str, router_id: str = "R") -> None:
        fact = Informed(
            router_id=router_id,
            at=NOW,
            device=DeviceId("A", "001122", "X", "1"),
            events=tuple(map(Event, events)),
            address="192.0.2.1",
            root="Device.",
            namespace="urn:dslforum-org:cwmp-1-0",
        )
        self.requester.committed((fact,), (None,))

    def counts(self) -> dict[str, int]:
        """Outcomes by way."""
        return {
            f"{kind.removeprefix('connection_request ')} {outcome}": count
            for (kind, outcome), count in self.metrics.counts.items()
            if kind.startswith("connection_request ")
        }


# --- one way --------------------------------------------------------------------------------------


def test_a_way_that_works_is_remembered(metrics: Any) -> None:
    house = House(metrics, FakeWay("http", "accepted"), FakeWay("udp"))
    assert house.wake() == [CallResult("accepted", way="http")]
    assert house.counts() == {}
    house.clock.advance(3)
    house.inform("6  Connection REQUEST ", "4 VALUE CHANGE")
    assert house.facts == [WayWorked(router_id="R", at=NOW, way="http")]
    assert house.counts() == {"http informed": 1}
    assert metrics.counts["reached", "http"] == 1
    house.inform("6 CONNECTION REQUEST")
    assert len(house.facts) == 1
    assert not house.clock.getDelayedCalls()


def test_a_router_that_came_by_itself_proves_no_way(metrics: Any) -> None:
    udp = FakeWay("udp", "sent")
    house = House(metrics, FakeWay("http", "accepted"), udp)
    house.wake()
    house.inform("2 PERIODIC", router_id="S")
    house.inform("2 PERIODIC")
    house.clock.advance(100)
    assert house.facts == []
    assert udp.asked == 0
    assert house.counts() == {"http came_anyway": 1}


def test_a_router_may_inform_before_it_has_answered(metrics: Any) -> None:
    http, udp = FakeWay("http"), FakeWay("udp")
    house = House(metrics, http, udp)
    results = house.wake()
    assert results == []
    house.inform("6 CONNECTION REQUEST")
    assert results == [CallResult("accepted", way="http")]
    http.pending[0].callback(CallResult("timeout"))
    assert udp.asked == 0
    assert house.counts() == {"http informed": 1}


# --- one way after the other ----------------------------------------------------------------------


def test_the_next_way_at_once_when_one_fails(metrics: Any) -> None:
    house = House(
        metrics,
        FakeWay("http", "refused_target"),
        FakeWay("udp", "unreachable"),
        FakeWay("xmpp", "accepted"),
    )
    assert house.wake() == [CallResult("accepted", way="xmpp")]
    house.inform("6 CONNECTION REQUEST")
    assert house.facts == [WayWorked(router_id="R", at=NOW, way="xmpp")]
    assert house.counts() == {
        "http refused_target": 1,
        "udp unreachable": 1,
        "xmpp informed": 1,
    }


def test_the_next_way_when_no_inform_comes(metrics: Any) -> None:
    ways = FakeWay("http", "accepted"), FakeWay("udp", "sent"), FakeWay("xmpp", "accepted")
    house = House(metrics, *ways)
    assert house.wake() == [CallResult("accepted", way="http")]
    house.clock.advance(19)
    assert [way.asked for way in ways] == [1, 0, 0]
    house.clock.advance(1)
    assert [way.asked for way in ways] == [1, 1, 0]
    house.clock.advance(5)
    house.inform("6 CONNECTION REQUEST")
    assert house.facts == [WayWorked(router_id="R", at=NOW, way="udp")]
    house.clock.advance(100)
    assert [way.asked for way in ways] == [1, 1, 0]
    assert house.counts() == {"http no_inform": 1, "udp informed": 1}


def test_the_way_that_worked_last_comes_first(metrics: Any) -> None:
    ways = FakeWay("http", "timeout"), FakeWay("udp", "unreachable"), FakeWay("xmpp", "timeout")
    known = ConnectionTarget("http://192.0.2.1/", "192.0.2.1", "us", "sesame", way="xmpp")
    house = House(metrics, *ways, known=known)
    assert house.wake() == [CallResult("unreachable", way="udp")]
    assert list(house.counts()) == ["xmpp timeout", "http timeout", "udp unreachable"]


def test_ways_that_cannot_reach_it_are_left_out(metrics: Any) -> None:
    http, udp = FakeWay("http"), FakeWay("udp", "sent")
    http.able = False
    house = House(metrics, http, udp)
    assert house.wake() == [CallResult("sent", way="udp")]
    assert http.asked == 0


def test_nothing_works(metrics: Any) -> None:
    house = House(metrics, FakeWay("http", "timeout"), FakeWay("udp", "sent"))
    assert house.wake() == [CallResult("sent", way="udp")]
    house.clock.advance(20)
    assert house.counts() == {"http timeout": 1, "udp no_inform": 1}
    assert not house.requester._rounds


def test_no_way_at_all(metrics: Any) -> None:
    http = FakeWay("http")
    http.able = False
    assert House(metrics, http).wake() == [CallResult("no_target")]
    assert House(metrics, http, known=None).wake() == [CallResult("no_target")]
    refused = ConnectionTarget("http://192.0.2.1/", "192.0.2.1", "us", "sesame", refused=True)
    ((result),) = House(metrics, http, known=refused).wake()
    assert result.outcome == "unauthorized"
    assert "set anew" in result.detail


def test_refused_credentials_are_recorded(metrics: Any) -> None:
    house = House(metrics, FakeWay("http", "unauthorized"), FakeWay("xmpp", "unauthorized"))
    assert house.wake() == [CallResult("unauthorized", way="xmpp")]
    assert house.facts == [SecretRefused(router_id="R", at=NOW)]


# --- busy -----------------------------------------------------------------------------------------


def test_a_busy_router_is_asked_once_more(metrics: Any) -> None:
    http, udp = FakeWay("http", "busy", "busy", "busy"), FakeWay("udp")
    house = House(metrics, http, udp)
    assert house.wake() == [CallResult("busy", way="http")]
    house.clock.advance(29)
    assert http.asked == 1
    house.clock.advance(1)
    assert http.asked == 2
    house.clock.advance(1000)
    assert http.asked == 2
    assert udp.asked == 0
    assert not house.clock.getDelayedCalls()
    # and the next time it is wanted, the same again
    house.wake()
    assert http.asked == 3
    assert len(house.clock.getDelayedCalls()) == 1


# --- how often ------------------------------------------------------------------------------------


def test_at_most_one_round_in_the_interval(metrics: Any) -> None:
    house = House(metrics, FakeWay("http", *["timeout"] * 10))
    outcomes: list[str] = []
    for _ in range(3):
        outcomes += [result.outcome for result in house.wake()]
        outcomes += [result.outcome for result in house.wake(f"R{len(outcomes)}")]
        house.clock.advance(14)
    assert outcomes == ["timeout", "timeout", "too_soon", "timeout", "too_soon", "timeout"]
    # What came too soon was asked for once more when 30 s had passed, and counts from then.
    assert house.counts() == {"http timeout": 5, "none too_soon": 2}
    assert not house.clock.getDelayedCalls()
    assert [result.outcome for result in house.wake()] == ["too_soon"]
    assert len(house.clock.getDelayedCalls()) == 1


def test_a_round_that_is_under_way_is_not_disturbed(metrics: Any) -> None:
    http, udp = FakeWay("http", "accepted", "accepted"), FakeWay("udp", "sent")
    house = House(metrics, http, udp)
    house.wake()
    house.clock.advance(20)
    house.clock.advance(15)
    assert [result.outcome for result in house.wake()] == ["too_soon"]
    assert (http.asked, udp.asked) == (1, 1)
    house.inform("6 CONNECTION REQUEST")
    # what it was wanted for may not have been there yet: it is asked again
    house.clock.advance(0)
    assert http.asked == 2


def test_a_round_that_begins_while_another_is_looked_up(metrics: Any) -> None:
    house = House(metrics, FakeWay("http", "accepted"))
    waiting: list[Deferred[ConnectionTarget | None]] = []

    def lookup(_: str) -> Deferred[ConnectionTarget | None]:
        waiting.append(Deferred())
        return waiting[-1]

    house.lookup = lookup
    first = house.wake()
    house.clock.advance(31)
    second = house.wake()
    for each in waiting:
        each.callback(KNOWN)
    assert [first[0].outcome, second[0].outcome] == ["accepted", "too_soon"]


def test_a_later_request_that_storage_fails_is_logged(metrics: Any) -> None:
    house = House(metrics, FakeWay("http"))
    answers: list[Deferred[Any]] = [succeed(None), fail(OSError("disk full"))]
    house.lookup = lambda _: answers.pop(0)
    house.wake()
    house.wake()
    with capture_logs() as logs:
        house.clock.advance(30)
    assert [entry["event"] for entry in logs] == ["cwmp.connection_request_failed"]


# --- not at all -----------------------------------------------------------------------------------


def test_disabled(metrics: Any) -> None:
    assert House(metrics).wake() == [CallResult("disabled")]


@pytest.mark.parametrize("router_id", ["R", "S"])
def test_stopped(metrics: Any, router_id: str) -> None:
    http = FakeWay("http", "accepted")
    house = House(metrics, http)
    results = house.wake()
    house.wake()
    house.wake(router_id)
    house.requester.stop()
    assert not house.clock.getDelayedCalls()
    assert results == [CallResult("accepted", way="http")]
    assert [result.outcome for result in house.wake()] == ["disabled"]
    house.clock.advance(100)
    house.inform("6 CONNECTION REQUEST")
    assert house.facts == []
