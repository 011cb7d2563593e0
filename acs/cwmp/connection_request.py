"""Asks routers to open a session, each in the ways it can be reached in, and learns which work.

TR-069 Amendment 6, 3.2.2, Annex G, Annex K. How each way goes is in ``reaching``.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from acs.cwmp.reaching.results import Asking, CallOutcome, CallResult
from acs.cwmp.reaching.round import Round, in_order
from acs.cwmp.telemetry import CwmpMetrics
from acs.facts import Fact, Informed, SecretRefused, WayWorked
from acs.storage.rows import ConnectionTarget

__all__ = ["CallOutcome", "CallResult", "ConnectionRequester"]

log = structlog.get_logger("cwmp")

_CONNECTION_REQUEST = "6 connection request"


class ConnectionRequester:
    """Sends connection requests: at most one round of them per router in a time.

    Args:
        clock: provides IReactorTime.
        ways: to ask a router, in the order in which they are tried; none: it is disabled.
        lookup: where a router is and what credentials it has; None if it has none.
        record: makes facts durable, in its own time.
        interval: seconds from one round to the next.
        patience: seconds for a router to inform before the next way is tried.
        now: Unix seconds.
        metrics: requests by way and outcome.
    """

    def __init__(
        self,
        clock: Any,
        ways: Sequence[Asking],
        lookup: Callable[[str], Deferred[ConnectionTarget | None]],
        record: Callable[[Fact], None],
        *,
        interval: float,
        patience: float,
        now: Callable[[], float],
        metrics: CwmpMetrics,
    ) -> None:
        self._clock = clock
        self._ways = tuple(ways)
        self._lookup = lookup
        self._record = record
        self._interval = interval
        self._patience = patience
        self._now = now
        self._metrics = metrics
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._later: dict[str, Any] = {}  # that were to be asked too soon, and will be
        self._again: set[str] = set()  # of them, those that were busy: for the second time
        self._rounds: dict[str, Round] = {}
        self._wanted: set[str] = set()  # asked for while a round was under way

    def wake(self, router_id: str) -> Deferred[CallResult]:
        """Ask a router to open a session. Fails only if storage does.

        Fires when the router was asked, as far as can be told, or cannot be; that it then informs
        is waited for, and another way tried if it does not, without the caller.

        One that was asked a moment ago is asked again as soon as that is allowed: the session it
        was asked for may have ended before there was anything to fetch.
        """
        if not self._ways:
            return succeed(self._none(CallResult("disabled")))
        if router_id in self._rounds:
            self._wanted.add(router_id)
            return succeed(self._none(CallResult("too_soon")))
        wait = self._wait(router_id)
        if wait > 0:
            self._ask_in(wait, router_id)
            return succeed(self._none(CallResult("too_soon")))
        return self._lookup(router_id).addCallback(self._found, router_id)

    def committed(self, facts: Sequence[Fact], _results: Sequence[object]) -> None:
        """Facts are durable: a router that is being asked may have come."""
        if not self._rounds or not facts or facts[0].router_id not in self._rounds:
            return
        for fact in facts:
            if isinstance(fact, Informed):
                codes = {" ".join(event.code.split()).lower() for event in fact.events}
                self._informed(fact.router_id, asked=_CONNECTION_REQUEST in codes)

    def stop(self) -> None:
        """Ask nobody any more."""
        self._ways = ()
        for timer in self._later.values():
            timer.cancel()
        self._later.clear()
        for round_ in list(self._rounds.values()):
            round_.stop()

    # --- rounds ---------------------------------------------------------------------------------

    def _found(
        self, known: ConnectionTarget | None, router_id: str
    ) -> CallResult | Deferred[CallResult]:
        if router_id in self._rounds:
            return self._none(CallResult("too_soon"))
        ways = [] if known is None else in_order(self._ways, known)
        if known is None or not ways:
            self._again.discard(router_id)
            if known is not None and known.refused:
                detail = "its credentials are set anew when it comes next"
                return self._none(CallResult("unauthorized", detail))
            return self._none(CallResult("no_target"))
        round_ = self._rounds[router_id] = Round(
            ways,
            known,
            clock=self._clock,
            patience=self._patience,
            tried=lambda way, outcome: self._tried(router_id, way, outcome),
            ended=lambda again: self._ended(router_id, again=again),
        )
        round_.begin()
        return round_.result

    def _tried(self, router_id: str, way: str, outcome: str) -> None:
        self._metrics.connection_request(way, outcome)
        log.debug("cwmp.connection_request", router=router_id, way=way, outcome=outcome)
        if way == "http" and outcome == "unauthorized":
            self._record(SecretRefused(router_id=router_id, at=self._now()))

    def _informed(self, router_id: str, *, asked: bool) -> None:
        round_ = self._rounds.get(router_id)
        worked = None if round_ is None else round_.informed(asked=asked)
        if worked is not None:
            way, seconds = worked
            self._metrics.reached(way, seconds)
            self._record(WayWorked(router_id=router_id, at=self._now(), way=way))

    def _ended(self, router_id: str, *, again: bool) -> None:
        del self._rounds[router_id]
        wanted = router_id in self._wanted
        self._wanted.discard(router_id)
        if again and router_id not in self._again:
            self._again.add(router_id)  # once more, and then no more
            wanted = True
        else:
            self._again.discard(router_id)
        if wanted and self._ways:
            asked = self._asked.get(router_id, 0.0)
            self._ask_in(max(0.0, asked + self._interval - self._clock.seconds()), router_id)

    # --- how often ------------------------------------------------------------------------------

    def _ask_in(self, seconds: float, router_id: str) -> None:
        if router_id not in self._later:
            self._later[router_id] = self._clock.callLater(seconds, self._ask_later, router_id)

    def _ask_later(self, router_id: str) -> None:
        self._later.pop(router_id, None)
        self.wake(router_id).addErrback(self._failed, router_id)

    def _failed(self, failure: Failure, router_id: str) -> None:
        log.warning("cwmp.connection_request_failed", router=router_id, error=str(failure.value))

    def _wait(self, router_id: str) -> float:
        """Seconds until the router may be asked; if that is now, it counts as asked."""
        now: float = self._clock.seconds()
        while self._asked and now - next(iter(self._asked.values())) >= self._interval:
            self._asked.popitem(last=False)
        asked = self._asked.get(router_id)
        if asked is not None:
            return asked + self._interval - now
        self._asked[router_id] = now
        return 0.0

    def _none(self, result: CallResult) -> CallResult:
        self._metrics.connection_request("none", result.outcome)
        return result
