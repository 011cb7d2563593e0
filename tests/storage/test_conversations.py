"""Commands of every kind held with a toy router and kept in a real store, on both databases.

Sessions break off and the daemon dies at every point: before the claim, after it, after the facts
are stored, after the router did what it was told. Nothing is done twice, and what nobody knows is
shown as unknown.
"""

from collections import Counter
from typing import Literal, get_args

import msgspec
import pytest

from acs.actions.guards import refusals
from acs.actions.settings import GuardSettings
from acs.commands import Command, CommandKind, GuardFacts, Refusal
from acs.cwmp import messages as m
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
from acs.cwmp.structs import ParameterAttributes, TransferFault, UnitResult
from acs.digest import ha1
from acs.duration import Duration
from acs.facts import CommandLapsed, CredentialsProved, Event, RouterRecord
from acs.storage.store import Store
from tests.cwmp.commanded import ENABLE, PING, ROW, SSID, VERSION, ToyRouter, toy_router
from tests.cwmp.pure_router import DEVICE, NOW, Memory, envelope
from tests.storage.support import Desk, Guard, proposal

STATE = f"{PING}DiagnosticsState"
RESET = "Device.WiFi.Reset"
FIRMWARE: dict[str, object] = {"file_type": "1 Firmware Upgrade Image", "url": "http://192.0.2.1/f"}
LOG: dict[str, object] = {"file_type": "2 Vendor Log File", "url": "http://192.0.2.1/u"}
INSTALL: dict[str, object] = {"kind": "install", "url": "http://192.0.2.1/"}
COMMANDS: dict[CommandKind, tuple[dict[str, object], str]] = {
    "refresh": ({}, "done"),
    "get": ({"paths": [SSID]}, "done"),
    "set": ({"values": {SSID: "new"}}, "done"),
    "names": ({"path": "Device.WiFi."}, "done"),
    "tree": ({"path": ""}, "done"),
    "attributes": ({"changes": [{"name": ENABLE, "notification": 2}]}, "done"),
    "add": ({"object": ROW, "values": {"Enable": True}}, "done"),
    "delete": ({"object": f"{ROW}1."}, "done"),
    "cancel_transfer": ({"command": "nobodys"}, "done"),
    "rpc": ({"method": "SetVouchers", "arguments": {"VoucherList": ["dm91Y2hlcg=="]}}, "done"),
    "download": (FIRMWARE, "accepted"),
    "upload": (LOG, "accepted"),
    "schedule_download": ({**FIRMWARE, "windows": [{"start": 0, "end": 60}]}, "accepted"),
    "schedule_inform": ({"delay": 60}, "accepted"),
    "software": ({"operations": [INSTALL]}, "accepted"),
    "diagnostic": ({"test": "ping", "host": "192.0.2.9"}, "accepted"),
    "factory_reset": ({}, "accepted"),
    "reboot": ({}, "accepted"),
    "gentle": ({"action": "reset_wifi", "path": RESET}, "confirmed"),
    "rotate_credentials": ({}, "accepted"),
}
# What a router does because of a call; all else only reads.
DEEDS = (
    *(m.SetParameterValues, m.SetParameterAttributes, m.AddObject, m.DeleteObject, m.SetVouchers),
    *(m.Download, m.Upload, m.ScheduleDownload, m.CancelTransfer, m.ChangeDUState),
    *(m.Reboot, m.FactoryReset, m.ScheduleInform),
)
# What the server does of itself is no business here.
POLICY = SessionPolicy(collect_interval=1e9, set_connection_secret=False)
Death = Literal["heard", "claimed", "stored", "said"]


def test_every_kind_is_here() -> None:
    assert set(COMMANDS) == set(get_args(CommandKind))


def router_with_all() -> ToyRouter:
    leaves = {
        STATE: ("string", "None"),
        f"{PING}Interface": ("string", ""),
        f"{PING}Host": ("string", ""),
        f"{PING}SuccessCount": ("unsignedInt", "0"),
        f"{PING}FailureCount": ("unsignedInt", "0"),
        f"{ROW}1.Enable": ("boolean", "1"),
        RESET: ("boolean", "0"),
    }
    router = toy_router(**leaves)
    router.row, router.added = {"Enable": ("boolean", "0")}, 1
    router.attributes[ENABLE] = ParameterAttributes(ENABLE, 0, ())
    return router


