"""Whatever routers say in whatever order: the session answers, and says only what is so."""

from collections.abc import Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from acs.commands import Command
from acs.cwmp.discovery import Limits
from acs.cwmp.messages import (
    AddObjectResponse,
    AutonomousDUStateChangeComplete,
    DeleteObjectResponse,
    DownloadResponse,
    DUStateChangeComplete,
    Empty,
    Envelope,
    FactoryResetResponse,
    Fault,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    GetParameterValuesResponse,
    GetRPCMethods,
    GetRPCMethodsResponse,
    Inform,
    InformResponse,
    Kicked,
    Message,
    ParameterFault,
    ParameterInfo,
    ParameterValue,
    Reboot,
    RebootResponse,
    RequestDownload,
    SetParameterAttributesResponse,
    SetParameterValues,
    SetParameterValuesResponse,
    TransferComplete,
    TransferCompleteResponse,
    Unknown,
)
from acs.cwmp.plan import compile_plan
from acs.cwmp.session import (
    NoContent,
    SessionPolicy,
    SessionState,
    Turn,
    begin,
    recall,
    take_turn,
    wants_command,
)
from acs.cwmp.structs import Argument, TransferFault, UnitResult
from acs.facts import (
    CommandAnswered,
    CommandConfirmed,
    CommandFailed,
    ConnectionSecretSet,
    Discovered,
    Event,
    Fact,
    Informed,
    Noted,
    PlanChanged,
    Rebooted,
    Sampled,
    TransferCompleted,
    UnitsChanged,
)
from tests.cwmp.pure_router import DEVICE, NAMESPACE, NOW, Memory

OUR_CALLS = (GetParameterNames, GetParameterValues, SetParameterValues, Reboot)
ANSWERS = (
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    SetParameterValuesResponse,
    RebootResponse,
    Fault,
)
# Which answer each of our calls may have, beside a fault.
DUE = {
    GetParameterNames: GetParameterNamesResponse,
    GetParameterValues: GetParameterValuesResponse,
    SetParameterValues: SetParameterValuesResponse,
    Reboot: RebootResponse,
}
POLICY = SessionPolicy(names_per_call=3, turns=40, faults=6, walk=Limits(calls=12, names=50))

PATHS = (
    "Device.",
    "Device.DeviceInfo.",
    "Device.DeviceInfo.UpTime",
    "Device.DeviceInfo.SoftwareVersion",
    "Device.DeviceInfo.MemoryStatus.Free",
    "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value",
    "Device.Ethernet.Interface.1.Upstream",
    "Device.Ethernet.Interface.1.Stats.ErrorsReceived",
    "Device.WiFi.AccessPoint.1.AssociatedDevice.",
    "Device.WiFi.AccessPoint.1.AssociatedDevice.1.SignalStrength",
    "InternetGatewayDevice.DeviceInfo.UpTime",
)
texts = st.sampled_from(["1", "0", "-50", "Up", "true", "", "4294967295"]) | st.text(max_size=6)
paths = st.sampled_from(PATHS) | st.text(max_size=8)
values = st.lists(
    st.builds(ParameterValue, paths, texts, st.sampled_from(["", "string", "boolean"])), max_size=6
).map(tuple)
events = st.lists(
    st.builds(
        Event,
        st.sampled_from(
            ["0 BOOTSTRAP", "1 BOOT", "2 PERIODIC", "4 VALUE CHANGE", "m reboot", "M Reboot", "x"]
        ),
        st.sampled_from(["", "key", "x" * 40]),
    ),
    max_size=3,
).map(tuple)
informs = st.builds(
    Inform, st.just(DEVICE), events, st.integers(0, 2), texts, st.integers(0, 9), values
)
faults = st.builds(
    Fault,
    st.sampled_from([0, 8005, 9001, 9002, 9003, 9005]),
    texts | st.sampled_from(PATHS),
    st.lists(st.builds(ParameterFault, paths, st.integers(0, 9999), texts), max_size=2).map(tuple),
)
infos = st.lists(st.builds(ParameterInfo, paths, st.booleans()), max_size=12).map(tuple)
units = st.builds(UnitResult, uuid=texts, fault=st.builds(TransferFault, st.integers(), texts))
messages: st.SearchStrategy[Message] = st.one_of(
    informs,
    st.just(Empty()),
    st.builds(GetParameterNamesResponse, infos),
    st.builds(GetParameterValuesResponse, values),
    st.builds(SetParameterValuesResponse, st.integers(0, 1)),
    st.just(RebootResponse()),
    faults,
    st.builds(TransferComplete, texts, st.integers(0, 9999), texts, texts, texts),
    st.builds(Kicked, texts, texts, texts, texts),
    st.builds(RequestDownload, texts, st.lists(st.builds(Argument, texts, texts)).map(tuple)),
    st.builds(DUStateChangeComplete, st.lists(units, max_size=2).map(tuple), texts),
    st.builds(AutonomousDUStateChangeComplete, st.lists(units, max_size=2).map(tuple)),
    st.just(GetRPCMethods()),
    st.builds(Unknown, texts),
    st.just(GetRPCMethodsResponse(("Inform",))),
    st.just(AddObjectResponse(1, 0)),
    st.just(DeleteObjectResponse(0)),
    st.just(DownloadResponse(1, "", "")),
    st.just(SetParameterAttributesResponse()),
    st.just(FactoryResetResponse()),
    st.just(InformResponse()),
)
commands = st.builds(
    Command,
    command_id=st.just(""),
    router_id=st.sampled_from([DEVICE.router_id] * 4 + ["another"]),
    kind=st.sampled_from(["reboot", "refresh", "get", "set"]),
    state=st.just("sent"),
    asked_by=st.just("test"),
    reason=st.just(""),
    at=st.just(NOW),
    expires_at=st.just(NOW + 60),
    arguments=st.sampled_from(
        [
            {},
            {"paths": list(PATHS[:5])},
            {"values": {PATHS[2]: "1", PATHS[3]: True, PATHS[4]: 7}},
            {"paths": 7, "values": []},
        ]
    ),
)
# Each step: what is said when the router pleases, whether it rather answers what it was asked,
# and the command that waits.
behaviour = st.sampled_from([True] * 6 + [False])
steps = st.lists(st.tuples(messages, behaviour, st.none() | commands), min_size=5, max_size=40)
PERIODIC = Inform(
    DEVICE, (Event("2 PERIODIC"),), 1, "", 0, (ParameterValue("Device.DeviceInfo.UpTime", "9"),)
)


