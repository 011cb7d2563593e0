"""In which CWMP version a session is held, and how long it may be silent: the Inform's headers.

Pure; how headers are written is ``envelope``'s (TR-069 Amendment 6, 3.7.2.1).
"""

from acs.cwmp.messages import Envelope

SPOKEN = ("1.4", "1.3", "1.2", "1.1", "1.0")
"""CWMP versions that are spoken here, the best first."""
SHORTEST = 30.0  # seconds; TR-069 Amendment 6, 3.7.1.4
LONGEST = 3600.0  # what a router may make us remember its session for


def chosen(envelope: Envelope) -> str | None:
    """The version for UseCWMPVersion: the highest common one.

    "" when the router named none, so that none is named to it; None when none is common.
    """
    supported = envelope.supported_versions
    if not supported:
        return ""
    return next((version for version in SPOKEN if version in supported), None)


def idle_timeout(envelope: Envelope) -> float:
    """Seconds of silence after which the session is over; 0 when the router did not say."""
    seconds = envelope.session_timeout
    return 0.0 if seconds is None else min(max(seconds, SHORTEST), LONGEST)
