"""What becomes of a request for a session, and what a way of asking is. Plain values."""

from typing import Literal, Protocol

import msgspec
from twisted.internet.defer import Deferred

from acs.facts import Way
from acs.storage.rows import ConnectionTarget

CallOutcome = Literal[
    "accepted",  # the router says that it will open a session
    "sent",  # datagrams are on their way; nobody answers them
    "unauthorized",  # it does not take our credentials
    "busy",  # 503: it is in a session, or was asked too often; it is asked once more later
    "refused_target",  # where it wants to be called may not be called; ``detail`` says why
    "no_target",  # it never said where, or what it said cannot be used
    "too_soon",  # it was asked a moment ago, and will be again when it may
    "disabled",  # by configuration
    "timeout",
    "unreachable",
    "failed",  # any other answer; ``detail`` is its status
]
ASKED = frozenset({"accepted", "sent"})


class CallResult(msgspec.Struct, frozen=True):
    """What became of a connection request; ``way`` is empty when none was gone."""

    outcome: CallOutcome
    detail: str = ""
    way: str = ""


class Asking(Protocol):
    """A way to ask a router for a session."""

    @property
    def way(self) -> Way:
        """Its name."""

    def can_reach(self, known: ConnectionTarget) -> bool:
        """Whether this router can be asked in this way at all."""

    def ask(self, known: ConnectionTarget) -> Deferred[CallResult]:
        """Ask it. The Deferred never fails."""
