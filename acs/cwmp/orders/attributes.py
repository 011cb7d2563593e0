"""Kind attributes: what is notified and who may write, read or changed; a change is read back."""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterAttributes,
    GetParameterAttributesResponse,
    SetParameterAttributes,
    SetParameterAttributesResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import answered, failed, failing, fault_of
from acs.cwmp.state import Handler, Heard, Phase, SessionState, ask
from acs.cwmp.structs import AttributeChange, ParameterAttributes


def begin_attributes(state: SessionState, command: Command) -> Heard:
    """Ask for attributes, or change them."""
    wanted = args.parse(command.arguments, args.Attributes)
    if not wanted.changes:
        return ask(state, "attributes", GetParameterAttributes(wanted.paths))
    changes = tuple(
        AttributeChange(one.name, one.notification, one.access_list) for one in wanted.changes
    )
    return ask(state, "marking", SetParameterAttributes(changes))


def marked(state: SessionState, _envelope: Envelope, _now: float) -> Heard:
    """SetParameterAttributesResponse. What became of it is read back."""
    names = tuple(dict.fromkeys(one.name for one in _changes(state)))
    return ask(state, "attributes", GetParameterAttributes(names))


def _changes(state: SessionState) -> tuple[args.Change, ...]:
    assert state.command is not None
    return args.parse(state.command.arguments, args.Attributes).changes


def told(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterAttributesResponse."""
    message = envelope.message
    assert isinstance(message, GetParameterAttributesResponse)
    result: dict[str, object] = {
        "attributes": {
            one.name: {"notification": one.notification, "access_list": list(one.access_list)}
            for one in message.attributes
        }
    }
    differ = _differing(_changes(state), message.attributes)
    if not differ:
        return answered(state, now, result)
    result["differ"] = differ
    result["error"] = f"the router said that it changed them, and {', '.join(differ[:3])} differ"
    return failing(state, now, result)


def _differing(
    changes: tuple[args.Change, ...], found: tuple[ParameterAttributes, ...]
) -> list[str]:
    """Names whose attributes are not as they were to be; of an object all below it count."""
    differ = []
    for change in changes:
        below = [
            one
            for one in found
            if one.name == change.name
            or (change.name.endswith(".") and one.name.startswith(change.name))
        ]
        if any(not _is(change, one) for one in below):
            differ.append(change.name)
    return differ


def _is(change: args.Change, found: ParameterAttributes) -> bool:
    if change.notification is not None and change.notification != found.notification:
        return False
    return change.access_list is None or set(change.access_list) == set(found.access_list)


def telling_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: after a change, they were changed and cannot be read back."""
    if _changes(state):
        return answered(state, now, {"unread": fault_of(envelope)})
    return failed(state, envelope, now)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("attributes", GetParameterAttributesResponse): told,
        ("attributes", Fault): telling_refused,
        ("marking", SetParameterAttributesResponse): marked,
        ("marking", Fault): failed,
    }
)