class Talk:
    """Sessions of one router whose facts go to a real store."""

    def __init__(self, desk: Desk, store: Store, router: ToyRouter) -> None:
        self.desk, self.store, self.router = desk, store, router
        self.memory = Memory()
        self.now = NOW
        self.session("0 BOOTSTRAP")
        router.calls.clear()

    def session(
        self,
        *events: str | Event,
        tells: tuple[Message, ...] = (),
        turns: int = 99,
        dies: Death | None = None,
        drops: bool = False,
    ) -> int:
        """One session, or its first turns; how many they were.

        ``tells``: the router's own calls after its Inform. ``dies``: where in the last of the
        turns the daemon does. ``drops``: the session is saved and taken up again at each turn.
        """
        state = begin(POLICY, "192.0.2.1")
        said: Message = self.router.inform(*(events or ("2 PERIODIC",)))
        waiting = list(tells)
        for number in range(1, turns + 1):
            death = dies if number == turns else None
            self.now += 1
            if drops:
                encoded = msgspec.msgpack.encode(state)
                state = msgspec.msgpack.decode(encoded, type=SessionState)
            heard = envelope(said, str(state.calls) if number > 1 else "inform")
            if death == "heard":
                return number
            command = self._claim() if wants_command(state, heard) else None
            if death == "claimed":
                return number
            turn = take_turn(state, heard, command, self.now)
            results = self.desk.wait(self.store.commit(turn.facts))
            self.memory.learn(turn.facts)
            state = turn.state
            for result in results:
                if isinstance(result, RouterRecord):
                    state = recall(state, result, self.memory.plan)
            if isinstance(turn.reply, NoContent) or death == "stored":
                return number
            message = turn.reply.message
            if isinstance(message, InformResponse) or type(message) in _THANKS:
                said = waiting.pop(0) if waiting else Empty()
            else:
                said = self.router.answer(message)
        return turns

    def _claim(self) -> Command | None:
        return self.desk.wait(self.store.claim(DEVICE.router_id, self.now, Guard()))

    def restart(self) -> None:
        """The daemon comes back; all that it knows is what it stored."""
        self.store.close()
        self.store = self.desk.open()

    def ask(self, kind: CommandKind, arguments: dict[str, object], number: int = 1) -> Command:
        asked = proposal(
            f"c{number}",
            self.now,
            router_id=DEVICE.router_id,
            kind=kind,
            arguments=arguments,
            asked_by="anna",
            expires_at=self.now + 99_999,
        )
        return self.desk.wait(self.store.propose(asked, Guard()))

    def command(self, number: int = 1) -> Command:
        found = self.desk.wait(self.store.command(f"c{number}"))
        assert found is not None
        return found

    def lapse(self, number: int = 1) -> None:
        """Its deadline passes."""
        due_at = self.command(number).due_at
        assert due_at is not None
        self.now = max(self.now, due_at)
        fact = CommandLapsed(router_id=DEVICE.router_id, at=self.now, command_id=f"c{number}")
        self.desk.commit(self.store, fact)

    def deeds(self) -> Counter[type]:
        """What the router did so far, by call."""
        return Counter(type(call) for call in self.router.calls if isinstance(call, DEEDS))

    def renew(self) -> None:
        """The router is as it was at first; what it did is kept."""
        fresh = router_with_all()
        self.router.leaves, self.router.objects = fresh.leaves, fresh.objects
        self.router.attributes, self.router.added = fresh.attributes, fresh.added

    def finish(self, kind: CommandKind, number: int = 1) -> None:
        """The router tells the end of what it did, in a session of its own."""
        key = f"c{number}"
        leaves = self.router.leaves
        if kind in ("download", "schedule_download", "upload"):
            if kind != "upload":
                leaves[VERSION] = ("string", f"{leaves[VERSION][1]}+")
            complete = m.TransferComplete(key, 0, "", "0001-01-01T00:00:00Z", "")
            self.session("7 TRANSFER COMPLETE", Event(f"M {_CALLED[kind]}", key), tells=(complete,))
        elif kind == "software":
            changed = m.DUStateChangeComplete((UnitResult(uuid="u"),), key)
            self.session("11 DU STATE CHANGE COMPLETE", tells=(changed,))
        elif kind == "schedule_inform":
            self.session("3 SCHEDULED", Event("M ScheduleInform", key))
        elif kind == "diagnostic":
            leaves[STATE] = ("string", "Complete")
            self.session("8 DIAGNOSTICS COMPLETE")
        elif kind == "factory_reset":
            self.session("0 BOOTSTRAP", "1 BOOT")
        elif kind == "reboot":
            self.session("1 BOOT", Event("M Reboot", key))
        elif kind == "rotate_credentials":
            self._log_in()
        else:
            self.session()

    def _log_in(self) -> None:
        """With the password that the router has."""
        password = self.router.leaves["Device.ManagementServer.Password"][1]
        username = self.router.leaves.get("Device.ManagementServer.Username", ("", ""))[1]
        proof = CredentialsProved(
            router_id=DEVICE.router_id,
            at=self.now,
            username=username or DEVICE.router_id,
            ha1=ha1(username or DEVICE.router_id, password),
        )
        self.desk.commit(self.store, proof)


