"""What is remembered of a session between its turns, and what a turn says. Values only."""

from collections.abc import Callable
from typing import Literal

import msgspec

from acs.commands import Command
from acs.cwmp import collection, discovery
from acs.cwmp.messages import AcsMessage, Envelope, ParameterInfo, ParameterValue
from acs.cwmp.plan import Plan
from acs.cwmp.quirks import NONE, Quirks
from acs.facts import ConnectionSecret, Fact

# Where a session stands. After "begun" and "idle", each names the one call that is outstanding.
Phase = Literal[
    "begun",  # connected; nothing said
    "idle",  # informed; the router may ask, and when it has nothing to ask it is our turn
    "naming",  # discovery: GetParameterNames
    "selecting",  # discovery: GetParameterValues of what tells interfaces apart
    "collecting",  # GetParameterValues of the plan
    "securing",  # SetParameterValues of the connection-request credentials
    "proving",  # GetParameterValues of their name
    "binding",  # SetParameterValues of the STUN server
    "getting",  # command get: GetParameterValues
    "typing",  # command set: GetParameterValues, for the types
    "setting",  # command set: SetParameterValues
    "checking",  # command set: GetParameterValues, for what became of it
    "listing",  # command names: GetParameterNames
    "walking",  # command tree: GetParameterNames
    "reading",  # command tree: GetParameterValues
    "attributes",  # command attributes: GetParameterAttributes, first or afterwards
    "marking",  # command attributes: SetParameterAttributes
    "adding",  # command add: AddObject
    "looking",  # command add: GetParameterValues of the new instance, for the types
    "filling",  # command add: SetParameterValues
    "showing",  # command add: GetParameterValues of the new instance, for what became of it
    "undoing",  # command add: DeleteObject of what could not be filled
    "deleting",  # command delete: DeleteObject
    "downloading",  # command download
    "uploading",  # command upload
    "scheduling",  # command schedule_download
    "cancelling",  # command cancel_transfer
    "rebooting",  # command reboot
    "easing",  # command gentle: SetParameterValues
    "resetting",  # command factory_reset
    "appointing",  # command schedule_inform
    "changing",  # command software: ChangeDUState
    "preparing",  # command diagnostic: GetParameterValues, for what the test has
    "requesting",  # command diagnostic: SetParameterValues
    "starting",  # command diagnostic: GetParameterValues of its state, for whether it began
    "probing",  # a diagnostic under way: GetParameterValues of its state
    "harvesting",  # a diagnostic that ended: GetParameterValues of its results
    "rotating",  # command rotate_credentials: SetParameterValues
    "calling",  # command rpc
    "over",
]


