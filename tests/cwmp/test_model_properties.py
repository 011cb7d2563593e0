"""Sessions with an independent model of a router: obedient, stubborn, forgetful and dying ones.

The model and the ledger of commands know nothing of the server's code but its messages: what a
router may say when, what becomes of a command, and how often each may be heard.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from acs.commands import Command, CommandKind
from acs.cwmp import messages as m
from acs.cwmp.discovery import Limits
from acs.cwmp.messages import Envelope, Message, ParameterInfo, ParameterValue
from acs.cwmp.session import (
    NoContent,
    SessionPolicy,
    SessionState,
    begin,
    recall,
    take_turn,
    wants_command,
)
from acs.facts import CommandAnswered, CommandFailed, Fact, Informed, Noted
from tests.cwmp.commanded import command
from tests.cwmp.pure_router import DEVICE, NAMESPACE, NOW, Memory

POLICY = SessionPolicy(names_per_call=4, turns=60, faults=5, walk=Limits(calls=15, names=60))
LEAVES = {
    "Device.DeviceInfo.SoftwareVersion": ("string", "1.0"),
    "Device.DeviceInfo.UpTime": ("unsignedInt", "60"),
    "Device.DeviceInfo.MemoryStatus.Free": ("unsignedInt", "9"),
    "Device.WiFi.SSID.1.SSID": ("string", "home"),
}
URL = "http://192.0.2.1/f"
# Command, and the call by which its router knows it.
WISHES: list[tuple[CommandKind, dict[str, object], type]] = [
    ("reboot", {}, m.Reboot),
    ("factory_reset", {}, m.FactoryReset),
    ("schedule_inform", {"delay": 9}, m.ScheduleInform),
    ("download", {"file_type": "3 Vendor Configuration File", "url": URL}, m.Download),
    ("upload", {"file_type": "2 Vendor Log File", "url": URL}, m.Upload),
    ("set", {"values": {"Device.WiFi.SSID.1.SSID": "x"}}, m.SetParameterValues),
    ("delete", {"object": "Device.NAT.PortMapping.1."}, m.DeleteObject),
    ("rpc", {"method": "GetOptions", "arguments": {}}, m.GetOptions),
]
SIMPLE: dict[type, Message] = {
    m.SetParameterValues: m.SetParameterValuesResponse(0),
    m.Reboot: m.RebootResponse(),
    m.FactoryReset: m.FactoryResetResponse(),
    m.ScheduleInform: m.ScheduleInformResponse(),
    m.Download: m.DownloadResponse(1, "", ""),
    m.Upload: m.UploadResponse(1, "", ""),
    m.DeleteObject: m.DeleteObjectResponse(0),
    m.GetOptions: m.GetOptionsResponse(()),
}
OWN: list[tuple[Message, type]] = [
    (m.GetRPCMethods(), m.GetRPCMethodsResponse),
    (m.TransferComplete("k", 0, "", "", ""), m.TransferCompleteResponse),
    (m.Kicked("", "", "", ""), m.KickedResponse),
    (m.DUStateChangeComplete((), "k"), m.DUStateChangeCompleteResponse),
    (m.Unknown("X_Odd"), m.Fault),
]
CODES = (8005, 9000, 9001, 9002, 9003, 9004, 9005, 9800)
Mood = Literal["refuses", "asks", "babbles", "dies"]
# What goes wrong, by the number of the turn: all else goes as it should.
troubles = st.dictionaries(
    st.integers(0, 60),
    st.tuples(
        st.sampled_from(["refuses", "refuses", "asks", "babbles", "dies"]), st.sampled_from(CODES)
    ),
    max_size=12,
)
Troubles = dict[int, tuple[Mood, int]]


@dataclass
class Model:
    """A router: what it was told, and what it owes an answer to."""

    told: list[Message] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # codes of its faults to ``told``, 0: none

    def answer(self, call: Message) -> Message:
        if isinstance(call, m.GetParameterNames):
            return self._names(call)
        if isinstance(call, m.GetParameterValues):
            tables = tuple(name for name in call.names if name.endswith("."))
            found = [
                ParameterValue(name, text, kind)
                for name, (kind, text) in LEAVES.items()
                if name in call.names or name.startswith(tables)
            ]
            missing = [n for n in call.names if n[-1] != "." and n not in LEAVES]
            if missing:
                return m.Fault(9005, f"Invalid parameter name {missing[0]}")
            return m.GetParameterValuesResponse(tuple(found))
        return SIMPLE[type(call)]

    def _names(self, call: m.GetParameterNames) -> Message:
        paths = {
            leaf[: at + 1] for leaf in LEAVES for at, letter in enumerate(leaf) if letter == "."
        } | set(LEAVES)
        below = sorted(path for path in paths if path.startswith(call.path) and path != call.path)
        if call.next_level:
            below = [path for path in below if "." not in path[len(call.path) :].rstrip(".")]
        return m.GetParameterNamesResponse(
            tuple(ParameterInfo(path, writable=True) for path in below)
        )

    def heard(self, call: Message, code: int) -> Message:
        """Its answer to our call; above 0, a fault of this code."""
        self.told.append(call)
        answer = m.Fault(code, "no") if code else self.answer(call)
        self.refused.append(answer.code if isinstance(answer, m.Fault) else 0)
        return answer


@dataclass
class Ledger:
    """The server's commands as storage would keep them."""

    waiting: list[Command]
    sent: list[Command] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, object] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)  # what became of them: the session broke off

    def claim(self) -> Command | None:
        if not self.waiting:
            return None
        self.sent.append(self.waiting.pop(0))
        return self.sent[-1]

    def note(self, facts: tuple[Fact, ...]) -> None:
        for fact in facts:
            if isinstance(fact, CommandAnswered | CommandFailed):
                self.outcomes[fact.command_id] += 1
                if isinstance(fact, CommandFailed):
                    self.failures[fact.command_id] = fact.result.get("code")

    def broke_off(self) -> None:
        self.unknown |= {one.command_id for one in self.sent if not self.outcomes[one.command_id]}


