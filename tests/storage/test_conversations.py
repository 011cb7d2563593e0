"""Commands held with a toy router and kept in a real store, over sessions that may break off."""

import msgspec
import pytest

from acs.commands import Command, CommandKind
from acs.cwmp.messages import Empty, InformResponse, Message, SetParameterValues
from acs.cwmp.session import (
    NoContent,
    SessionPolicy,
    SessionState,
    begin,
    recall,
    take_turn,
    wants_command,
)
from acs.facts import CommandLapsed, RouterRecord
from acs.storage.store import Store
from tests.cwmp.commanded import PING, ROW, SSID, ToyRouter, toy_router
from tests.cwmp.pure_router import DEVICE, NOW, Memory, envelope
from tests.storage.support import Desk, Guard, proposal

STATE = f"{PING}DiagnosticsState"
FIRMWARE: dict[str, object] = {"file_type": "1 Firmware Upgrade Image", "url": "http://192.0.2.1/f"}
COMMANDS: dict[CommandKind, tuple[dict[str, object], str]] = {
    "get": ({"paths": [SSID]}, "done"),
    "set": ({"values": {SSID: "new"}}, "done"),
    "names": ({"path": "Device.WiFi."}, "done"),
    "tree": ({"path": ""}, "done"),
    "add": ({"object": ROW, "values": {"Enable": True}}, "done"),
    "rpc": ({"method": "GetRPCMethods"}, "done"),
    "download": (FIRMWARE, "accepted"),
    "upload": ({"file_type": "2 Vendor Log File", "url": "http://192.0.2.1/u"}, "accepted"),
    "schedule_download": ({**FIRMWARE, "windows": [{"start": 0, "end": 60}]}, "accepted"),
    "schedule_inform": ({"delay": 60}, "accepted"),
    "software": ({"operations": [{"kind": "install", "url": "http://192.0.2.1/"}]}, "accepted"),
    "diagnostic": ({"test": "ping", "host": "192.0.2.9"}, "accepted"),
    "factory_reset": ({}, "accepted"),
    "reboot": ({}, "accepted"),
}


def router_with_all() -> ToyRouter:
    leaves = {
        STATE: ("string", "None"),
        f"{PING}Host": ("string", ""),
        f"{PING}SuccessCount": ("unsignedInt", "0"),
        f"{PING}FailureCount": ("unsignedInt", "0"),
        f"{ROW}1.Enable": ("boolean", "1"),
    }
    router = toy_router(**leaves)
    router.row, router.added = {"Enable": ("boolean", "0")}, 1
    return router


class Talk:
    """Sessions of one router whose facts go to a real store."""

    def __init__(self, desk: Desk, store: Store, router: ToyRouter) -> None:
        self.desk, self.store, self.router = desk, store, router
        self.memory = Memory()
        self.now = NOW
        self.session("0 BOOTSTRAP")
        router.calls.clear()

    def session(self, *events: str, turns: int = 99, drops: bool = False) -> None:
        """One session, or its first turns; ``drops`` thaws its state before each of them."""
        state = begin(SessionPolicy(collect_interval=1e9), "192.0.2.1")
        said: Message = self.router.inform(*(events or ("2 PERIODIC",)))
        for number in range(turns):
            self.now += 1
            if drops:
                encoded = msgspec.msgpack.encode(state)
                state = msgspec.msgpack.decode(encoded, type=SessionState)
            heard = envelope(said, str(state.calls) if number else "inform")
            command = self._claim() if wants_command(state, heard) else None
            turn = take_turn(state, heard, command, self.now)
            results = self.desk.wait(self.store.commit(turn.facts))
            self.memory.learn(turn.facts)
            state = turn.state
            for result in results:
                if isinstance(result, RouterRecord):
                    state = recall(state, result, self.memory.plan)
            if isinstance(turn.reply, NoContent):
                return
            message = turn.reply.message
            said = Empty() if isinstance(message, InformResponse) else self.router.answer(message)

    def _claim(self) -> Command | None:
        return self.desk.wait(self.store.claim(DEVICE.router_id, self.now, Guard()))

    def ask(self, kind: CommandKind, arguments: dict[str, object], number: int = 1) -> None:
        asked = proposal(
            f"c{number}",
            self.now,
            router_id=DEVICE.router_id,
            kind=kind,
            arguments=arguments,
            asked_by="anna",
        )
        self.desk.wait(self.store.propose(asked, Guard()))

    def command(self, number: int = 1) -> Command:
        found = self.desk.wait(self.store.command(f"c{number}"))
        assert found is not None
        return found