class SessionPolicy(msgspec.Struct, frozen=True):
    """How sessions are to be held.

    Attributes:
        collect_interval: seconds after which vitals are collected again; a tenth less counts, for
            periodic Informs come early and late.
        names_per_call: names in one GetParameterValues at most.
        seconds: of the server's own work in one session, from its Inform on; what is still to be
            asked then is left out.
        set_connection_secret: give routers credentials for connection requests.
        stun_server: "host:port" that routers are told with them; empty: none.
        turns: turns of one session at most; then it is ended, whatever is left to do.
        faults: faults in one collection at most; what is still to be asked is then left out.
        walk: bounds of one walk over a router's tree.
        quirks: what is done differently for this device.
    """

    collect_interval: float = 600.0
    names_per_call: int = 200
    seconds: float = 600.0
    set_connection_secret: bool = True
    stun_server: str = ""
    turns: int = 400
    faults: int = 40
    walk: discovery.Limits = discovery.Limits()
    quirks: Quirks = NONE


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command under way has come to; each kind uses what it needs.

    Attributes:
        before: values that the router had.
        status: what it answered to a change: 0 applied, 1 to be applied later.
        path: object in hand.
        infos: names heard, in the order of their hearing.
        todo: objects still to be listed, next first: path, and whether only the next level.
        result: what is known of the result.
    """

    before: tuple[ParameterValue, ...] = ()
    status: int = 0
    path: str = ""
    infos: tuple[ParameterInfo, ...] = ()
    todo: tuple[tuple[str, bool], ...] = ()
    result: dict[str, object] = {}


_NO_ORDER = Order()


class SessionState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A session between two turns: a plain value that can be stored and taken up elsewhere.

    Attributes:
        address: the peer's IP address.
        turns: turns taken; calls: requests made, whose number is the cwmp:ID of the next.
        idle_timeout: seconds of silence that the router asked for; 0: as configured.
        said: our call that is outstanding; repeats: how often the router had it repeated.
        root: root object, "" while unknown.
        at: Unix seconds of the Inform.
        is_pressing: the Inform's events ask for a collection now.
        is_reset: the Inform has "0 BOOTSTRAP": nothing known of the router need hold.
        is_tested: the Inform has "8 DIAGNOSTICS COMPLETE": a test has just ended.
        must_discover, must_collect: what is still to be done of itself.
        has_discovered: the plan was made in this session.
        learned_names: names in one call that this model and firmware is known to bear; 0: nothing
            is known.
        refused: names that this firmware is known not to give.
        secret: credentials that the router is to be given.
        running: commands that the router carries out, still to be looked after.
        walk, asking, command, order: the work under way.
    """

    policy: SessionPolicy
    address: str
    phase: Phase = "begun"
    turns: int = 0
    calls: int = 0
    idle_timeout: float = 0.0
    said: AcsMessage | None = None
    repeats: int = 0
    router_id: str = ""
    namespace: str = ""
    root: str = ""
    software_version: str = ""
    at: float = 0.0
    is_pressing: bool = False
    is_reset: bool = False
    is_tested: bool = False
    must_discover: bool = False
    must_collect: bool = False
    has_discovered: bool = False
    learned_names: int = 0
    refused: tuple[str, ...] = ()
    plan: Plan | None = None
    secret: ConnectionSecret | None = None
    walk: discovery.Walk | None = None
    asking: collection.Asking | None = None
    running: tuple[Command, ...] = ()
    command: Command | None = None
    order: Order = _NO_ORDER


class NoContent(msgspec.Struct, frozen=True, tag=True):
    """HTTP 204: we have nothing (more) to say; from us it ends the session."""


Reply = Envelope | NoContent


class Turn(msgspec.Struct, frozen=True):
    """What follows from one message.

    Attributes:
        state: of the session, afterwards.
        facts: to be made durable before anything is said.
        reply: what to say.
        quirks: names of the tolerated oddities of the conversation, for metrics.
    """

    state: SessionState
    facts: tuple[Fact, ...]
    reply: Reply
    quirks: tuple[str, ...] = ()


class Heard(msgspec.Struct, frozen=True):
    """What a message makes of a session; without a reply, the next word is ours to choose."""

    state: SessionState
    facts: tuple[Fact, ...] = ()
    reply: Reply | None = None


Handler = Callable[[SessionState, Envelope, float], Heard]

NOTHING = NoContent()


def change(state: SessionState, **changes: object) -> SessionState:
    """The state with these changes."""
    return msgspec.structs.replace(state, **changes)


def ask(state: SessionState, phase: Phase, message: AcsMessage, **changes: object) -> Heard:
    """Call the router; ``phase`` names the call while it is outstanding."""
    calls = state.calls + 1
    asked = msgspec.structs.replace(
        state, phase=phase, calls=calls, said=message, repeats=0, **changes
    )
    return Heard(asked, (), Envelope(message, str(calls), state.namespace))


def ask_again(state: SessionState) -> Heard:
    """Say the outstanding call once more, word for word."""
    assert state.said is not None
    asked = ask(state, state.phase, state.said)
    return Heard(change(asked.state, repeats=state.repeats + 1), (), asked.reply)


def answer(envelope: Envelope, message: AcsMessage) -> Envelope:
    """The answer to a router's own call: its id, in its namespace."""
    return Envelope(message, envelope.id, envelope.namespace)


def idle(state: SessionState) -> SessionState:
    """The state when a piece of work is finished."""
    return msgspec.structs.replace(
        state, phase="idle", said=None, walk=None, asking=None, command=None, order=_NO_ORDER
    )


def over(state: SessionState) -> SessionState:
    """The state when the session has ended."""
    return msgspec.structs.replace(
        state,
        phase="over",
        said=None,
        walk=None,
        asking=None,
        running=(),
        command=None,
        order=_NO_ORDER,
        secret=None,
    )