@dataclass
class Line:
    """One router's sessions, one after the other."""

    ledger: Ledger
    model: Model
    troubles: Troubles
    memory: Memory = field(default_factory=Memory)
    state: SessionState = field(default_factory=lambda: begin(POLICY, ""))
    facts: list[Fact] = field(default_factory=list)
    turns: int = 0

    def say(self, message: Message) -> Envelope | NoContent:
        self.turns += 1
        envelope = Envelope(message, "7", NAMESPACE)
        given_ = self.ledger.claim() if wants_command(self.state, envelope) else None
        turn = take_turn(self.state, envelope, given_, NOW + self.turns)
        self.ledger.note(turn.facts)
        self.memory.learn(turn.facts)
        self.facts.extend(turn.facts)
        self.state = turn.state
        if any(isinstance(fact, Informed) for fact in turn.facts):
            self.state = recall(self.state, self.memory.record(), self.memory.plan)
        return turn.reply

    def session(self) -> None:
        """From the Inform to its end, however it comes."""
        before = len(self.facts)
        parameters = (ParameterValue("Device.DeviceInfo.SoftwareVersion", "1.0", "string"),)
        reply = self.say(m.Inform(DEVICE, (), 1, "", 0, parameters))
        assert isinstance(reply, Envelope)
        assert reply.message == m.InformResponse(1)
        for _ in range(self._mood("asks") and 2):
            self._ask()
        reply = self.say(m.Empty())
        for _ in range(POLICY.turns + 1):
            if isinstance(reply, NoContent):
                self._ended(before)
                return
            if self._mood("dies"):
                self.ledger.broke_off()
                return
            if self._mood("asks"):
                self._ask()
            if self._mood("babbles"):
                self._babble()
                return
            code = self.troubles[self.turns][1] if self._mood("refuses") else 0
            reply = self.say(self.model.heard(reply.message, code))
        raise AssertionError("the session has no end")

    def _ended(self, before: int) -> None:
        """We had nothing more to say: no command is without a word, but for want of turns."""
        kinds = {fact.kind for fact in self.facts[before:] if isinstance(fact, Noted)}
        assert "protocol_error" not in kinds
        if "session_exhausted" in kinds:
            self.ledger.broke_off()
        lost = [one for one in self.ledger.sent if not self.ledger.outcomes[one.command_id]]
        assert self.ledger.unknown.issuperset(one.command_id for one in lost)

    def _mood(self, mood: Mood) -> bool:
        return self.turns in self.troubles and self.troubles[self.turns][0] == mood

    def _ask(self) -> None:
        """A request of the router's own: answered as such, whatever else is under way."""
        request, answer = OWN[self.turns % len(OWN)]
        before = len(self.facts)
        reply = self.say(request)
        if isinstance(reply, NoContent):  # it has had all the turns of a session
            kinds = [fact.kind for fact in self.facts[before:] if isinstance(fact, Noted)]
            assert kinds in (["session_exhausted"], [])
            return
        assert isinstance(reply.message, answer)
        assert reply.id == "7"

    def _babble(self) -> None:
        """An answer to nothing that was asked: the session is at its end, and it is said so."""
        before = len(self.facts)
        reply = self.say(m.CancelTransferResponse())
        assert reply == NoContent()
        self.ledger.broke_off()
        kinds = {fact.kind for fact in self.facts[before:] if isinstance(fact, Noted)}
        assert kinds <= {"protocol_error", "session_exhausted"}


