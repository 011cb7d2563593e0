"""Kind diagnostic: a test that the router carries out when the session has ended.

Begun in one session, it is looked after in later ones: when "8 DIAGNOSTICS COMPLETE" comes, and in
any other session too, for some routers never send that event. Results of an earlier test, which
stay where they are, are never taken for its own.
"""

from collections.abc import Mapping
from types import MappingProxyType

from acs.commands import Command
from acs.cwmp import collection
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterValues,
    GetParameterValuesResponse,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.orders import arguments as args
from acs.cwmp.orders.common import (
    accepted,
    around,
    ask_values,
    failed,
    failing,
    fault_of,
    key_of,
    more,
)
from acs.cwmp.orders.diagnostic_results import read_results
from acs.cwmp.orders.diagnostic_tests import PROTOCOLS, TESTS, UNSIGNED
from acs.cwmp.orders.spelling import Scalar, spell
from acs.cwmp.state import Handler, Heard, Order, Phase, SessionState, ask, change, idle
from acs.facts import CommandFinished, Fact, Sampled

REQUESTED = "Requested"
BEGAN = "began"  # of a result: whether no earlier result can be taken for that of the test
_TRIES = 4  # of one probe, where neither we nor the router say
_TIMEOUT = 5000  # ms, of one try, likewise


def begin_diagnostic(state: SessionState, command: Command) -> Heard:
    """Ask what the router's test has, and whether it is free."""
    wanted = args.parse(command.arguments, args.Diagnostic)
    test = TESTS[wanted.test]
    path = test.place(state.root, wanted.wan)
    if path is None:
        root = state.root or "which is unknown"
        raise args.ArgumentError(f"test: the router's data model, {root}, has no {wanted.test}")
    if "url" in test.arguments and not wanted.url:
        raise args.ArgumentError("url: the server did not put its own link there")
    names = (test.state_of(state.root), *_parameters(wanted), *test.cleared)
    return ask_values(
        change(state, order=Order(path=path)), "preparing", [path + name for name in names]
    )


def _parameters(wanted: args.Diagnostic) -> dict[str, Scalar]:
    """What the test is to be given, by the names of its parameters."""
    given: dict[str, Scalar] = {}
    for ours, theirs in TESTS[wanted.test].arguments.items():
        value = getattr(wanted, ours)
        if value not in ("", None):
            given[theirs] = PROTOCOLS[value] if ours == "protocol" else value
    return {**given, **wanted.parameters}


def _wish(command: Command | None) -> args.Diagnostic:
    assert command is not None
    return args.parse(command.arguments, args.Diagnostic)


