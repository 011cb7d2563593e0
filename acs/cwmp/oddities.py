"""The effects of quirks on sessions and answers: policy, closing, the end. Rarely called.

Which device has which quirks is found in ``quirk_book``; effects on authentication are the gate's.
"""

from msgspec.structs import replace

from acs.cwmp.http_connection import Connection
from acs.cwmp.http_messages import HttpResponse
from acs.cwmp.live_session import Session
from acs.cwmp.quirks import NONE, SESSION_EFFECTS, Quirks
from acs.cwmp.session import SessionPolicy
from acs.cwmp.surroundings import Surroundings

_NO_SESSION = HttpResponse(204, close=True)
_OPEN_END = HttpResponse(204)


def count(around: Surroundings, quirks: Quirks, effect: str) -> None:
    """Count one use of an effect under the name of the entry that switched it on."""
    around.metrics.quirk(quirks.cause(effect) or effect)


def policy_with(around: Surroundings, quirks: Quirks) -> SessionPolicy:
    """How a session is held with a device that has these quirks."""
    policy = around.policy
    for effect in SESSION_EFFECTS:
        if getattr(quirks, effect) != getattr(NONE, effect):
            count(around, quirks, effect)
    names = min(policy.names_per_call, quirks.names_per_call or policy.names_per_call)
    return replace(policy, quirks=quirks, names_per_call=names)


def shaped(
    around: Surroundings, connection: Connection, session: Session, response: HttpResponse
) -> HttpResponse:
    """The response as the session's device needs it."""
    quirks = session.state.policy.quirks
    if session.is_over and quirks.empties_to_end > 1:
        around.empties[connection] = quirks.empties_to_end - 1
    if quirks.reply_close and not response.close:
        count(around, quirks, "reply_close")
        return replace(response, close=True)
    return response


def after_end(around: Surroundings, connection: Connection) -> HttpResponse:
    """The answer to an empty message without a session; some end theirs with several."""
    left = around.empties.pop(connection, 0) if around.empties else 0
    if not left:
        return _NO_SESSION
    if left > 1:
        around.empties[connection] = left - 1
    return _OPEN_END
