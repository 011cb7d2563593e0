"""Kind rpc: a call by its name in TR-069, for which there is no kind of its own, or in raw form.

Calls that restart the router, move files or are answered later are refused here: their kinds have
guards and a life of their own.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from acs.commands import Command
from acs.cwmp import messages as m
from acs.cwmp.messages import AcsMessage, Envelope, Fault, ParameterValue
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import answered, failed
from acs.cwmp.orders.transfers import given_up
from acs.cwmp.state import NOTHING, Handler, Heard, Phase, SessionState, ask, over
from acs.cwmp.structs import (
    AttributeChange,
    ParameterAttributes,
    ParameterInfo,
)
from acs.facts import CommandFailed, Fact
from acs.secret_names import REDACTED, is_secret

CALLS: Mapping[str, tuple[type[msgspec.Struct], type[object]]] = MappingProxyType(
    {
        call.__name__: (call, answer)
        for call, answer in (
            (m.GetRPCMethods, m.GetRPCMethodsResponse),
            (m.GetParameterNames, m.GetParameterNamesResponse),
            (m.GetParameterValues, m.GetParameterValuesResponse),
            (m.SetParameterValues, m.SetParameterValuesResponse),
            (m.GetParameterAttributes, m.GetParameterAttributesResponse),
            (m.SetParameterAttributes, m.SetParameterAttributesResponse),
            (m.AddObject, m.AddObjectResponse),
            (m.DeleteObject, m.DeleteObjectResponse),
            (m.CancelTransfer, m.CancelTransferResponse),
            (m.GetQueuedTransfers, m.GetQueuedTransfersResponse),
            (m.GetAllQueuedTransfers, m.GetAllQueuedTransfersResponse),
            (m.SetVouchers, m.SetVouchersResponse),
            (m.GetOptions, m.GetOptionsResponse),
        )
    }
)
# Calls whose kinds say what may be done when.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "Reboot": "reboot",
        "FactoryReset": "factory_reset",
        "Download": "download",
        "Upload": "upload",
        "ScheduleDownload": "schedule_download",
        "ScheduleInform": "schedule_inform",
        "ChangeDUState": "software",
    }
)
# The standard's names that are not ours in capitals.
_OURS = MappingProxyType(
    {
        ("GetParameterNames", "ParameterPath"): "path",
        ("GetParameterValues", "ParameterNames"): "names",
        ("GetParameterAttributes", "ParameterNames"): "names",
        ("SetParameterValues", "ParameterList"): "parameters",
        ("SetParameterAttributes", "ParameterList"): "changes",
        ("SetVouchers", "VoucherList"): "vouchers",
    }
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LISTED: Mapping[str, type[msgspec.Struct]] = MappingProxyType(
    {"parameters": ParameterValue, "changes": AttributeChange}
)
_BY_POSITION = (ParameterInfo, ParameterValue, ParameterAttributes)


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


def call_of(wanted: args.Rpc) -> AcsMessage:
    """The call as a message.

    Raises:
        ArgumentError: there is no such call, it has a kind of its own, or its arguments are wrong.
    """
    kind = KINDS.get(wanted.method)
    if kind is not None:
        raise args.ArgumentError(f"{wanted.method} is asked for with a command of kind {kind}")
    if wanted.method not in CALLS:
        raise args.ArgumentError(
            f"method: found {wanted.method!r}, allowed are {', '.join(sorted(CALLS))}"
        )
    call, _answer = CALLS[wanted.method]
    given = {
        _OURS.get((wanted.method, name)) or _snake(name): value
        for name, value in wanted.arguments.items()
    }
    odd = given.keys() - set(call.__struct_fields__)
    if odd:
        allowed = ", ".join(call.__struct_fields__) or "none"
        raise args.ArgumentError(
            f"{wanted.method} has no argument {min(odd)}, allowed are {allowed}"
        )
    for name, struct in _LISTED.items():
        if isinstance(given.get(name), list | tuple):
            given[name] = [_listed(one, struct) for one in given[name]]
    if "command_key" in call.__struct_fields__ and not given.get("command_key"):
        raise args.ArgumentError(f"{wanted.method}: command_key is needed")
    try:
        message: AcsMessage = msgspec.convert(given, call)  # type: ignore[assignment]
    except msgspec.ValidationError as error:
        raise args.ArgumentError(f"{wanted.method}: {error}") from None
    return message


def _listed(one: object, struct: type[msgspec.Struct]) -> object:
    """A member of a list by position; given by names, with the standard's "Change" flags or not."""
    if not isinstance(one, Mapping):
        return one
    named = {_snake(str(name)): value for name, value in one.items()}
    if struct is AttributeChange:
        for flag in ("notification", "access_list"):
            if named.pop(f"{flag}_change", True) is False:
                named.pop(flag, None)
    odd = named.keys() - set(struct.__struct_fields__)
    if odd or "name" not in named:
        allowed = ", ".join(struct.__struct_fields__)
        raise args.ArgumentError(f"found {sorted(named)}, allowed are {allowed}; name is needed")
    if struct is ParameterValue:
        value = named.get("value", "")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        kind = str(named.get("type") or ("boolean" if isinstance(value, bool) else "string"))
        return [named["name"], text, kind.removeprefix("xsd:")]
    return [named["name"], named.get("notification"), named.get("access_list")]


def begin_rpc(state: SessionState, command: Command) -> Heard:
    """Make the call."""
    return ask(state, "calling", call_of(args.parse(command.arguments, args.Rpc)))


def called(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """The answer, whichever it is; one to another call ends the session."""
    assert state.command is not None
    method = args.parse(state.command.arguments, args.Rpc).method
    _call, answer = CALLS[method]
    message = envelope.message
    if not isinstance(message, answer):
        wrong = CommandFailed(
            router_id=state.router_id,
            at=now,
            command_id=state.command.command_id,
            result={"error": f"the router answered {method} with {type(message).__name__}"},
        )
        return Heard(over(state), (wrong,), NOTHING)
    response = {name: _plain(getattr(message, name)) for name in message.__struct_fields__}
    ended: list[Fact] = []
    if isinstance(message, m.CancelTransferResponse):
        call = call_of(args.parse(state.command.arguments, args.Rpc))
        assert isinstance(call, m.CancelTransfer)
        ended.append(given_up(state, call.command_key, now))
    return answered(state, now, {"response": response}, *ended)


def _plain(value: object) -> object:
    """A response's member with names, and without secrets."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, _BY_POSITION):
        named = {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        if isinstance(value, ParameterValue) and value.value and is_secret(value.name):
            named["value"] = REDACTED
        return named
    return msgspec.to_builtins(value)


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        **{("calling", answer): called for _call, answer in CALLS.values()},
        ("calling", Fault): failed,
    }
)
