"""The router's session with the network: PPP, DHCP, its login, its telephone line."""

from diagnostics.observations import DAY, HOUR, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_MINUTE = 60.0
_LATELY, _AT_NIGHT, _LONG_AGO = range(3)
_UP, _DOWN, _UNBOUND, _UNRENEWED, _LEFT_BEHIND = range(5)
_BAD = {
    "ppp.state": frozenset(
        {"connecting", "authenticating", "disconnected", "disconnecting", "pendingdisconnect"}
    ),
    "dhcp.status": frozenset({"init", "selecting", "requesting", "rebinding"}),
    "ip.state": frozenset({"down", "error", "disconnected", "connecting"}),
}
_UNANSWERED = "rebinding"  # it holds an address that nobody renews (RFC 2131, 4.4.5)
_REFUSED = "authentication_failure"
_LINES_UP = frozenset({"up", "registered"})
_LINES_DOWN = frozenset({"error", "registering", "unregistering", "down"})


def is_down(see: Observations) -> bool:
    """Whether the router says that it has no session."""
    return any((state := see.word(metric)) is not None and state in _BAD[metric] for metric in _BAD)


def is_known(see: Observations) -> bool:
    """Whether the router says anything of its session."""
    return any(see.word(metric) is not None for metric in _BAD)


def _session(see: Observations) -> Finding | None:
    known: str | None = None
    for metric, bad in _BAD.items():
        state = see.word(metric)
        if state is None:
            continue
        if state in bad:
            return _down(see, metric, state)
        known = known or metric
    if known is None:
        return None
    return Finding(_UP, known, "Its session with the network is up.")


def _down(see: Observations, metric: str, state: str) -> Finding:
    if see.segment is not None and see.segment.came_back():
        says = "Its session stayed down when its neighbours came back."
        return Finding(_LEFT_BEHIND, metric, says)
    if state == _UNANSWERED:
        says = "It wants to keep its address, and nobody answers."
        return Finding(_UNRENEWED, metric, says)
    if metric == "dhcp.status":
        return Finding(_UNBOUND, metric, "The network gives it no address.")
    return Finding(_DOWN, metric, "Its session with the network is down.")


def _lost(see: Observations) -> Finding | None:
    """When the session that is down was lost: accounts are blocked at night, and for days."""
    limits = see.limits.network
    for metric, bad in _BAD.items():
        if see.word(metric) not in bad:
            continue
        states = see.history.states(metric)
        good = next((at for at, state in reversed(states) if state.casefold() not in bad), None)
        first = next((at for at, _ in states if good is None or at > good), see.now)
        hours = (see.now - first) / HOUR
        if hours >= limits.lost_long:
            return Finding(_LONG_AGO, metric, "It has had no session for {:.0f} hours.", (hours,))
        if good is None or first - good > limits.lost_about * HOUR:
            return None
        last_night = (first + see.context.utc_offset) // DAY * DAY - see.context.utc_offset
        if good <= last_night + limits.lost_night * HOUR:
            return Finding(_AT_NIGHT, metric, "It lost its session about midnight.")
        if hours < 1:
            return Finding(_LATELY, metric, "It lost its session less than an hour ago.")
        return Finding(_LATELY, metric, "It lost its session {:.0f} hours ago.", (hours,))
    return None


def _lease(see: Observations) -> Finding | None:
    metric = "dhcp.lease_left"
    left = see.numbers.get(metric)
    if is_down(see):
        return None  # that nobody renews it is no news then
    whole = see.history.baseline(metric).high
    if left is None or not whole > 0:
        return None
    level = int(left < see.limits.network.lease_late * whole)
    says = "Its address is lent for {:.0f} minutes more; {:.0f} minutes is usual at most."
    return Finding(level, metric, says, (left / _MINUTE, whole / _MINUTE))


def _redials(see: Observations) -> Finding | None:
    metric = "ppp.uptime"
    count = see.restarts_of_age(metric)
    if count is None:
        return None
    if count:
        count = max(0, count - sum(boot.at >= see.now - DAY for boot in see.boots))
    limits = see.limits.network
    level = above(count, limits.redials_some, limits.redials_many)
    if not count:
        return Finding(0, metric, "Its session was not lost in 24 hours.")
    says = "Its session was lost at least {} times in 24 hours."
    return Finding(level, metric, says, (count,))


def _login(see: Observations) -> Finding | None:
    metric = "ppp.last_error"
    error = see.word(metric)
    if error is None:
        return None
    is_refused = _REFUSED in error and see.word("ppp.state") != "connected"
    if not is_refused and not is_down(see):
        return None  # a session that is up was let in: that was said already
    if not is_refused:
        return Finding(0, metric, "The network did not refuse its login.")
    return Finding(1, metric, "The network refuses its login (authentication failure).")


def _voice(see: Observations) -> Finding | None:
    metric = "voip.reg_status"
    status = see.word(metric)
    if status in _LINES_UP:
        return Finding(0, metric, "Its telephone line is registered.")
    if status in _LINES_DOWN and not is_down(see):  # without a session none can register
        return Finding(1, metric, "Its telephone line is not registered.")
    return None


SYMPTOMS = (
    Symptom("wan_session", tuple(_BAD), _session),
    Symptom("session_lost", tuple(_BAD), _lost),
    Symptom("lease", ("dhcp.lease_left",), _lease),
    Symptom("redials", ("ppp.uptime",), _redials),
    Symptom("login", ("ppp.last_error",), _login),
    Symptom("voice", ("voip.reg_status",), _voice),
)
