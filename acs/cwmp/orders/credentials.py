"""Kind rotate_credentials: what the router logs in with from now on (ManagementServer.Password).

The proof that it has them is its logging in with them, which is seen elsewhere: a password reads as
empty (TR-181, Device.ManagementServer.Password). The password never stays in the session's state.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace

from acs.commands import Command
from acs.cwmp.messages import (
    Envelope,
    Fault,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders.arguments import ArgumentError
from acs.cwmp.orders.common import accepted, failing, fault_of, key_of
from acs.cwmp.state import Handler, Heard, Phase, SessionState, ask
from acs.facts import CredentialsKept, NewCredentials

_GIVEN, _REFUSED = "given", "refused"  # as storage puts them into a claimed command


def begin_rotation(state: SessionState, command: Command) -> Heard:
    """Set the password, and the user name if it is another one."""
    given = command.arguments.get(_GIVEN)
    if not isinstance(given, NewCredentials):
        raise ArgumentError(str(command.arguments.get(_REFUSED, "no credentials were made")))
    if not state.root:
        raise ArgumentError("the router has not said which data model it has")
    server = f"{state.root}ManagementServer."
    parameters = [ParameterValue(f"{server}Password", given.password, "string")]
    if given.is_renamed:
        parameters.insert(0, ParameterValue(f"{server}Username", given.username, "string"))
    rest = {name: value for name, value in command.arguments.items() if name != _GIVEN}
    state = replace(state, command=replace(command, arguments=rest))
    return ask(state, "rotating", SetParameterValues(tuple(parameters), key_of(state)))


def given(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse: both are good until the router logs in with the new ones."""
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    return accepted(state, now, {"status": message.status})


def refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault: all stays as it was (TR-069 Amendment 6, A.3.2.1)."""
    assert state.command is not None
    kept = CredentialsKept(router_id=state.router_id, at=now, command_id=state.command.command_id)
    return failing(state, now, fault_of(envelope), kept)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("rotating", SetParameterValuesResponse): given,
        ("rotating", Fault): refused,
    }
)
