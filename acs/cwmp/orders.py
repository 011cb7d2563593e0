"""Commands as the router hears them: get, set, refresh and reboot, and what their answers mean.

Whether a command may be sent was decided before it came here.
"""

from collections.abc import Mapping

from acs.commands import Command
from acs.cwmp import collection
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    ParameterValue,
    Reboot,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.state import NOTHING, Heard, Phase, SessionState, ask, change, idle, over
from acs.cwmp.work import begin_collection
from acs.facts import CommandAnswered, CommandFailed
from acs.secret_names import blanked

# TR-069 Amendment 6, A.3.2.2: a name has at most 256 characters.
_NAME_MAX = 256
_KEY_MAX = 32
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class ArgumentError(ValueError):
    """The command's arguments are not those of its kind."""


def begin(state: SessionState, command: Command, now: float) -> Heard:
    """Begin a command. Without a reply it could not be begun: its failure is among the facts."""
    state = change(state, command=command)
    try:
        return _begin(state, command)
    except ArgumentError as error:
        failed = CommandFailed(
            router_id=command.router_id,
            at=now,
            command_id=command.command_id,
            result={"error": str(error)},
        )
        return Heard(idle(state), (failed,))


def _begin(state: SessionState, command: Command) -> Heard:
    if command.router_id != state.router_id:
        raise ArgumentError("the command is another router's")
    if command.kind == "reboot":
        if not 0 < len(command.command_id) <= _KEY_MAX:
            raise ArgumentError(f"a CommandKey has 1 to {_KEY_MAX} characters")
        return ask(state, "rebooting", Reboot(command.command_id))
    if command.kind == "refresh":
        begun = begin_collection(state)
        if begun is None:
            raise ArgumentError("nothing of this router can be collected")
        return begun
    if command.kind == "get":
        return _ask_values(state, "getting", _paths(command.arguments))
    return _ask_values(state, "typing", tuple(_wanted(command.arguments)))


def _paths(arguments: Mapping[str, object]) -> tuple[str, ...]:
    paths = arguments.get("paths")
    if not isinstance(paths, list | tuple) or not paths:
        raise ArgumentError("paths: a list of parameter paths is needed")
    return tuple(dict.fromkeys(_path(path) for path in paths))


def _wanted(arguments: Mapping[str, object]) -> dict[str, str | bool]:
    values = arguments.get("values")
    if not isinstance(values, dict) or not values:
        raise ArgumentError("values: an object of path to value is needed")
    wanted: dict[str, str | bool] = {}
    for path, value in values.items():
        if _path(path).endswith("."):
            raise ArgumentError(f"{path} is an object, not a parameter")
        if not isinstance(value, str | int | float):
            raise ArgumentError(f"{path}: a text, a number or a boolean is needed")
        wanted[path] = value if isinstance(value, bool) else str(value)
    return wanted


def _path(path: object) -> str:
    if not isinstance(path, str) or not 0 < len(path) <= _NAME_MAX:
        raise ArgumentError(f"a parameter path has 1 to {_NAME_MAX} characters")
    return path


def _ask_values(state: SessionState, phase: Phase, paths: tuple[str, ...]) -> Heard:
    asking = collection.start(paths, state.policy.names_per_call)
    return ask(state, phase, GetParameterValues(asking.portions[0]), asking=asking)


def _more(state: SessionState, envelope: Envelope) -> tuple[collection.Asking, Heard | None]:
    """The series after an answer, and the next question if there is one."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    assert state.asking is not None
    asking = collection.heard(state.asking, message.parameters)
    question = collection.request(asking)
    if question is None:
        return asking, None
    return asking, ask(state, state.phase, question, asking=asking)


def _texts(parameters: tuple[ParameterValue, ...]) -> dict[str, object]:
    """Values as they are remembered and shown: a router's secrets are neither."""
    return blanked({parameter.name: parameter.value for parameter in parameters})


def _answered(state: SessionState, now: float, result: dict[str, object]) -> Heard:
    assert state.command is not None
    fact = CommandAnswered(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        final=True,
        result=result,
    )
    return Heard(idle(state), (fact,))


def got(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """Command get: GetParameterValuesResponse."""
    asking, question = _more(state, envelope)
    return question or _answered(state, now, {"values": _texts(asking.values)})


def typed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """Command set: GetParameterValuesResponse with the values before, and their types.

    What has its value already is not set again: some routers answer that with a fault.
    """
    asking, question = _more(state, envelope)
    if question is not None:
        return question
    assert state.command is not None
    before = {parameter.name: parameter for parameter in asking.values}
    parameters = tuple(
        _typed(wanted, before.get(wanted[0])) for wanted in _wanted(state.command.arguments).items()
    )
    parameters = tuple(
        p for p in parameters if p.name not in before or before[p.name].value != p.value
    )
    if not parameters:
        texts = _texts(asking.values)
        return _answered(state, now, {"status": 0, "before": texts, "values": texts})
    message = SetParameterValues(parameters, state.command.command_id[:_KEY_MAX])
    return ask(state, "setting", message, asking=None, before=asking.values)


def _typed(wanted: tuple[str, str | bool], before: ParameterValue | None) -> ParameterValue:
    """The value as the router itself would write it, with its type."""
    path, value = wanted
    written, kind = (before.value, before.type) if before else ("", "")
    kind = kind or ("boolean" if isinstance(value, bool) else "string")
    text = str(value).lower() if isinstance(value, bool) else value
    truth = _TRUTH.get(text.strip().lower()) if kind == "boolean" else None
    if truth is not None:
        text = ("0", "1")[truth] if written.strip() in ("0", "1") else ("false", "true")[truth]
    return ParameterValue(path, text, kind)


def was_set(state: SessionState, envelope: Envelope, _now: float) -> Heard:
    """Command set: SetParameterValuesResponse. What became of it is read back."""
    message = envelope.message
    assert isinstance(message, SetParameterValuesResponse)
    assert state.command is not None
    heard = _ask_values(state, "checking", tuple(_wanted(state.command.arguments)))
    return Heard(change(heard.state, status=message.status), heard.facts, heard.reply)


def checked(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """Command set: GetParameterValuesResponse with the values after."""
    asking, question = _more(state, envelope)
    if question is not None:
        return question
    result: dict[str, object] = {
        "status": state.status,
        "before": _texts(state.before),
        "values": _texts(asking.values),
    }
    return _answered(state, now, result)


def checking_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """Command set: it was set, and cannot be read back."""
    result: dict[str, object] = {
        "status": state.status,
        "before": _texts(state.before),
        "unread": _fault(envelope),
    }
    return _answered(state, now, result)


def rebooted(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """RebootResponse: the router will restart when the session has ended, so it ends here."""
    assert state.command is not None
    fact = CommandAnswered(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        final=False,
    )
    return Heard(over(state), (fact,), NOTHING)


def failed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to a command's call."""
    assert state.command is not None
    fact = CommandFailed(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        result=_fault(envelope),
    )
    return Heard(idle(state), (fact,))


def _fault(envelope: Envelope) -> dict[str, object]:
    message = envelope.message
    assert isinstance(message, Fault)
    result: dict[str, object] = {"code": message.code, "string": message.string}
    if message.parameters:
        result["parameters"] = [
            {"name": one.name, "code": one.code, "string": one.string} for one in message.parameters
        ]
    return result
