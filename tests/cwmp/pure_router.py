"""A router without a network: a tree of parameters that answers calls, for tests of the session."""

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from acs.commands import Command
from acs.cwmp.messages import (
    AddObject,
    Empty,
    Envelope,
    Fault,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    GetParameterValuesResponse,
    Inform,
    InformResponse,
    Message,
    ParameterInfo,
    ParameterValue,
    Reboot,
    RebootResponse,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.plan import Plan, decode_plan
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
from acs.facts import ConnectionSecret, Discovered, Event, Fact, Informed, PlanChanged, RouterRecord
from acs.identity import DeviceId

DUMPS = Path(os.environ.get("ACSD_DUMPS", Path(__file__).parents[3] / "shared/cwmp/dumps"))
DEVICE = DeviceId("Maker", "0A1001", "K2", "S1")
NAMESPACE = "urn:dslforum-org:cwmp-1-0"
SECRET = ConnectionSecret("acs-user", "acs-password")
NOW = 1_700_000_000.0


@dataclass
class PureRouter:
    """Parameters by path: type and value. Knobs make it misbehave."""

    leaves: dict[str, tuple[str, str]]
    refused: frozenset[str] = frozenset()  # listed, and answered by 9005
    names_in_faults: bool = False
    lists_nothing_whole: bool = False  # a fault for every NextLevel=false
    lists_no_root: bool = False
    ignores_next_level: bool = False  # always all
    asked: list[str] = field(default_factory=list)
    calls: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.objects = {
            name[: place + 1]
            for name in self.leaves
            for place, letter in enumerate(name)
            if letter == "."
        }

    @property
    def root(self) -> str:
        return min(self.objects, key=len)

    def answer(self, message: Message) -> Message:
        self.calls.append(message)
        if isinstance(message, GetParameterNames):
            return self._names(message)
        if isinstance(message, GetParameterValues):
            return self._values(message)
        if isinstance(message, SetParameterValues):
            for parameter in message.parameters:
                self.leaves[parameter.name] = (parameter.type, parameter.value)
            return SetParameterValuesResponse(0)
        if isinstance(message, Reboot):
            return RebootResponse()
        assert not isinstance(message, AddObject)
        raise AssertionError(message)

    def _names(self, message: GetParameterNames) -> Message:
        path = message.path
        if (path and path not in self.objects) or (self.lists_no_root and path.count(".") < 2):
            return Fault(9005, "Invalid parameter name")
        if self.lists_nothing_whole and not message.next_level:
            return Fault(9002, "Internal error")
        below = [name for name in (*sorted(self.objects), *self.leaves) if name.startswith(path)]
        if message.next_level and not self.ignores_next_level:
            below = [
                name
                for name in below
                if name != path and "." not in name[len(path) :].removesuffix(".")
            ]
        return GetParameterNamesResponse(
            tuple(ParameterInfo(name, writable=False) for name in below)
        )

    def _values(self, message: GetParameterValues) -> Message:
        found: list[ParameterValue] = []
        for name in message.names:
            self.asked.append(name)
            known = name in self.leaves or name in self.objects
            if not known or name in self.refused:
                where = f": {name}" if self.names_in_faults else ""
                return Fault(9005, f"Invalid parameter name{where}")
            names = [name] if name in self.leaves else []
            if name.endswith("."):
                names = [leaf for leaf in self.leaves if leaf.startswith(name)]
            found.extend(ParameterValue(n, self.leaves[n][1], self.leaves[n][0]) for n in names)
        return GetParameterValuesResponse(tuple(found))

    def inform(self, *events: str | Event, extra: Iterable[str] = ()) -> Inform:
        said = [f"{self.root}DeviceInfo.SoftwareVersion", *extra]
        return Inform(
            device=DEVICE,
            events=tuple(Event(e) if isinstance(e, str) else e for e in events),
            max_envelopes=1,
            current_time="",
            retry_count=0,
            parameters=tuple(
                ParameterValue(name, self.leaves.get(name, ("string", ""))[1], "string")
                for name in said
            ),
        )


def envelope(message: Message, id_: str | None = "1") -> Envelope:
    return Envelope(message, id_, NAMESPACE)


class Memory(msgspec.Struct):
    """What storage would remember of one router."""

    plan: Plan | None = None
    planned_for: str | None = None
    collected_at: float | None = None
    secret_set: bool = True
    running: tuple[Command, ...] = ()

    def record(self) -> RouterRecord:
        return RouterRecord(
            router_id=DEVICE.router_id,
            plan_key=None if self.plan is None else "key",
            planned_for=self.planned_for,
            collected_at=self.collected_at,
            connection_secret=SECRET,
            connection_secret_set=self.secret_set,
            commands_waiting=False,
            running=self.running,
        )

    def learn(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, Discovered):
                self.plan, self.planned_for = decode_plan(fact.plan), fact.software_version
            elif isinstance(fact, PlanChanged):
                self.plan = decode_plan(fact.plan)


def hold_session(
    router: PureRouter,
    memory: Memory,
    *events: str | Event,
    commands: Iterable[Command] = (),
    policy: SessionPolicy | None = None,
    between: Callable[[SessionState], SessionState] = lambda state: state,
    extra: Iterable[str] = (),
) -> list[Turn]:
    """Hold one session to its end. ``between`` may replace the state between two turns."""
    waiting = list(commands)
    state = begin(policy or SessionPolicy(), "192.0.2.1")
    said: Message = router.inform(*(events or ("2 PERIODIC",)), extra=extra)
    turns: list[Turn] = []
    while True:
        heard = envelope(said, str(state.calls) if turns else "inform")
        command = waiting.pop(0) if waiting and wants_command(state, heard) else None
        turn = take_turn(state, heard, command, NOW + len(turns))
        turns.append(turn)
        memory.learn(turn.facts)
        state = turn.state
        if any(isinstance(fact, Informed) for fact in turn.facts):
            state = recall(state, memory.record(), memory.plan)
        if isinstance(turn.reply, NoContent):
            return turns
        state = between(state)
        if isinstance(turn.reply.message, InformResponse):
            said = Empty()
        else:
            said = router.answer(turn.reply.message)


def facts_of(turns: Iterable[Turn]) -> list[Fact]:
    return [fact for turn in turns for fact in turn.facts]


def read_dump(path: Path) -> PureRouter:
    """A router from an exported tree: CSV of Parameter, Object, Writable, Value, Value type."""
    leaves: dict[str, tuple[str, str]] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            name = row["Parameter"]
            if row["Object"] == "false" and name.startswith(("Device.", "InternetGatewayDevice.")):
                kind = (row["Value type"] or "").removeprefix("xsd:")
                leaves[name] = (kind, row["Value"] or "")
    return PureRouter(leaves)


def tree(root: str, values: Mapping[str, str]) -> PureRouter:
    """A router with these values below its root."""
    return PureRouter({root + path: ("string", value) for path, value in values.items()})
