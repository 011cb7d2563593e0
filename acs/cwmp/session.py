"""The conversation with one router, turn by turn: what its message means and what to say next.

Pure: no socket, clock or database. The server makes a turn's facts durable before it says the
turn's reply. What a message may mean at which point is the table ``MOVES``; the server's own work
is in ``work``, commands in ``orders``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from acs.commands import Command
from acs.cwmp import orders, securing, stun_setup, work
from acs.cwmp.informing import inform
from acs.cwmp.messages import (
    Empty,
    Envelope,
    Fault,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    Inform,
    SetParameterValuesResponse,
)
from acs.cwmp.pacing import AS_CONFIGURED, Pace, paced
from acs.cwmp.plan import Plan
from acs.cwmp.requests import HANDLERS, INVALID_ARGUMENTS, REQUESTS, RETRY_REQUEST
from acs.cwmp.sources import DIGEST
from acs.cwmp.state import (
    NOTHING,
    Handler,
    Heard,
    NoContent,
    Phase,
    Reply,
    SessionPolicy,
    SessionState,
    Turn,
    answer,
    ask_again,
    change,
    over,
)
from acs.facts import Fact, Noted, RouterRecord

__all__ = [
    "MOVES",
    "NoContent",
    "Reply",
    "SessionPolicy",
    "SessionState",
    "Turn",
    "begin",
    "is_over",
    "recall",
    "take_turn",
    "wants_command",
    "without_secrets",
]

_REPEATS = 2  # of one call, when the router asks for them


def begin(policy: SessionPolicy, address: str) -> SessionState:
    """A session with the peer at this IP address, before its first message."""
    return SessionState(policy=policy, address=address)


def is_over(state: SessionState) -> bool:
    """Whether the session has ended; only an Inform, which begins another, is then heard."""
    return state.phase == "over"


def without_secrets(state: SessionState) -> SessionState:
    """The state as it may be stored: the router is given its credentials another time."""
    if state.secret is None and state.said is None:
        return state
    return change(state, secret=None, said=None)  # a call may hold passwords


def recall(
    state: SessionState, record: RouterRecord, plan: Plan | None, pace: Pace = AS_CONFIGURED
) -> SessionState:
    """Tell the session what storage remembers, after the ``Informed`` was committed.

    Args:
        state: after the turn of the Inform.
        record: the result of committing.
        plan: the plan of ``record.plan_key``, None when there is none or it is unreadable.
        pace: how gently the router is to be read.
    """
    if state.phase != "idle":
        return state
    root = state.root or (plan.root if plan is not None else "")
    is_same = (
        plan is not None and plan.root == root and record.planned_for == state.software_version
    )
    is_current = plan is not None and not plan.stale and plan.sources == DIGEST
    collected_at = record.collected_at
    elapsed = None if collected_at is None else state.at - collected_at
    # a clock that was set back must not stop the collection
    is_due = elapsed is None or not 0 <= elapsed < state.policy.collect_interval * 0.9
    wants_secret = state.policy.set_connection_secret and not record.connection_secret_set
    may_read = pace is AS_CONFIGURED or pace.rests_until <= state.at
    bearable = plan.names_per_call if plan is not None and is_same else 0
    if bearable or pace is not AS_CONFIGURED:
        state = paced(state, pace, bearable)
    return change(
        state,
        root=root,
        plan=plan,
        refused=plan.refused if plan is not None and is_same and not state.is_reset else (),
        must_discover=may_read and (not is_same or not is_current or state.is_reset),
        must_collect=may_read and (is_due or state.is_pressing),
        secret=record.connection_secret if wants_secret else None,
        running=record.running,
    )


def wants_command(state: SessionState, envelope: Envelope) -> bool:
    """Whether ``take_turn`` would begin a command, were it given one with this message.

    Costs as much as the turn: ask only when a command waits.
    """
    heard = _hear(state, envelope, 0.0)
    state = heard.state
    return heard.reply is None and not state.running and work.begin_next(state) is None


def take_turn(
    state: SessionState, envelope: Envelope, next_command: Command | None, now: float
) -> Turn:
    """Hear a router's message and choose what to say. Never raises, whatever the message.

    Args:
        state: of the session; it is not changed.
        envelope: the message.
        next_command: already recorded as sent; give one only when ``wants_command`` says so.
        now: Unix seconds.
    """
    heard = _hear(state, envelope, now)
    quirks = _quirks(state, envelope)
    if heard.reply is not None:
        return Turn(heard.state, heard.facts, heard.reply, quirks)
    begun = work.begin_next(heard.state) or orders.resume(heard.state)
    if begun is None and next_command is not None:
        begun = orders.begin(heard.state, next_command, now)
    if begun is None:
        return Turn(over(heard.state), heard.facts, NOTHING, quirks)
    if begun.reply is None:
        return Turn(over(begun.state), (*heard.facts, *begun.facts), NOTHING, quirks)
    return Turn(begun.state, (*heard.facts, *begun.facts), begun.reply, quirks)


def _hear(state: SessionState, envelope: Envelope, now: float) -> Heard:
    message = envelope.message
    if state.turns >= state.policy.turns and not isinstance(message, Inform):
        return _exhausted(state, now)
    kind: type[object] = type(message)
    if kind is Fault and _wants_it_again(state, message):
        return ask_again(change(state, turns=state.turns + 1))
    handler = MOVES.get((state.phase, kind), _illegal)
    return handler(change(state, turns=state.turns + 1), envelope, now)


def _wants_it_again(state: SessionState, message: object) -> bool:
    """Fault 8005 asks for the same call once more (TR-069 Amendment 6, A.5.2)."""
    assert isinstance(message, Fault)
    return message.code == RETRY_REQUEST and state.said is not None and state.repeats < _REPEATS


def _exhausted(state: SessionState, now: float) -> Heard:
    """The router has had all the turns of a session."""
    if state.phase in ("begun", "over"):
        return Heard(over(state), (), NOTHING)
    detail: dict[str, object] = {"turns": state.turns, "phase": state.phase}
    fact = Noted(router_id=state.router_id, at=now, kind="session_exhausted", detail=detail)
    return Heard(over(state), (fact,), NOTHING)


def _quirks(state: SessionState, envelope: Envelope) -> tuple[str, ...]:
    """An answer is paired with its question by their order; its id should say the same."""
    if state.phase in _ASKING and isinstance(envelope.message, _ANSWERS):
        if envelope.id is None:
            return ("no-id",)
        if envelope.id.strip() != str(state.calls):
            return ("other-id",)
    return ()


def _our_turn(state: SessionState, _envelope: Envelope, _now: float) -> Heard:
    return Heard(state)


def _silence(state: SessionState, _envelope: Envelope, _now: float) -> Heard:
    return Heard(state, (), NOTHING)


# --- what may not be said here --------------------------------------------------------------


def _illegal(state: SessionState, envelope: Envelope, now: float) -> Heard:
    """The one answer to all that the table does not have.

    A call gets a fault. Anything else cannot be answered, so the session ends: the router will
    begin another.
    """
    message = envelope.message
    if isinstance(message, REQUESTS):
        fault = Fault(INVALID_ARGUMENTS, "A session begins with Inform", soap_code="Client")
        return Heard(state, (), answer(envelope, fault))
    facts: tuple[Fact, ...] = ()
    if state.phase not in ("begun", "over"):
        detail: dict[str, object] = {"phase": state.phase, "message": type(message).__name__}
        if isinstance(message, Fault):
            detail["code"] = message.code
        facts = (Noted(router_id=state.router_id, at=now, kind="protocol_error", detail=detail),)
    return Heard(over(state), facts, NOTHING)


# --- the table ------------------------------------------------------------------------------

_OPEN: tuple[Phase, ...] = tuple(
    phase for phase in get_args(Phase) if phase not in ("begun", "over")
)
_ASKING = frozenset(_OPEN) - {"idle"}
_ANSWERS = tuple({kind for _phase, kind in orders.MOVES})

MOVES: Mapping[tuple[Phase, type[object]], Handler] = MappingProxyType(
    {
        **{(phase, Inform): inform for phase in get_args(Phase)},
        **{(phase, kind): handler for phase in _OPEN for kind, handler in HANDLERS.items()},
        ("idle", Empty): _our_turn,
        ("naming", GetParameterNamesResponse): work.named,
        ("naming", Fault): work.naming_refused,
        ("selecting", GetParameterValuesResponse): work.selected,
        ("selecting", Fault): work.selecting_refused,
        ("collecting", GetParameterValuesResponse): work.collected,
        ("collecting", Fault): work.collecting_refused,
        ("securing", SetParameterValuesResponse): securing.secured,
        ("securing", Fault): securing.securing_refused,
        ("proving", GetParameterValuesResponse): securing.proved,
        ("proving", Fault): securing.unproved,
        ("binding", SetParameterValuesResponse): stun_setup.bound,
        ("binding", Fault): stun_setup.binding_refused,
        **orders.MOVES,
        ("over", Empty): _silence,
    }
)