def prepared(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the test as it stands."""
    asking, question = more(state, envelope)
    return question or _request(state, asking, now)


def preparing_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same: which of the names it is not about is found out."""
    asking, question = around(state, envelope)
    return question or _request(state, asking, now)


def _request(state: SessionState, asking: collection.Asking, now: float) -> Heard:
    path, wanted = state.order.path, _wish(state.command)
    name = path + TESTS[wanted.test].state_of(state.root)
    known = {parameter.name: parameter for parameter in asking.values}
    if name not in known:
        return failing(state, now, {"error": f"the router does not have the test: no {name}"})
    if known[name].value.strip() == REQUESTED:
        return failing(state, now, {"error": f"a test is under way already: {name} is Requested"})
    given = _parameters(wanted)
    missing = [path + one for one in given if path + one not in known]
    if missing:
        return failing(state, now, {"error": f"the router's test has no {', '.join(missing)}"})
    given |= {
        one: "" for one in TESTS[wanted.test].cleared if one not in given and path + one in known
    }
    spelt = [
        spell(path + one, value, known[path + one], _type_of(one, known[path + one].type))
        for one, value in given.items()
    ]
    changed = tuple(one for one in spelt if known[one.name].value != one.value)
    start = spell(name, REQUESTED, known[name], "string")
    message = SetParameterValues((*changed, start), key_of(state))
    result: dict[str, object] = {"test": wanted.test, "object": path, "state_name": name}
    order = Order(path=path, before=(known[name],), result=result)
    return ask(state, "requesting", message, asking=None, order=order)


def _type_of(name: str, said: str) -> str:
    return said or ("unsignedInt" if name in UNSIGNED else "")


def requested(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """SetParameterValuesResponse: the test begins when the session ends.

    Where an earlier result stands, it is asked whether that is gone: some routers say that they
    took the request, and never test.
    """
    assert isinstance(envelope.message, SetParameterValuesResponse)
    (before,) = state.order.before
    if not _is_complete(before.value):
        return _accepted(state, now, is_seen=True)
    return ask(state, "starting", GetParameterValues((before.name,)))


def started(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the state after the request."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    (before,) = state.order.before
    said = next((one.value for one in message.parameters if one.name == before.name), None)
    return _accepted(state, now, is_seen=said is not None and not _is_complete(said))


def starting_refused(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same."""
    return _accepted(state, now, is_seen=False)


def _accepted(state: SessionState, now: float, *, is_seen: bool) -> Heard:
    result = {**state.order.result, BEGAN: is_seen}
    return accepted(state, now, result, takes=seconds_of(_wish(state.command)))


def _is_complete(said: str) -> bool:
    return said.strip().lower().startswith("complete")  # some say "Completed"


def seconds_of(wanted: args.Diagnostic) -> float:
    """How long the test may take at most, from its arguments as far as they say."""
    test = TESTS[wanted.test]
    if wanted.duration is not None:
        return wanted.duration + test.seconds
    if "timeout" not in test.arguments:
        return test.seconds
    tries = (wanted.count or _TRIES) * (wanted.max_hops or 1)
    pause = wanted.interval or 0
    return test.seconds + tries * ((wanted.timeout or _TIMEOUT) + pause) / 1000


# --- in later sessions ----------------------------------------------------------------------


def resume(state: SessionState) -> Heard | None:
    """Look after the next test under way; None when there is none."""
    if not state.running:
        return None
    command, *rest = state.running
    state = change(state, running=tuple(rest))
    name, path = command.result.get("state_name"), command.result.get("object")
    if command.kind != "diagnostic" or not isinstance(name, str) or not isinstance(path, str):
        return resume(state)
    state = change(state, command=command, order=Order(path=path))
    return ask(state, "probing", GetParameterValues((name,)))


def probed(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the test's state."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    assert state.command is not None
    name = state.command.result.get("state_name")
    said = next((one.value.strip() for one in message.parameters if one.name == name), "")
    word = said.lower()
    if _is_complete(said):
        if not state.is_tested and state.command.result.get(BEGAN) is False:
            return Heard(idle(state))  # the result of an earlier test, for all that is known
        return ask(state, "harvesting", GetParameterValues((state.order.path,)))
    if word.startswith("error"):
        return _finished(state, now, {"state": said, "error": f"the router says {said}"})
    if word in ("none", "canceled", "cancelled"):
        error = "the router gave the test up: it restarted, or was asked for another"
        return _finished(state, now, {"state": said, "error": error})
    return Heard(idle(state))  # not yet


def probing_refused(state: SessionState, _envelope: Envelope, _now: float) -> Heard:
    """A fault in answer to the same: it is asked again in the next session."""
    return Heard(idle(state))


def harvested(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with all of the test's object."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    wanted = _wish(state.command)
    values = {parameter.name: parameter.value for parameter in message.parameters}
    figures, vitals = read_results(wanted.test, wanted, values, state.order.path)
    sampled: list[Fact] = []
    if vitals:
        sampled.append(Sampled(router_id=state.router_id, at=now, vitals=vitals))
    return _finished(state, now, figures, *sampled)


def harvesting_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same."""
    result: dict[str, object] = {"error": "the results cannot be read", **fault_of(envelope)}
    return _finished(state, now, result)


def _finished(state: SessionState, now: float, result: dict[str, object], *facts: Fact) -> Heard:
    assert state.command is not None
    finished = CommandFinished(
        router_id=state.router_id,
        at=now,
        command_id=state.command.command_id,
        kinds=("diagnostic",),
        is_failed="error" in result,
        result=result,
    )
    return Heard(idle(state), (*facts, finished))


MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        ("preparing", GetParameterValuesResponse): prepared,
        ("preparing", Fault): preparing_refused,
        ("requesting", SetParameterValuesResponse): requested,
        ("requesting", Fault): failed,
        ("starting", GetParameterValuesResponse): started,
        ("starting", Fault): starting_refused,
        ("probing", GetParameterValuesResponse): probed,
        ("probing", Fault): probing_refused,
        ("harvesting", GetParameterValuesResponse): harvested,
        ("harvesting", Fault): harvesting_refused,
    }
)
