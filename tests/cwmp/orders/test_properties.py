"""Whatever a router answers to whichever command: one outcome, no loop, nothing lost on disk."""

from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from acs.commands import Command, CommandKind
from acs.cwmp import messages as m
from acs.cwmp.messages import Empty, Envelope, Message, ParameterInfo, ParameterValue
from acs.cwmp.orders import MOVES as ORDERS
from acs.cwmp.session import MOVES, NoContent, SessionState, take_turn
from acs.cwmp.structs import ParameterAttributes
from acs.facts import CommandAnswered, CommandFailed, CommandFinished, Fact, NewCredentials
from tests.cwmp.commanded import PING, ROW, SSID, command, idle_state, toy_router
from tests.cwmp.pure_router import NOW, envelope

URL = "http://192.0.2.1/f"
ARGUMENTS: dict[CommandKind, dict[str, object]] = {
    "reboot": {},
    "gentle": {"action": "reset_wifi", "path": "Device.WiFi.Reset"},
    "refresh": {},
    "get": {"paths": [SSID, "Device.WiFi."]},
    "set": {"values": {SSID: "x", f"{ROW}1.Enable": True}},
    "names": {"path": "Device."},
    "tree": {"path": "Device.WiFi."},
    "attributes": {"changes": [{"name": SSID, "notification": 1}]},
    "add": {"object": ROW, "values": {"Enable": True}},
    "delete": {"object": f"{ROW}1."},
    "download": {"file_type": "1 Firmware Upgrade Image", "url": URL},
    "upload": {"file_type": "2 Vendor Log File", "url": URL},
    "schedule_download": {
        "file_type": "3 Vendor Configuration File",
        "url": URL,
        "windows": [{"start": 0, "end": 9}],
    },
    "cancel_transfer": {"command": "other"},
    "factory_reset": {},
    "schedule_inform": {"delay": 9},
    "software": {"operations": [{"kind": "install", "url": URL}]},
    "diagnostic": {"test": "ping", "host": "192.0.2.9"},
    "rpc": {"method": "GetRPCMethods"},
    "rotate_credentials": {"given": NewCredentials("user", "secret", is_renamed=True)},
}
STATE = f"{PING}DiagnosticsState"
names = st.sampled_from(
    [
        SSID,
        STATE,
        f"{PING}Host",
        PING,
        "Device.WiFi.",
        "Device.WiFi.SSID.",
        f"{ROW}1.Enable",
        "",
        "x",
    ]
)
texts = st.sampled_from(["", "1", "x", "Requested", "Complete", "None", "Error_X", "true"])
value = st.builds(ParameterValue, names, texts, st.sampled_from(["", "boolean"]))
values = st.lists(value, max_size=5)
infos = st.lists(st.builds(ParameterInfo, names, st.booleans()), max_size=5)
ANSWERS: dict[type, st.SearchStrategy[Message]] = {
    m.GetParameterValuesResponse: values.map(tuple).map(m.GetParameterValuesResponse),
    m.GetParameterNamesResponse: infos.map(tuple).map(m.GetParameterNamesResponse),
    m.GetParameterAttributesResponse: st.lists(
        st.builds(ParameterAttributes, names, st.integers(0, 6)), max_size=3
    )
    .map(tuple)
    .map(m.GetParameterAttributesResponse),
    m.Fault: st.builds(m.Fault, st.sampled_from([0, 8005, 9002, 9003, 9005]), names),
}
OTHERS: st.SearchStrategy[Message] = st.one_of(
    *(st.builds(m.AddObjectResponse, st.integers(0, 9), st.integers(0, 1)) for _ in range(1)),
    st.builds(m.DeleteObjectResponse, st.integers(0, 1)),
    st.builds(m.SetParameterValuesResponse, st.integers(0, 1)),
    st.builds(m.DownloadResponse, st.integers(0, 1), texts, texts),
    st.builds(m.UploadResponse, st.integers(0, 1), texts, texts),
    st.sampled_from(
        [
            m.SetParameterAttributesResponse(),
            m.ScheduleDownloadResponse(),
            m.CancelTransferResponse(),
            m.RebootResponse(),
            m.FactoryResetResponse(),
            m.ScheduleInformResponse(),
            m.ChangeDUStateResponse(),
            m.GetRPCMethodsResponse(("x",)),
            Empty(),
        ]
    ),
)
POLICY_TURNS = 400
KNOWN = {kind for _phase, kind in ORDERS}  # answers to calls of ours


def answer_to(state: SessionState, data: st.DataObject) -> Message:
    """One of the answers that the outstanding call may have; now and then any other."""
    if data.draw(st.integers(0, 19)) == 0:
        return data.draw(OTHERS)
    due = [kind for phase, kind in MOVES if phase == state.phase and kind in KNOWN]
    kind = data.draw(st.sampled_from(sorted(due, key=lambda each: each.__name__)))
    known = ANSWERS.get(kind)
    return data.draw(OTHERS.filter(lambda one: isinstance(one, kind)) if known is None else known)


def thawed(state: SessionState) -> SessionState:
    """The state as another process would take it up after the connection dropped."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=SessionState)


def outcomes(facts: tuple[Fact, ...]) -> list[Fact]:
    return [f for f in facts if isinstance(f, CommandAnswered | CommandFailed)]


IDLE = idle_state(toy_router())


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(get_args(CommandKind)), data=st.data())
def test_every_command_has_one_outcome(kind: CommandKind, data: st.DataObject) -> None:
    asked = command(kind, 1, **ARGUMENTS[kind])
    turn = take_turn(IDLE, envelope(Empty()), asked, NOW)
    found = outcomes(turn.facts)
    for _ in range(POLICY_TURNS):
        if found or isinstance(turn.reply, NoContent):
            break
        said = answer_to(turn.state, data)
        state = thawed(turn.state)
        assert state == turn.state
        turn = take_turn(state, envelope(said), None, NOW)
        found = outcomes(turn.facts)
    else:
        raise AssertionError("the command has no end")
    if not found:  # the router broke off: nobody knows what became of it
        assert turn.state.phase == "over"
        return
    (fact,) = found
    assert isinstance(fact, CommandAnswered | CommandFailed)
    assert fact.command_id == asked.command_id
    if isinstance(fact, CommandAnswered) and not fact.final:
        assert kind in FOLLOWED
    assert turn.state.command is None


FOLLOWED = {
    *("reboot", "gentle", "factory_reset", "download", "upload", "schedule_download"),
    *("schedule_inform", "software", "diagnostic", "rotate_credentials"),
}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_test_under_way_ends_at_most_once(data: st.DataObject) -> None:
    running = Command(
        **{
            **msgspec.structs.asdict(command("diagnostic", 1, **ARGUMENTS["diagnostic"])),
            "result": {"test": "ping", "object": PING, "state_name": STATE},
        }
    )
    state = msgspec.structs.replace(IDLE, running=(running, running))
    said: Message = Empty()
    ended = []
    for _ in range(9):
        turn = take_turn(thawed(state), envelope(said), None, NOW)
        ended += [fact for fact in turn.facts if isinstance(fact, CommandFinished)]
        state = turn.state
        if isinstance(turn.reply, NoContent):
            break
        assert isinstance(turn.reply, Envelope)
        assert isinstance(turn.reply.message, m.GetParameterValues)
        said = answer_to(state, data)
    assert isinstance(turn.reply, NoContent)
    assert len(ended) <= 2  # one for each that is under way
