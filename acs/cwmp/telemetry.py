"""What the conversation with routers reports of itself; the metrics room implements it."""

from typing import Protocol

from acs.facts import EVENT_CODES


class CwmpMetrics(Protocol):
    """Counters, gauges and times. Every text is from a small fixed set, fit for a label."""

    def connections(self, count: int) -> None:
        """So many connections are open."""

    def http_refused(self, status: int) -> None:
        """A request or connection was refused below CWMP, with this HTTP status."""

    def sessions(self, count: int) -> None:
        """So many sessions are live in memory."""

    def session_ended(self, outcome: str, seconds: float) -> None:
        """A session ended after ``seconds``.

        ``outcome``: done, timeout, replaced, refused, malformed, storage_failed, suspended, lost.
        """

    def informed(self, event: str) -> None:
        """An Inform brought an event: a standard code, or "vendor" or "other"."""

    def retried(self, count: int) -> None:
        """An Inform had this RetryCount, above 0: sessions before it failed (3.2.1.1)."""

    def turn(self, seconds: float) -> None:
        """A request was answered; wall time from its last byte to the answer's first."""

    def auth_failed(self, reason: str) -> None:
        """Credentials were refused; reasons are in ``auth``. A first challenge is no failure."""

    def identity_mismatch(self) -> None:
        """A router named itself as another one than its credentials are of."""

    def quarantined(self) -> None:
        """An unknown router asked to be served."""

    def quirk(self, name: str) -> None:
        """A tolerated oddity was met in a message, or a quirk of a device took effect."""

    def malformed(self, code: str) -> None:
        """A message could not be read; codes are the codec's."""

    def turned_away(self, reason: str) -> None:
        """A session was not begun: draining or busy."""

    def connection_request(self, way: str, outcome: str) -> None:
        """A router was asked for a session in this way (or "none") and this became of it."""

    def reached(self, way: str, seconds: float) -> None:
        """A router informed because it was asked in this way, so long before."""

    def stun(self, outcome: str) -> None:
        """A datagram came to the STUN server, and this became of it."""


_KNOWN_EVENTS = frozenset(EVENT_CODES)


def event_label(code: str) -> str:
    """An event code as a metric's label: of the standard's (3.7.1.5), "vendor" or "other"."""
    if code in _KNOWN_EVENTS:
        return code
    return "vendor" if code.startswith(("M X_", "X ")) else "other"