def _proper_answer(reply: object) -> Message:
    """What a well-behaved router would say next."""
    message = reply.message if isinstance(reply, Envelope) else None
    if isinstance(message, InformResponse):
        return Empty()
    if isinstance(message, GetParameterNames):
        names = [name for name in PATHS if name.startswith(message.path)]
        return GetParameterNamesResponse(
            tuple(ParameterInfo(name, writable=True) for name in names)
        )
    if isinstance(message, GetParameterValues):
        return GetParameterValuesResponse(
            tuple(ParameterValue(name, "1", "int") for name in message.names)
        )
    if isinstance(message, SetParameterValues):
        return SetParameterValuesResponse(0)
    if isinstance(message, Reboot):
        return RebootResponse()
    return PERIODIC if isinstance(reply, NoContent) or reply is None else Empty()


class Conversation:
    """Holds a conversation and checks each turn."""

    def __init__(self) -> None:
        self.state: SessionState = begin(POLICY, "192.0.2.1")
        self.memory = Memory(secret_set=False)
        self.outstanding: object | None = None  # our call that has no answer yet
        self.command: Command | None = None  # begun and not finished
        self.reply: object = None
        self.claims = 0

    def hear(self, message: Message, waiting: Command | None) -> Turn:
        said = Envelope(message, "1", NAMESPACE)
        wants = wants_command(self.state, said)
        given = None
        if wants and waiting is not None:  # no command is claimed twice
            self.claims += 1
            given = msgspec.structs.replace(waiting, command_id=f"command-{self.claims}")
        turn = take_turn(self.state, said, given, NOW)
        assert msgspec.json.decode(msgspec.json.encode(self.state), type=SessionState) == self.state
        thawed = msgspec.json.decode(msgspec.json.encode(self.state), type=SessionState)
        assert take_turn(thawed, said, given, NOW) == turn
        self._check_calls(message, turn, given)
        self._check_wanting(said, turn, wants=wants)
        for fact in turn.facts:
            assert self._is_justified(fact, message, given), (fact, message)
        self._follow(turn, given)
        return turn

    def _check_calls(self, message: Message, turn: Turn, given: Command | None) -> None:
        if isinstance(message, Inform):
            self.outstanding = self.command = None
        answered = self.outstanding is not None and isinstance(
            message,
            (DUE[type(self.outstanding)], Fault),  # type: ignore[index]
        )
        if answered:
            self.outstanding = None
        reply = turn.reply.message if isinstance(turn.reply, Envelope) else None
        if isinstance(reply, OUR_CALLS):
            assert self.outstanding is None, "two calls at once"
            assert answered or isinstance(message, Empty), "a call out of turn"
            assert not isinstance(message, Inform)
            self.outstanding = reply
        if isinstance(reply, Reboot):
            assert given is not None
            assert reply.command_key == given.command_id
        if isinstance(reply, InformResponse):
            assert isinstance(message, Inform)
            assert reply.max_envelopes == 1

    def _check_wanting(self, said: Envelope, turn: Turn, *, wants: bool) -> None:
        """A command would be begun when it is wanted, and never when it is not."""
        probe = Command("probe", DEVICE.router_id, "get", "sent", "", "", NOW, NOW)
        probe = msgspec.structs.replace(probe, arguments={"paths": ["Device."]})
        with_probe = take_turn(self.state, said, probe, NOW)
        assert (with_probe.state.command == probe) == wants
        if not wants:
            assert with_probe == turn
        else:
            assert take_turn(self.state, said, None, NOW).reply == NoContent()

    def _is_justified(self, fact: Fact, message: Message, given: Command | None) -> bool:
        state = self.state
        causes: dict[type, Callable[[], bool]] = {
            Informed: lambda: isinstance(message, Inform),
            Rebooted: lambda: isinstance(message, Inform) and _has(message, "boot"),
            CommandConfirmed: lambda: (
                isinstance(fact, CommandConfirmed)
                and isinstance(message, Inform)
                and any(
                    event.command_key == fact.command_id and event.code.lower() == "m reboot"
                    for event in message.events
                )
            ),
            Sampled: lambda: (
                isinstance(fact, Sampled)
                and bool(fact.vitals)
                and (
                    state.phase == "collecting"
                    or (isinstance(message, Inform) and _has(message, "value change"))
                )
            ),
            Discovered: lambda: state.phase in ("naming", "selecting"),
            PlanChanged: lambda: state.phase == "collecting",
            ConnectionSecretSet: lambda: (
                isinstance(fact, ConnectionSecretSet)
                and (
                    state.phase == "proving"
                    or (
                        state.phase == "securing"
                        and fact.accepted == isinstance(message, SetParameterValuesResponse)
                    )
                )
            ),
            CommandAnswered: lambda: (
                isinstance(fact, CommandAnswered)
                and isinstance(message, ANSWERS)
                and self.command is not None
                and fact.command_id == self.command.command_id
                and fact.final == (self.command.kind != "reboot")
            ),
            CommandFailed: lambda: (
                isinstance(fact, CommandFailed)
                and any(
                    command is not None and fact.command_id == command.command_id
                    for command in (self.command, given)
                )
            ),
            TransferCompleted: lambda: isinstance(message, TransferComplete),
            UnitsChanged: lambda: isinstance(
                message, DUStateChangeComplete | AutonomousDUStateChangeComplete
            ),
            Noted: lambda: state.phase not in ("begun", "over"),
        }
        return causes[type(fact)]()

    def _follow(self, turn: Turn, given: Command | None) -> None:
        ended = [f.command_id for f in turn.facts if isinstance(f, CommandAnswered | CommandFailed)]
        if self.command is not None and self.command.command_id in ended:
            self.command = None
        if given is not None and given.command_id not in ended:
            assert self.command is None, "two commands at once"
            self.command = given
        self.state, self.reply = turn.state, turn.reply
        if isinstance(turn.reply, NoContent):
            self.outstanding = self.command = None
        self.memory.learn(turn.facts)
        if any(isinstance(fact, Informed) for fact in turn.facts):
            self.state = recall(self.state, self.memory.record(), self.memory.plan)


