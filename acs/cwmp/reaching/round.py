"""One router asked in one way after the other until it informs. Which ways there are is given.

The way that worked last comes first; then HTTP, UDP and XMPP, as far as the router has them. A way
has worked when "6 CONNECTION REQUEST" came soon after; the next one is tried when it did not.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred

from acs.cwmp.reaching.results import ASKED, Asking, CallResult
from acs.facts import Way
from acs.storage.rows import ConnectionTarget


def in_order(ways: Sequence[Asking], known: ConnectionTarget) -> list[Asking]:
    """The ways that can reach the router, in the order in which to try them."""
    able = [each for each in ways if each.can_reach(known)]
    return sorted(able, key=lambda each: each.way != known.way)


class Round:
    """A router is being asked.

    Args:
        ways: to try, in this order; at least one.
        known: where the router is.
        clock: provides IReactorTime.
        patience: seconds for the Inform to come, once the router was asked.
        tried: told of each attempt's way and outcome, when it is known.
        ended: told once, when the round is over; whether the router is to be asked again.

    Attributes:
        result: fires once the router was asked as far as can be told, or cannot be.
    """

    def __init__(
        self,
        ways: Sequence[Asking],
        known: ConnectionTarget,
        *,
        clock: Any,
        patience: float,
        tried: Callable[[str, str], None],
        ended: Callable[[bool], None],
    ) -> None:
        self.result: Deferred[CallResult] = Deferred()
        self._ways = deque(ways)
        self._known = known
        self._clock = clock
        self._patience = patience
        self._tried = tried
        self._ended = ended
        self._asking: Asking | None = None
        self._asked_at = 0.0
        self._timer: Any = None
        self._last = CallResult("no_target")
        self._over = False

    def begin(self) -> None:
        """Try the first way."""
        self._next()

    def informed(self, *, asked: bool) -> tuple[Way, float] | None:
        """The router informed; the way that brought it and after how many seconds, if one did.

        ``asked``: it says that it does so because it was asked.
        """
        asking, self._asking = self._asking, None
        worked = None
        if asking is not None and not self._over:
            if asked:
                worked = asking.way, self._clock.seconds() - self._asked_at
            self._tried(asking.way, "informed" if asked else "came_anyway")
            self._last = CallResult("accepted", way=asking.way)
        self._end(again=False)
        return worked

    def stop(self) -> None:
        """Try nothing more."""
        self._end(again=False)

    def _next(self) -> None:
        if not self._ways:
            self._end(again=False)
            return
        asking = self._asking = self._ways.popleft()
        self._asked_at = self._clock.seconds()  # it may inform before it has answered
        asking.ask(self._known).addCallback(self._answered, asking)

    def _answered(self, result: CallResult, asking: Asking) -> None:
        if self._over:
            return
        self._last = CallResult(result.outcome, result.detail, asking.way)
        if result.outcome in ASKED:
            self._tell()
            self._timer = self._clock.callLater(self._patience, self._not_informed, asking)
            return
        self._asking = None
        self._tried(asking.way, result.outcome)
        if result.outcome == "busy":  # it is there: other ways would find it no less busy
            self._end(again=True)
        else:
            self._next()

    def _not_informed(self, asking: Asking) -> None:
        self._timer = self._asking = None
        self._tried(asking.way, "no_inform")
        self._next()

    def _end(self, *, again: bool) -> None:
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._ended(again)
        self._tell()

    def _tell(self) -> None:
        if not self.result.called:
            self.result.callback(self._last)
