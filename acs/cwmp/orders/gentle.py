"""Kind gentle: a DHCP renew, a PPP or a Wi-Fi reset, as one parameter that is set to true.

The parameters are TR-181 Device.DHCPv4.Client.{i}.Renew, Device.PPP.Interface.{i}.Reset and
Device.WiFi.Reset, TR-098 WANPPPConnection.{i}.Reset. They read false whatever was written, so
nothing is read back: the router's answer is the proof, and it acts when the session has ended.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp.messages import (
    Envelope,
    Fault,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import accepted, failed, key_of
from acs.cwmp.state import Handler, Heard, Phase, SessionState, ask
from acs.facts import CommandConfirmed


def begin_gentle(state: SessionState, command: Command) -> Heard:
    """Set the parameter that was found in the router's tree."""
    wanted = args.parse(command.arguments, args.Gentle)
    if not wanted.path:
        raise args.ArgumentError(f"the router's data model does not offer {wanted.action}")
    parameter = ParameterValue(wanted.path, wanted.value, "boolean")
    return ask(state, "easing", SetParameterValues((parameter,), key_of(state)))


def eased(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse: it happens, and what came of it will be looked at."""
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    assert state.command is not None
    confirmed = CommandConfirmed(
        router_id=state.router_id, at=now, command_id=state.command.command_id
    )
    heard = accepted(state, now, {"status": message.status})
    return Heard(heard.state, (*heard.facts, confirmed), heard.reply)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("easing", SetParameterValuesResponse): eased,
        ("easing", Fault): failed,
    }
)
