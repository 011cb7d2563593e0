"""What the server does of itself in a session: discover and collect.

Commands are ``orders``; what the router asks is ``session``'s. Each handler takes the state, the
router's message and the time, and gives what follows.
"""

from msgspec.structs import replace

from acs.cwmp import collection, discovery
from acs.cwmp.messages import (
    Envelope,
    Fault,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
)
from acs.cwmp.plan import compile_plan, encode_plan, plan_key, without
from acs.cwmp.readings import read
from acs.cwmp.securing import begin_securing
from acs.cwmp.state import Heard, SessionState, ask, change, idle
from acs.cwmp.topology import selectors_in
from acs.facts import (
    CommandAnswered,
    CommandFailed,
    Discovered,
    Fact,
    Noted,
    PlanChanged,
    Sampled,
)
from diagnostics.sample import Value

_SKIPPED_SHOWN = 20


def begin_next(state: SessionState) -> Heard | None:
    """Begin the next piece of work; None when nothing is to be done."""
    if state.must_discover:
        policy = state.policy
        walk = discovery.start(
            state.root,
            stepwise=policy.quirks.next_level_only,
            no_empty_path=policy.quirks.no_empty_path or "" in policy.walk.avoided,
        )
        message = discovery.request(walk)
        if message is not None:
            return ask(state, "naming", message, must_discover=False, walk=walk)
    if state.must_collect:
        begun = begin_collection(state)
        if begun is not None:
            return begun
    if state.secret is not None and state.root:
        return begin_securing(state)
    return None


def begin_collection(state: SessionState) -> Heard | None:
    """Begin to collect what the plan asks for; None when there is nothing to ask."""
    if state.plan is None:
        return None
    asking = collection.start(state.plan.request, state.policy.names_per_call)
    message = collection.request(asking)
    if message is None:
        return None
    return ask(state, "collecting", message, must_collect=False, asking=asking)


# --- discovery ------------------------------------------------------------------------------


