"""What routers may ask of the server in a session, and the answers that need nothing stored.

Informs are ``informing``'s, what routers tell is in ``orders.told``; where in a session each may
come is ``session``'s table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.cwmp.messages import Envelope, Fault, GetRPCMethods, GetRPCMethodsResponse, Unknown
from acs.cwmp.orders.told import TOLD, told
from acs.cwmp.state import Handler, Heard, SessionState, answer

METHOD_NOT_SUPPORTED = 8000
INVALID_ARGUMENTS = 8003
RETRY_REQUEST = 8005
METHODS = ("Inform", "GetRPCMethods", *(call.__name__ for call in TOLD))
"""What routers may call (TR-069 Amendment 6, A.3.1.1)."""


def methods_asked(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """GetRPCMethods."""
    return Heard(state, (), answer(envelope, GetRPCMethodsResponse(METHODS)))


def unknown(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """A call of another name: a fault, and HTTP 200 with it (3.5)."""
    fault = Fault(METHOD_NOT_SUPPORTED, "Method not supported", soap_code="Server")
    return Heard(state, (), answer(envelope, fault))


HANDLERS: Mapping[type[object], Handler] = MappingProxyType(
    {**dict.fromkeys(TOLD, told), GetRPCMethods: methods_asked, Unknown: unknown}
)
REQUESTS: tuple[type, ...] = tuple(HANDLERS)
