"""Sets up a router for UDP connection requests, right after it took its connection secret. Pure.

TR-069 Amendment 6, Annex G.2.2.1. Its STUNUsername becomes its router id, by which the STUN server
knows whose a binding is, and its STUNPassword the connection-request password.
"""

from acs.cwmp.messages import Envelope, ParameterValue, SetParameterValues
from acs.cwmp.state import Heard, SessionState, ask, idle
from acs.facts import ConnectionSecret, Noted

_LONGEST = 256  # characters of STUNUsername (TR-181, Device.ManagementServer.)


def begin_binding(state: SessionState, secret: ConnectionSecret | None) -> Heard | None:
    """Tell the router where the STUN server is; None when there is none, or nothing to say."""
    host, _, port = state.policy.stun_server.rpartition(":")
    if not host or secret is None or not state.root or len(state.router_id) > _LONGEST:
        return None
    server = f"{state.root}ManagementServer.STUN"
    message = SetParameterValues(
        (
            ParameterValue(f"{server}ServerAddress", host.strip("[]"), "string"),
            ParameterValue(f"{server}ServerPort", port, "unsignedInt"),
            ParameterValue(f"{server}Username", state.router_id, "string"),
            ParameterValue(f"{server}Password", secret.password, "string"),
            ParameterValue(f"{server}Enable", "1", "boolean"),
        )
    )
    return ask(state, "binding", message)


def bound(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse: it will open a binding."""
    return Heard(idle(state), (_noted(state, now, accepted=True),))


def binding_refused(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: most routers know no STUN."""
    return Heard(idle(state), (_noted(state, now, accepted=False),))


def _noted(state: SessionState, now: float, *, accepted: bool) -> Noted:
    return Noted(router_id=state.router_id, at=now, kind="stun_set", detail={"accepted": accepted})