def named(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterNamesResponse."""
    message = envelope.message
    assert isinstance(message, GetParameterNamesResponse)
    assert state.walk is not None
    return _walked(state, discovery.heard(state.walk, message.parameters, state.policy.walk), now)


def naming_refused(state: SessionState, _envelope: Envelope, now: float) -> Heard:
    """A fault in answer to GetParameterNames."""
    assert state.walk is not None
    return _walked(state, discovery.refused(state.walk, state.policy.walk), now)


def _walked(state: SessionState, walk: discovery.Walk, now: float) -> Heard:
    if now - state.at > state.policy.walk.seconds:
        walk = discovery.hurried(walk)
    message = discovery.request(walk)
    if message is not None:
        return ask(state, "naming", message, walk=walk)
    if not walk.names:
        return _lost(state, walk, now)
    asking = collection.start(selectors_in(walk.names), state.policy.names_per_call)
    question = collection.request(asking)
    state = change(state, root=walk.root)
    if question is None:
        return _discovered(state, walk, asking, now)
    return ask(state, "selecting", question, walk=walk, asking=asking)


def selected(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with what tells interfaces apart."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    assert state.asking is not None
    return _selected(state, collection.heard(state.asking, message.parameters), now)


def selecting_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same."""
    message = envelope.message
    assert isinstance(message, Fault)
    assert state.asking is not None
    return _selected(state, collection.refused(state.asking, message, state.policy.faults), now)


def _selected(state: SessionState, asking: collection.Asking, now: float) -> Heard:
    asking = _timed(state, asking, now)
    question = collection.request(asking)
    if question is not None:
        return ask(state, "selecting", question, asking=asking)
    assert state.walk is not None
    return _discovered(state, state.walk, asking, now)


def _discovered(
    state: SessionState, walk: discovery.Walk, asking: collection.Asking, now: float
) -> Heard:
    selectors = {parameter.name: parameter.value for parameter in asking.values}
    plan = compile_plan(walk.root, walk.names, selectors, {*state.refused, *asking.dropped})
    if not plan.request:
        return _lost(state, walk, now)
    if state.learned_names:
        plan = replace(plan, names_per_call=state.learned_names)
    encoded = encode_plan(plan)
    fact = Discovered(
        router_id=state.router_id,
        at=now,
        root=walk.root,
        software_version=state.software_version,
        names=tuple(name for name in walk.names if not name.endswith(".")),
        plan_key=plan_key(encoded),
        plan=encoded,
        model_name=selectors.get(f"{walk.root}DeviceInfo.ModelName", "").strip(),
        objects=tuple(name for name in walk.names if name.endswith(".")),
        writable=walk.writable,
    )
    ready = change(idle(state), plan=plan, has_discovered=True, must_collect=True)
    return Heard(ready, (fact, _note(state, "discovery_cut", walk, now)) if walk.cut else (fact,))


def _lost(state: SessionState, walk: discovery.Walk, now: float) -> Heard:
    """Nothing that could be read was found; the plan of before, if there is one, stays."""
    return Heard(idle(state), (_note(state, "discovery_failed", walk, now),))


def _note(state: SessionState, kind: str, walk: discovery.Walk, now: float) -> Fact:
    detail: dict[str, object] = {"calls": walk.calls, "names": len(walk.names)}
    return Noted(router_id=state.router_id, at=now, kind=kind, detail=detail)


# --- collection -----------------------------------------------------------------------------


def collected(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """GetParameterValuesResponse with the plan's parameters."""
    message = envelope.message
    assert isinstance(message, GetParameterValuesResponse)
    assert state.asking is not None
    return _collected(state, collection.heard(state.asking, message.parameters), now)


def collecting_refused(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """A fault in answer to the same."""
    message = envelope.message
    assert isinstance(message, Fault)
    assert state.asking is not None
    return _collected(state, collection.refused(state.asking, message, state.policy.faults), now)


def _timed(state: SessionState, asking: collection.Asking, now: float) -> collection.Asking:
    """The series, cut short when the session has lasted too long."""
    return collection.hurried(asking) if now - state.at > state.policy.seconds else asking


def _collected(state: SessionState, asking: collection.Asking, now: float) -> Heard:
    asking = _timed(state, asking, now)
    question = collection.request(asking)
    if question is not None:
        return ask(state, "collecting", question, asking=asking)
    assert state.plan is not None
    vitals = read(state.plan, {parameter.name: parameter.value for parameter in asking.values})
    facts: list[Fact] = []
    if vitals:
        facts.append(Sampled(router_id=state.router_id, at=now, vitals=vitals))
    has_learned = state.learned_names not in (0, state.plan.names_per_call)
    if asking.dropped or asking.skipped or not vitals or has_learned:
        state, revisions = _revised(state, asking, now, found=len(vitals))
        facts.extend(revisions)
    if state.command is not None:
        facts.append(_refreshed(state.router_id, state.command.command_id, vitals, now))
    return Heard(idle(state), tuple(facts))


def _revised(
    state: SessionState, asking: collection.Asking, now: float, *, found: int
) -> tuple[SessionState, list[Fact]]:
    """The plan without what was refused for good, and what to say of a poor collection."""
    facts: list[Fact] = []
    plan = state.plan
    if plan is not None and state.learned_names not in (0, plan.names_per_call):
        plan = replace(plan, names_per_call=state.learned_names)
    if plan is not None and asking.dropped:
        # Names that vanish in use are a changed tree. Names refused just after they were listed
        # are a router that lists what it does not give: to list again would change nothing.
        plan = without(plan, asking.dropped, stale=not state.has_discovered)
    if plan is not None and plan is not state.plan:
        encoded = encode_plan(plan)
        facts.append(
            PlanChanged(
                router_id=state.router_id,
                at=now,
                plan_key=plan_key(encoded),
                plan=encoded,
                dropped=asking.dropped,
            )
        )
    if asking.skipped or not found:
        detail: dict[str, object] = {
            "vitals": found,
            "faults": asking.faults,
            "skipped": list(asking.skipped[:_SKIPPED_SHOWN]),
        }
        facts.append(
            Noted(router_id=state.router_id, at=now, kind="collection_incomplete", detail=detail)
        )
    return change(state, plan=plan), facts


def _refreshed(router_id: str, command_id: str, vitals: dict[str, Value], now: float) -> Fact:
    if vitals:
        return CommandAnswered(
            router_id=router_id,
            at=now,
            command_id=command_id,
            final=True,
            result={"vitals": dict(vitals)},
        )
    result: dict[str, object] = {"error": "the router gave no vitals"}
    return CommandFailed(router_id=router_id, at=now, command_id=command_id, result=result)