def _has(message: Inform, text: str) -> bool:
    return any(text in event.code.lower() for event in message.events)


@settings(max_examples=300, deadline=None)
@given(said=steps, secret_set=st.booleans(), is_known=st.booleans())
def test_whatever_is_said(
    said: list[tuple[Message, bool, Command | None]], *, secret_set: bool, is_known: bool
) -> None:
    conversation = Conversation()
    conversation.memory.secret_set = secret_set
    if is_known:
        conversation.memory.plan = compile_plan("Device.", PATHS, {})
        conversation.memory.planned_for = ""
        conversation.memory.collected_at = NOW
    for message, behaves, waiting in said:
        spoken = _proper_answer(conversation.reply) if behaves else message
        conversation.hear(spoken, waiting)


@settings(max_examples=50, deadline=None)
@given(answers=st.lists(messages, min_size=1, max_size=5), behaves=st.booleans())
def test_every_session_ends(answers: list[Message], *, behaves: bool) -> None:
    """A router that says what it likes for ever is not asked for ever."""
    answers = [answer for answer in answers if not isinstance(answer, Inform)] or [Empty()]
    conversation = Conversation()
    conversation.hear(Inform(DEVICE, (), 1, "", 0, ()), None)
    for number in range(POLICY.turns + 2):
        otherwise = answers[number % len(answers)]
        spoken = _proper_answer(conversation.reply) if behaves else otherwise
        if conversation.hear(spoken, None).reply == NoContent():
            return
    raise AssertionError("the session has no end")


def test_answers_to_calls_are_known() -> None:
    state = begin(POLICY, "")
    said = Envelope(TransferComplete("", 0, "", "", ""), None, NAMESPACE)
    informed = take_turn(
        state, Envelope(Inform(DEVICE, (), 1, "", 0, ()), None, NAMESPACE), None, NOW
    )
    turn = take_turn(informed.state, said, None, NOW)
    assert turn.reply == Envelope(TransferCompleteResponse(), None, NAMESPACE)
