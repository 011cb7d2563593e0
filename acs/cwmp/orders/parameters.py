"""Kinds get, set, refresh and names.

A router that says that it set values is believed when they have been read back: some say so and
keep the old ones. What has its value already is not set again: some answer that with a fault.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import (
    answered,
    ask_values,
    failed,
    failing,
    fault_of,
    key_of,
    more,
    texts,
    types,
)
from acs.cwmp.orders.spelling import is_hidden, same, spell
from acs.cwmp.state import Handler, Heard, Order, Phase, SessionState, ask, change
from acs.cwmp.work import begin_collection
from acs.secret_names import REDACTED, is_secret


def begin_refresh(state: SessionState, _command: Command) -> Heard:
    """Collect the vitals now."""
    begun = begin_collection(state)
    if begun is None:
        raise args.ArgumentError("nothing of this router can be collected")
    return begun


# --- get, names -----------------------------------------------------------------------------


def begin_get(state: SessionState, command: Command) -> Heard:
    """Ask for values."""
    return ask_values(state, "getting", args.parse(command.arguments, args.Get).paths)


def got(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse."""
    asking, question = more(state, envelope)
    if question is not None:
        return question
    result: dict[str, object] = {"values": texts(asking.values)}
    if known := types(asking.values):
        result["types"] = known
    return answered(state, now, result)


def begin_names(state: SessionState, command: Command) -> Heard:
    """Ask for names."""
    wanted = args.parse(command.arguments, args.Names)
    return ask(state, "listing", GetParameterNames(wanted.path, wanted.next_level))


def listed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterNamesResponse; the result says of each name whether it can be written."""
    message = envelope.message
    assert isinstance(message, GetParameterNamesResponse)
    return answered(state, now, {"names": {one.name: one.writable for one in message.parameters}})


# --- set ------------------------------------------------------------------------------------


def begin_set(state: SessionState, command: Command) -> Heard:
    """Ask for what the router has, and for the types."""
    return ask_values(state, "typing", args.parse(command.arguments, args.Set).values)


def typed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the values before, and their types."""
    asking, question = more(state, envelope)
    return question or _set(state, asking.values, now)


def typing_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: enough, unless the types are given."""
    wanted = _wish(state)
    if wanted.types.keys() != wanted.values.keys():
        return failed(state, envelope, now)
    return _set(state, (), now)


def _wish(state: SessionState) -> args.Set:
    assert state.command is not None
    return args.parse(state.command.arguments, args.Set)


def _wished(state: SessionState, before: tuple[ParameterValue, ...]) -> list[ParameterValue]:
    """What the router is to have, as it would write it."""
    wanted = _wish(state)
    known = {parameter.name: parameter for parameter in before}
    return [
        spell(path, value, known.get(path), wanted.types.get(path, ""))
        for path, value in wanted.values.items()
    ]


def _set(state: SessionState, before: tuple[ParameterValue, ...], now: float) -> Heard:
    known = {parameter.name: parameter.value for parameter in before}
    parameters = tuple(p for p in _wished(state, before) if known.get(p.name) != p.value)
    if not parameters:
        shown = texts(before)
        return answered(state, now, {"status": 0, "before": shown, "values": shown})
    message = SetParameterValues(parameters, key_of(state))
    return ask(state, "setting", message, asking=None, order=Order(before=before))


def was_set(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse. What became of it is read back."""
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    wanted, order = _wish(state), state.order
    if not wanted.read_back:
        return answered(state, now, {"status": message.status, "before": texts(order.before)})
    state = change(state, order=Order(before=order.before, status=message.status))
    return ask_values(state, "checking", wanted.values)


def checked(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the values after."""
    asking, question = more(state, envelope)
    if question is not None:
        return question
    order = state.order
    after = {parameter.name: parameter.value for parameter in asking.values}
    result: dict[str, object] = {
        "status": order.status,
        "before": texts(order.before),
        "values": texts(asking.values),
    }
    if known := types(asking.values):
        result["types"] = known
    return _judged(state, now, result, compare(_wished(state, order.before), after))


def compare(wanted: list[ParameterValue], after: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """What differs from what was wished for, by path; secrets that are not shown do not."""
    differ: dict[str, dict[str, object]] = {}
    for one in wanted:
        found = after.get(one.name)
        if found is not None and (same(one, found) or is_hidden(one, found)):
            continue
        secret = found is not None and is_secret(one.name)
        differ[one.name] = {
            "wanted": REDACTED if is_secret(one.name) else one.value,
            "found": REDACTED if secret else found,
        }
    return differ


def _judged(
    state: SessionState,
    now: float,
    result: dict[str, object],
    differ: dict[str, dict[str, object]],
) -> Heard:
    if not differ:
        return answered(state, now, result)
    result["differ"] = differ
    if state.order.status == 1:  # committed, and applied later (A.3.2.1)
        return answered(state, now, result)
    result["error"] = (
        f"the router said that it set the values, and {len(differ)} of them read otherwise: "
        f"{', '.join(list(differ)[:3])}"
    )
    return failing(state, now, result)


def checking_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """It was set, and cannot be read back."""
    result: dict[str, object] = {
        "status": state.order.status,
        "before": texts(state.order.before),
        "unread": fault_of(envelope),
    }
    return answered(state, now, result)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("getting", GetParameterValuesResponse): got,
        ("getting", Fault): failed,
        ("listing", GetParameterNamesResponse): listed,
        ("listing", Fault): failed,
        ("typing", GetParameterValuesResponse): typed,
        ("typing", Fault): typing_refused,
        ("setting", SetParameterValuesResponse): was_set,
        ("setting", Fault): failed,
        ("checking", GetParameterValuesResponse): checked,
        ("checking", Fault): checking_refused,
    }
)