_CALLED = {"download": "Download", "schedule_download": "ScheduleDownload", "upload": "Upload"}
_THANKS = (m.TransferCompleteResponse, m.DUStateChangeCompleteResponse)
# In what state a command is that went well; else done.
ENDS = {"reboot": "confirmed", "gentle": "confirmed"}


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
def test_a_command_from_the_wish_to_its_end(talk: Talk, kind: CommandKind) -> None:
    arguments, state = COMMANDS[kind]
    assert talk.ask(kind, arguments).state == "queued"
    talk.session()
    assert talk.command().state == state
    talk.restart()
    talk.finish(kind)
    end = talk.command()
    assert end.state == ENDS.get(kind, "done"), end.result
    deeds = talk.deeds()
    talk.finish(kind)  # routers tell things twice
    assert talk.command() == end
    assert talk.deeds() == deeds
    assert set(deeds.values()) <= {1}


@pytest.mark.parametrize("kind", COMMANDS)
def test_whenever_the_daemon_dies_nothing_is_done_twice(talk: Talk, kind: CommandKind) -> None:
    """At each turn of the session, and at each point of a turn."""
    arguments, _ = COMMANDS[kind]
    talk.ask(kind, arguments, 0)
    turns = talk.session()
    normal = talk.deeds()
    talk.finish(kind, 0)
    number = 0
    for turn in range(1, turns + 1):
        for death in get_args(Death):
            number += 1
            talk.renew()
            talk.ask(kind, arguments, number)
            before, calls = talk.deeds(), len(talk.router.calls)
            talk.session(turns=turn, dies=death)
            talk.restart()
            _check_after_death(talk, kind, number, talk.deeds() - before, normal)
            total = talk.deeds() - before
            assert total <= normal, (turn, death)
            assert len(talk.router.calls) >= calls


def _check_after_death(
    talk: Talk, kind: CommandKind, number: int, done: Counter[type], normal: Counter[type]
) -> None:
    command = talk.command(number)
    if command.state == "queued":  # it was not fetched: it goes out as if nothing had been
        assert not done
        talk.session()
        talk.finish(kind, number)
        assert talk.command(number).state == ENDS.get(kind, "done")
        return
    # It has been fetched, so it never goes out again, whatever comes.
    for _ in range(2):
        talk.session()
    assert talk.command(number).state == command.state
    has_happened = done == normal and kind in _TOLD_OF
    if has_happened:
        talk.finish(kind, number)
        assert talk.command(number).state == ENDS.get(kind, "done")
    elif command.state == "sent":
        talk.lapse(number)
        assert talk.command(number).state == "unconfirmed"  # nobody knows
        talk.session()
    elif command.state == "accepted":  # a test that has begun
        talk.finish(kind, number)
        assert talk.command(number).state == "done"
    else:
        assert command.state == ENDS.get(kind, "done")


# Kinds whose end the router tells by itself, even if its answer was lost.
_TOLD_OF = frozenset(
    {
        *("download", "upload", "schedule_download", "software", "schedule_inform"),
        *("factory_reset", "reboot", "rotate_credentials"),
    }
)


@pytest.mark.parametrize("kind", sorted(_TOLD_OF - {"factory_reset"}))
def test_the_end_may_be_told_when_nobody_waits_any_more(talk: Talk, kind: CommandKind) -> None:
    """The events keep for as long as the router cannot tell them (TR-069 Amendment 6, 3.7.1.5)."""
    talk.ask(kind, COMMANDS[kind][0])
    talk.session()
    talk.lapse()
    assert talk.command().state == "unconfirmed"
    talk.finish(kind)
    assert talk.command().state == ENDS.get(kind, "done")


@pytest.mark.parametrize("code", [9001, 9010, 9011, 9012, 9015, 9016, 9017, 9018, 9019, 9020])
def test_a_transfer_that_failed_later(talk: Talk, code: int) -> None:
    talk.ask("download", FIRMWARE)
    talk.session()
    complete = m.TransferComplete("", code, "why", "Unknown", "Unknown")
    talk.session("7 TRANSFER COMPLETE", tells=(complete,))
    command = talk.command()
    assert (command.state, command.result["code"]) == ("failed", code)
    talk.session("7 TRANSFER COMPLETE", tells=(complete,))
    assert talk.command() == command


def test_firmware_counts_when_it_is_new_in_the_session_of_its_transfer(talk: Talk) -> None:
    talk.ask("download", FIRMWARE)
    talk.session()
    same = m.TransferComplete("c1", 0, "", "", "")
    talk.session("7 TRANSFER COMPLETE", "1 BOOT", tells=(same,))
    assert talk.command().state == "accepted"
    talk.lapse()
    assert talk.command().state == "failed"
    assert "version unchanged" in str(talk.command().result["error"])


