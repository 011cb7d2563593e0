"""Gives a router its connection-request credentials, and reads back what it made of them. Pure.

Some routers answer SetParameterValues with success and keep what they had.
"""

from acs.cwmp.messages import (
    Envelope,
    GetParameterValues,
    GetParameterValuesResponse,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.state import Heard, SessionState, ask, change, idle
from acs.cwmp.stun_setup import begin_binding
from acs.facts import ConnectionSecretSet, Noted

_APPLIED = 0  # Status (TR-069 Amendment 6, A.3.2.1); 1: to be applied later
NOT_KEPT = "connection_secret_not_kept"  # kind of the event


def begin_securing(state: SessionState) -> Heard:
    """Tell the router the credentials of its session's record."""
    secret = state.secret
    assert secret is not None
    server = _server(state)
    message = SetParameterValues(
        (
            ParameterValue(f"{server}Username", secret.username, "string"),
            ParameterValue(f"{server}Password", secret.password, "string"),
        )
    )
    return ask(state, "securing", message)


def secured(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse: what it applied is read back.

    A password reads empty (TR-181, Device.ManagementServer.ConnectionRequestPassword), so the name
    stands for both.
    """
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    if message.status != _APPLIED or state.secret is None:  # in a session that was saved
        return _taken(state, now)
    return ask(state, "proving", GetParameterValues((f"{_server(state)}Username",)))


def securing_refused(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: it is reached by its periodic Informs only."""
    return _not_taken(state, now)


def proved(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse: the name that the router has."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    name = f"{_server(state)}Username"
    found = [parameter.value for parameter in message.parameters if parameter.name == name]
    if not found or state.secret is None or found == [state.secret.username]:
        return _taken(state, now)
    heard = _not_taken(state, now)
    detail: dict[str, object] = {"status": _APPLIED}
    noted = Noted(router_id=state.router_id, at=now, kind=NOT_KEPT, detail=detail)
    return Heard(heard.state, (*heard.facts, noted))


def unproved(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: it cannot be looked at, so the router's word counts."""
    return _taken(state, now)


def _taken(state: SessionState, now: float) -> Heard:
    fact = ConnectionSecretSet(router_id=state.router_id, at=now, accepted=True)
    settled = change(idle(state), secret=None)
    binding = begin_binding(settled, state.secret)
    if binding is None:
        return Heard(settled, (fact,))
    return Heard(binding.state, (fact,), binding.reply)


def _not_taken(state: SessionState, now: float) -> Heard:
    fact = ConnectionSecretSet(router_id=state.router_id, at=now, accepted=False)
    return Heard(change(idle(state), secret=None), (fact,))


def _server(state: SessionState) -> str:
    return f"{state.root}ManagementServer.ConnectionRequest"
