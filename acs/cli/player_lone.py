"""Plays one message on its own against a session that awaits it. How to get there is made up."""

from collections.abc import Iterator

import msgspec

from acs.cli.player import Player, Step, name_of
from acs.cli.player_memory import Memory, command, plan_for, root_of
from acs.commands import Command
from acs.cwmp.messages import (
    Empty,
    Envelope,
    Fault,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    GetRPCMethods,
    Inform,
    InformResponse,
    Message,
    ParameterValue,
    RebootResponse,
    SetParameterValuesResponse,
    TransferComplete,
    Unknown,
)
from acs.facts import Event
from acs.identity import DeviceId

_DEVICE = DeviceId("Replay", "000000", "Replay", "0")
_OURS = (  # what a server says, by name: these are not played, a session never hears them
    "InformResponse",
    "TransferCompleteResponse",
    "GetParameterNames",
    "GetParameterValues",
    "SetParameterValues",
    "AddObject",
    "Reboot",
)
_CALLS = (TransferComplete, GetRPCMethods, Unknown)


def play_lone(said: Envelope, at: float) -> Iterator[Step]:
    """Play a message of a router, with the turns before it that make the session await it.

    Args:
        said: the message.
        at: Unix seconds of the first turn.
    """
    message = said.message
    if isinstance(message, InformResponse) or name_of(said) in _OURS:
        yield Step(at=at, said=said, note="a server says this to a router: it is not played")
        return
    if isinstance(message, Inform):
        yield Player(Memory()).hear(said, at)
        return
    memory, given = _before(message, at)
    player = Player(memory, () if given is None else (given,))
    yield player.hear(_inform(message, said.namespace), at, made_up=True)
    if isinstance(message, (Empty, *_CALLS)):
        yield player.hear(said, at)
        return
    asked = player.hear(Envelope(Empty()), at, made_up=True)
    yield asked
    reply = asked.reply
    # A session knows the answer to its call by the id, which is not the recorded one.
    linked = said if reply is None else msgspec.structs.replace(said, id=reply.id)
    step = player.hear(linked, at)
    yield msgspec.structs.replace(step, note=_note(reply), said=said)


def _before(message: Message, at: float) -> tuple[Memory, Command | None]:
    """What storage knows, and the command given, so that the session asks for this answer."""
    known = Memory(plan=plan_for((), _root(message)), collected_at=at, secret_set=True)
    if isinstance(message, GetParameterNamesResponse):
        return Memory(secret_set=True), None
    if isinstance(message, GetParameterValuesResponse):
        names = tuple(each.name for each in message.parameters)
        plan = plan_for(names, _root(message))
        if plan.request:
            return Memory(plan=plan, secret_set=True), None
        return known, command("get", {"paths": list(names)}, at)
    if isinstance(message, SetParameterValuesResponse) or (
        isinstance(message, Fault) and message.parameters
    ):
        return msgspec.structs.replace(known, secret_set=False), None
    if isinstance(message, RebootResponse):
        return known, command("reboot", {}, at)
    if isinstance(message, Fault):
        return known, command("get", {"paths": [f"{_root(message)}DeviceInfo.UpTime"]}, at)
    return known, None


def _inform(message: Message, namespace: str) -> Envelope:
    parameter = ParameterValue(f"{_root(message)}DeviceInfo.SoftwareVersion", "1", "string")
    return Envelope(
        Inform(
            device=_DEVICE,
            events=(Event("2 PERIODIC"),),
            max_envelopes=1,
            current_time="",
            retry_count=0,
            parameters=(parameter,),
        ),
        id="1",
        namespace=namespace,
    )


def _root(message: Message) -> str:
    if isinstance(message, (GetParameterNamesResponse, GetParameterValuesResponse, Fault)):
        return root_of([each.name for each in message.parameters])
    return "InternetGatewayDevice."


def _note(asked: Envelope | None) -> str:
    if asked is None:
        return "no call of this server awaits this answer"
    return f"played as the answer to {name_of(asked)}"
