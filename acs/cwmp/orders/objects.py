"""Kinds add and delete: instances of tables. An instance that cannot be filled is taken back."""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp.messages import (
    AddObject,
    AddObjectResponse,
    DeleteObject,
    DeleteObjectResponse,
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import (
    KEY_MAX,
    answered,
    failed,
    failing,
    fault_of,
    key_of,
    texts,
    types,
)
from acs.cwmp.orders.parameters import compare
from acs.cwmp.orders.spelling import spell
from acs.cwmp.state import Handler, Heard, Order, Phase, SessionState, ask


def begin_add(state: SessionState, command: Command) -> Heard:
    """Ask for a new instance."""
    table = args.parse(command.arguments, args.Add).object
    return ask(state, "adding", AddObject(table, command.command_id[:KEY_MAX]))


def _wish(state: SessionState) -> args.Add:
    assert state.command is not None
    return args.parse(state.command.arguments, args.Add)


def added(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """AddObjectResponse: the instance is there; its values are looked at before they are set."""
    message = envelope.message
    assert isinstance(message, AddObjectResponse)
    wanted = _wish(state)
    path = f"{wanted.object}{message.instance_number}."
    result: dict[str, object] = {
        "object": path,
        "instance": message.instance_number,
        "status": message.status,
    }
    if not wanted.values:
        return answered(state, now, result)
    order = Order(path=path, result=result)
    return ask(state, "looking", GetParameterValues((path,)), order=order)


def looked(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """GetParameterValuesResponse with the new instance's values, and their types."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    return _fill(state, message.parameters)


def looking_refused(state: SessionState, _envelope: Envelope, _now: float) -> Heard:
    """A fault in answer to the same: the types are guessed."""
    return _fill(state, ())


def _wished(state: SessionState, before: tuple[ParameterValue, ...]) -> list[ParameterValue]:
    known = {parameter.name: parameter for parameter in before}
    path = state.order.path
    return [
        spell(path + name, value, known.get(path + name))
        for name, value in _wish(state).values.items()
    ]


def _fill(state: SessionState, before: tuple[ParameterValue, ...]) -> Heard:
    order = Order(path=state.order.path, before=before, result=state.order.result)
    known = {parameter.name: parameter.value for parameter in before}
    parameters = tuple(p for p in _wished(state, before) if known.get(p.name) != p.value)
    if not parameters:
        return ask(state, "showing", GetParameterValues((order.path,)), order=order)
    return ask(state, "filling", SetParameterValues(parameters, key_of(state)), order=order)


def filled(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """SetParameterValuesResponse. What became of it is read back."""
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    order = state.order
    status = message.status or order.result.get("status", 0)
    order = Order(path=order.path, before=order.before, result={**order.result, "status": status})
    return ask(state, "showing", GetParameterValues((order.path,)), order=order)


def filling_refused(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """A fault in answer to the same: the instance is taken back."""
    order = state.order
    order = Order(path=order.path, result={"object": order.path, **fault_of(envelope)})
    return ask(state, "undoing", DeleteObject(order.path, key_of(state)), order=order)


def undone(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """DeleteObjectResponse: the router is as it was."""
    return failing(state, now, {**state.order.result, "rolled_back": True})


def undoing_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: the instance stays, with the router's own values."""
    result: dict[str, object] = {"rolled_back": False, "rollback": fault_of(envelope)}
    return failing(state, now, {**state.order.result, **result})


def shown(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the values after."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    result = {**state.order.result, "values": texts(message.parameters)}
    if known := types(message.parameters):
        result["types"] = known
    after = {parameter.name: parameter.value for parameter in message.parameters}
    differ = compare(_wished(state, state.order.before), after)
    if not differ:
        return answered(state, now, result)
    result["differ"] = differ
    if result["status"] == 1:  # committed, and applied later (A.3.2.6)
        return answered(state, now, result)
    result["error"] = (
        f"the instance is there, and {len(differ)} of its values are not what was set: "
        f"{', '.join(list(differ)[:3])}"
    )
    return failing(state, now, result)


def showing_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: it was filled, and cannot be read back."""
    return answered(state, now, {**state.order.result, "unread": fault_of(envelope)})


def begin_delete(state: SessionState, command: Command) -> Heard:
    """Delete an instance."""
    path = args.parse(command.arguments, args.Delete).object
    return ask(state, "deleting", DeleteObject(path, command.command_id[:KEY_MAX]))


def deleted(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """DeleteObjectResponse."""
    message = envelope.message
    assert isinstance(message, DeleteObjectResponse)
    return answered(state, now, {"status": message.status})


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("adding", AddObjectResponse): added,
        ("adding", Fault): failed,
        ("looking", GetParameterValuesResponse): looked,
        ("looking", Fault): looking_refused,
        ("filling", SetParameterValuesResponse): filled,
        ("filling", Fault): filling_refused,
        ("undoing", DeleteObjectResponse): undone,
        ("undoing", Fault): undoing_refused,
        ("showing", GetParameterValuesResponse): shown,
        ("showing", Fault): showing_refused,
        ("deleting", DeleteObjectResponse): deleted,
        ("deleting", Fault): failed,
    }
)