def test_units_of_which_one_failed(talk: Talk) -> None:
    talk.ask("software", {"operations": [INSTALL, INSTALL]})
    talk.session()
    results = (UnitResult(uuid="a"), UnitResult(uuid="b", fault=TransferFault(9032, "there")))
    talk.session(tells=(m.DUStateChangeComplete(results, ""),))  # the key was lost
    command = talk.command()
    assert (command.state, command.result["failed"]) == ("failed", [2])


@pytest.mark.parametrize("by_name", [True, False])
def test_a_transfer_that_is_given_up(talk: Talk, *, by_name: bool) -> None:
    talk.ask("upload", LOG)
    talk.session()
    if by_name:
        talk.ask("rpc", {"method": "CancelTransfer", "arguments": {"CommandKey": "c1"}}, 2)
    else:
        talk.ask("cancel_transfer", {"command": "c1"}, 2)
    talk.session()
    command = talk.command()
    assert (command.state, command.result["cancelled_by"]) == ("failed", "c2")
    assert talk.command(2).state == "done"


def test_a_transfer_that_cannot_be_given_up_goes_on(talk: Talk) -> None:
    """9021 (A.5.1)."""
    talk.ask("upload", LOG)
    talk.session()
    talk.router.says(m.CancelTransfer, m.Fault(9021, "too late"))
    talk.ask("cancel_transfer", {"command": "c1"}, 2)
    talk.session()
    assert (talk.command().state, talk.command(2).state) == ("accepted", "failed")
    talk.finish("upload")
    assert talk.command().state == "done"


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


def test_a_test_whose_answer_was_lost_tells_nothing(talk: Talk) -> None:
    """What stands in the tree may be another's result."""
    talk.ask("diagnostic", {"test": "ping", "host": "192.0.2.9", "gateway": True})
    talk.session(turns=3, dies="said")
    talk.restart()
    assert talk.router.leaves[STATE] == ("string", "Requested")
    talk.router.leaves[STATE] = ("string", "Complete")
    talk.router.leaves[f"{PING}SuccessCount"] = ("unsignedInt", "4")
    talk.session("8 DIAGNOSTICS COMPLETE")
    assert talk.command().state == "sent"
    talk.lapse()
    assert talk.command().state == "unconfirmed"
    samples = talk.desk.wait(talk.store.samples(DEVICE.router_id, NOW, talk.now + 1, 99))
    assert not any("ip.ping_loss_gw" in sample.values for sample in samples)


# --- several commands -----------------------------------------------------------------------


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


def test_a_command_that_expired_is_passed_over(talk: Talk) -> None:
    talk.ask("get", COMMANDS["get"][0])
    talk.now = talk.command().expires_at
    talk.ask("names", COMMANDS["names"][0], 2)
    talk.session()
    assert (talk.command().state, talk.command(2).state) == ("expired", "done")
    assert len(talk.router.calls) == 1


class Guarded(Talk):
    """With the guards as they are; a router that nobody has rebooted, at night."""

    def _claim(self) -> Command | None:
        return self.desk.wait(self.store.claim(DEVICE.router_id, self.now, self._guard))

    @staticmethod
    def _guard(command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
        return refusals(command, facts, GuardSettings(after_boot=Duration(0)))


@pytest.mark.parametrize("restart", ["reboot", "factory_reset"])
@pytest.mark.parametrize("first", ["download", "upload", "schedule_download", "diagnostic"])
def test_no_restart_goes_out_while_something_is_pending(
    desk: Desk, store: Store, first: CommandKind, restart: CommandKind
) -> None:
    """TR-069 Amendment 6, A.3.2.9: in the same session, and in later ones until it has ended."""
    talk = Guarded(desk, store, router_with_all())
    talk.ask(first, COMMANDS[first][0])
    talk.now += 1
    talk.ask(restart, {}, 2)
    talk.session()
    assert talk.command().state == "accepted"
    refused = talk.command(2)
    assert refused.state == "refused"
    wanted = "diagnostic" if first == "diagnostic" else "transfer"
    assert [refusal.guard for refusal in refused.refusals] == [wanted]
    talk.ask(restart, {}, 3)
    talk.session()
    assert talk.command(3).state == "refused"
    talk.finish(first)
    assert talk.command().state == "done"
    talk.ask(restart, {}, 4)
    talk.session()
    assert talk.command(4).state == "accepted", talk.command(4).refusals
    assert sum(isinstance(call, m.Reboot | m.FactoryReset) for call in talk.router.calls) == 1