@pytest.fixture
def talk(desk: Desk, store: Store) -> Talk:
    return Talk(desk, store, router_with_all())


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_outlives_a_connection_that_drops_at_each_turn(
    talk: Talk, kind: CommandKind
) -> None:
    arguments, state = COMMANDS[kind]
    talk.ask(kind, arguments)
    talk.session(drops=True)
    command = talk.command()
    assert command.state == state, command.result
    calls = len(talk.router.calls)
    assert calls
    talk.session()
    # a test under way is looked at; nothing else is said a second time
    assert len(talk.router.calls) - calls == (1 if kind == "diagnostic" else 0)


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_session_that_dies_leaves_its_command_unconfirmed_and_sends_it_once(
    talk: Talk, kind: CommandKind
) -> None:
    talk.ask(kind, COMMANDS[kind][0])
    talk.session(turns=2)  # Inform, and the first call of the command
    assert talk.command().state == "sent"
    asked = list(talk.router.calls)
    assert len(asked) == 1
    for _ in range(3):
        talk.session()
    assert talk.router.calls == asked
    due_at = talk.command().due_at
    assert due_at is not None
    fact = CommandLapsed(router_id=DEVICE.router_id, at=due_at, command_id="c1")
    talk.desk.commit(talk.store, fact)
    assert talk.command().state == "unconfirmed"
    talk.session()
    assert talk.router.calls == asked


def test_a_test_from_the_wish_to_its_figures(talk: Talk) -> None:
    talk.ask("diagnostic", {"test": "ping", "host": "192.0.2.9", "gateway": True})
    talk.session()
    assert talk.command().state == "accepted"
    assert talk.router.leaves[STATE] == ("string", "Requested")
    talk.session()  # not yet
    assert talk.command().state == "accepted"
    talk.router.leaves[STATE] = ("string", "Complete")
    talk.router.leaves[f"{PING}SuccessCount"] = ("unsignedInt", "3")
    talk.router.leaves[f"{PING}FailureCount"] = ("unsignedInt", "1")
    talk.ask("get", {"paths": [SSID]}, 2)
    talk.session("8 DIAGNOSTICS COMPLETE")
    done = talk.command()
    assert (done.state, done.result["loss_ratio"]) == ("done", 0.25)
    assert talk.command(2).state == "done"
    samples = talk.desk.wait(talk.store.samples(DEVICE.router_id, NOW, talk.now + 1, 99))
    assert samples[-1].values["ip.ping_loss_gw"] == 0.25
    calls = len(talk.router.calls)
    talk.session("8 DIAGNOSTICS COMPLETE")  # said again
    assert len(talk.router.calls) == calls


def test_commands_follow_one_another_in_their_order(talk: Talk) -> None:
    kinds: tuple[CommandKind, ...] = ("set", "add", "get", "upload", "reboot", "names")
    for number, kind in enumerate(kinds):
        talk.now += 1
        talk.ask(kind, COMMANDS[kind][0], number)
    talk.session()
    states = [talk.command(number).state for number in range(len(kinds))]
    assert states == ["done", "done", "done", "accepted", "accepted", "queued"]
    assert sum(isinstance(call, SetParameterValues) for call in talk.router.calls) == 2
    talk.session()
    assert talk.command(5).state == "done"
