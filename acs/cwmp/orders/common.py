"""What the families of commands share: asking in portions, answers, failures. No kind is here."""

from collections.abc import Iterable

from acs.commands import Command
from acs.cwmp import collection
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    ParameterValue,
)
from acs.cwmp.orders.arguments import ArgumentError
from acs.cwmp.state import NOTHING, Heard, Phase, SessionState, ask, idle, over
from acs.facts import CommandAnswered, CommandFailed, Fact
from acs.secret_names import blanked

KEY_MAX = 32
SHOWN = 20  # names that a result tells at most


def ask_values(state: SessionState, phase: Phase, paths: Iterable[str]) -> Heard:
    """Ask for parameters, so many at once as the policy says."""
    asking = collection.start(tuple(dict.fromkeys(paths)), state.policy.names_per_call)
    return ask(state, phase, GetParameterValues(asking.portions[0]), asking=asking)


def more(state: SessionState, envelope: Envelope) -> tuple[collection.Asking, Heard | None]:
    """The series after an answer, and the next question if there is one."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    assert state.asking is not None
    asking = collection.heard(state.asking, message.parameters)
    return asking, _next(state, asking)


def around(state: SessionState, envelope: Envelope) -> tuple[collection.Asking, Heard | None]:
    """The series after a fault: without what was refused."""
    assert state.asking is not None
    asking = collection.refused(state.asking, fault_in(envelope), state.policy.faults)
    return asking, _next(state, asking)


def _next(state: SessionState, asking: collection.Asking) -> Heard | None:
    question = collection.request(asking)
    return None if question is None else ask(state, state.phase, question, asking=asking)


def texts(parameters: Iterable[ParameterValue]) -> dict[str, object]:
    """Values as they are remembered and shown: a router's secrets are neither."""
    return blanked({parameter.name: parameter.value for parameter in parameters})


def types(parameters: Iterable[ParameterValue]) -> dict[str, object]:
    """Types by path, as far as the router said them."""
    return {parameter.name: parameter.type for parameter in parameters if parameter.type}


def answered(state: SessionState, now: float, result: dict[str, object], *facts: Fact) -> Heard:
    """The command is done; facts that follow from it come before it."""
    fact = _answer(state, now, result, final=True)
    return Heard(idle(state), (*facts, fact))


def accepted(
    state: SessionState, now: float, result: dict[str, object], *, takes: float = 0.0
) -> Heard:
    """The router took the call; the end comes later."""
    return Heard(idle(state), (_answer(state, now, result, final=False, takes=takes),))


def ending(state: SessionState, now: float) -> Heard:
    """The router took a call that it carries out when the session has ended, so it ends here."""
    return Heard(over(state), (_answer(state, now, {}, final=False),), NOTHING)


def _answer(
    state: SessionState,
    now: float,
    result: dict[str, object],
    *,
    final: bool,
    takes: float = 0.0,
) -> Fact:
    assert state.command is not None
    return CommandAnswered(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        final=final,
        result=result,
        takes=takes,
    )


def failing(state: SessionState, now: float, result: dict[str, object], *facts: Fact) -> Heard:
    """The command has failed."""
    assert state.command is not None
    fact = CommandFailed(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        result=result,
    )
    return Heard(idle(state), (*facts, fact))


def failed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to a command's call."""
    return failing(state, now, fault_of(envelope))


def fault_in(envelope: Envelope) -> Fault:
    """The fault that the router said."""
    message = envelope.message
    assert isinstance(message, Fault)
    return message


def fault_of(envelope: Envelope) -> dict[str, object]:
    """The fault as a result says it; with why each parameter was not set."""
    message = fault_in(envelope)
    result: dict[str, object] = {"code": message.code, "string": message.string}
    if message.parameters:
        result["parameters"] = [
            {"name": one.name, "code": one.code, "string": one.string} for one in message.parameters
        ]
    return result


def command_key(command: Command) -> str:
    """The command's id as CommandKey.

    Raises:
        ArgumentError: it cannot be one.
    """
    if not 0 < len(command.command_id) <= KEY_MAX:
        raise ArgumentError(f"a CommandKey has 1 to {KEY_MAX} characters")
    return command.command_id


def key_of(state: SessionState) -> str:
    """The command's id as ParameterKey."""
    assert state.command is not None
    return state.command.command_id[:KEY_MAX]