@settings(max_examples=300, deadline=None)
@given(
    wishes=st.lists(st.sampled_from(WISHES), max_size=5, unique_by=lambda wish: wish[0]),
    troubles=troubles,
    is_known=st.booleans(),
)
def test_no_command_is_lost_and_none_said_twice(
    wishes: list[tuple[CommandKind, dict[str, object], type]],
    troubles: Troubles,
    *,
    is_known: bool,
) -> None:
    orders = [command(kind, number, **given_) for number, (kind, given_, _) in enumerate(wishes)]
    ledger, model = Ledger(list(orders)), Model()
    line = Line(ledger, model, troubles)
    if is_known:
        Line(Ledger([]), Model(), {}, line.memory).session()
        line.memory.collected_at = NOW
    sessions = 0
    while sessions < 8 and (ledger.waiting or not sessions):
        line.session()
        sessions += 1
        if sessions % 2:  # on a connection of its own, else in place of the one before
            line.state = begin(POLICY, "")
    event(f"sessions {sessions}")
    # what was not claimed still waits, in its order
    assert [*ledger.sent, *ledger.waiting] == orders
    for number, (order, (_kind, _given, call)) in enumerate(zip(orders, wishes, strict=True)):
        said = [at for at, one in enumerate(model.told) if _is(one, call, number)]
        repeats = sum(model.refused[at] == 8005 for at in said)
        if order in ledger.waiting:
            assert not said
            continue
        # once, and once more for each time that the router asked for it
        assert len(said) <= 1 + repeats
        assert repeats <= 3
        assert ledger.outcomes[order.command_id] <= 1
        # it ended, or nobody knows because the session broke off
        assert ledger.outcomes[order.command_id] == 1 or order.command_id in ledger.unknown
        if said and model.refused[said[-1]] > 8999:
            # the router's no is the command's end, with its code
            assert ledger.failures.get(order.command_id) == model.refused[said[-1]]


def _is(call: Message, kind: type, number: int) -> bool:
    """Whether this is a command's call: of its kind, and with its key if it carries one."""
    key = getattr(call, "command_key", None) or getattr(call, "parameter_key", None)
    if kind is m.SetParameterValues and not key:
        return False  # our own: the connection secret
    return type(call) is kind and key in (None, "", f"command-{number}")
