"""Kind tree: the names and values of all below a path, within the session's bounds.

A subtree is listed whole where the router can, else level by level; the largest objects level by
level at once, for some routers time out over them. What it does not give is left without a value.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp import collection
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    ParameterInfo,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import (
    SHOWN,
    answered,
    around,
    ask_values,
    failing,
    fault_in,
    fault_of,
    more,
)
from acs.cwmp.sources import ROOTS
from acs.cwmp.state import Handler, Heard, Order, Phase, SessionState, ask, change
from acs.facts import Parameter, TreeRead
from acs.secret_names import REDACTED, is_secret

_SPARED = 20  # turns of the session that are left for what else is to be said


def begin_tree(state: SessionState, command: Command) -> Heard:
    """Ask for the first names."""
    path = args.parse(command.arguments, args.Tree).path
    start = path or state.root
    if not start and (state.policy.quirks.no_empty_path or "" in state.policy.walk.avoided):
        return _list(state, Order(path=path, todo=tuple((root, True) for root in ROOTS)))
    return _list(state, Order(path=path, todo=((start, not start or _stepwise(state, start)),)))


def _stepwise(state: SessionState, path: str) -> bool:
    """Whether a path is listed level by level from the start."""
    return path in ROOTS or state.policy.quirks.next_level_only


def _list(state: SessionState, order: Order) -> Heard:
    path, next_level = order.todo[0]
    return ask(state, "walking", GetParameterNames(path, next_level), order=order)


def walked(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterNamesResponse."""
    message = envelope.message
    assert isinstance(message, GetParameterNamesResponse)
    order = state.order
    path, _next_level = order.todo[0]
    below = [one for one in message.parameters if one.name.startswith(path) and one.name != path]
    # Some routers give all when asked for one level, some one level when asked for all.
    is_level = all("." not in one.name[len(path) :].rstrip(".") for one in below)
    objects = [one.name for one in below if one.name.endswith(".")] if is_level else []
    todo = (*((name, _stepwise(state, name)) for name in objects), *order.todo[1:])
    return _walk_on(state, order, (*order.infos, *below), todo, now)


def walking_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: what cannot be listed whole is listed level by level."""
    order = state.order
    path, next_level = order.todo[0]
    rest = order.todo[1:]
    if not next_level:
        return _walk_on(state, order, order.infos, ((path, True), *rest), now)
    if not order.infos and not rest:
        if path:
            return failing(state, now, fault_of(envelope))
        # some routers know no empty path
        return _walk_on(state, order, order.infos, tuple((root, True) for root in ROOTS), now)
    if order.path or path not in ROOTS:  # of two roots one is not there
        fault = {"code": fault_in(envelope).code, "path": path}
        order = Order(path=order.path, infos=order.infos, result={"unlisted": fault})
    return _walk_on(state, order, order.infos, rest, now)


def _walk_on(
    state: SessionState,
    order: Order,
    infos: tuple[ParameterInfo, ...],
    todo: tuple[tuple[str, bool], ...],
    now: float,
) -> Heard:
    order = Order(path=order.path, infos=infos, todo=todo, result=order.result)
    left = state.policy.turns - state.turns - _SPARED
    if len(infos) > state.policy.walk.names or (todo and left < 1):
        return failing(state, now, {"names": len(infos), "error": _too_much(state, len(infos))})
    if todo:
        return _list(state, order)
    names = {one.name: one for one in infos}
    if not names:
        return failing(state, now, {"error": f"there is nothing below {order.path!r}", "names": 0})
    order = Order(path=order.path, infos=tuple(names.values()), result=order.result)
    leaves = [name for name in names if not name.endswith(".")]
    if not leaves:
        return _read(change(state, order=order), collection.Asking(()), now)
    if len(leaves) > left * state.policy.names_per_call:
        return failing(state, now, {"names": len(names), "error": _too_much(state, len(names))})
    return ask_values(change(state, order=order), "reading", leaves)


def _too_much(state: SessionState, names: int) -> str:
    return (
        f"{names} names and more are too much for one session (limits {state.policy.walk.names} "
        f"names, {state.policy.turns} turns): ask for a smaller part"
    )


def read(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse."""
    asking, question = more(state, envelope)
    return question or _read(state, asking, now)


def reading_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: the offending names are left without a value."""
    asking, question = around(state, envelope)
    return question or _read(state, asking, now)


def _read(state: SessionState, asking: collection.Asking, now: float) -> Heard:
    order = state.order
    values = {parameter.name: parameter for parameter in asking.values}
    parameters = []
    for one in order.infos:
        if one.name.endswith("."):
            continue
        found = values.get(one.name)
        text = None if found is None else found.value
        if text and is_secret(one.name):
            text = REDACTED
        kind = (found.type or None) if found is not None else None
        parameters.append(Parameter(one.name, text, kind, one.writable))
    objects = {one.name: one.writable for one in order.infos if one.name.endswith(".")}
    refused = (*asking.dropped, *asking.skipped)
    result: dict[str, object] = {
        "path": order.path,
        "parameters": len(parameters),
        "objects": len(objects),
        "unread": sum(one.value is None for one in parameters),
        **order.result,
    }
    if refused:
        result["refused"] = list(refused[:SHOWN])
    if order.result:  # what was not listed must not be taken for gone
        return answered(state, now, result)
    fact = TreeRead(
        router_id=state.router_id,
        at=now,
        path=order.path,
        parameters=tuple(parameters),
        objects=objects,
    )
    return answered(state, now, result, fact)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("walking", GetParameterNamesResponse): walked,
        ("walking", Fault): walking_refused,
        ("reading", GetParameterValuesResponse): read,
        ("reading", Fault): reading_refused,
    }
)
