"""A toy router that takes every call, and commands held with it, for tests of the orders."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from acs.commands import Command, CommandKind
from acs.cwmp import messages as m
from acs.cwmp.messages import Envelope, Message, ParameterValue
from acs.cwmp.session import SessionState, Turn
from acs.cwmp.structs import ParameterAttributes
from acs.facts import CommandAnswered, CommandFailed, Event, Fact
from tests.cwmp.pure_router import DEVICE, NOW, Memory, PureRouter, hold_session

SSID = "Device.WiFi.SSID.1.SSID"
ENABLE = "Device.WiFi.SSID.1.Enable"
VERSION = "Device.DeviceInfo.SoftwareVersion"
ROW = "Device.NAT.PortMapping."
PING = "Device.IP.Diagnostics.IPPing."

Answer = Callable[[Message], Message]


@dataclass
class ToyRouter(PureRouter):
    """Does what it is told; ``answers`` replaces its answer to calls of a type."""

    answers: dict[type, Answer] = field(default_factory=dict)
    attributes: dict[str, ParameterAttributes] = field(default_factory=dict)
    row: dict[str, tuple[str, str]] = field(default_factory=dict)  # of a new instance
    added: int = 0

    def answer(self, message: Message) -> Message:
        special = self.answers.get(type(message))
        if special is not None:
            self.calls.append(message)
            return special(message)
        simple = _SIMPLE.get(type(message))
        if simple is not None:
            self.calls.append(message)
            return simple
        if isinstance(message, m.AddObject):
            return self._add(message)
        if isinstance(message, m.DeleteObject):
            return self._delete(message)
        if isinstance(message, m.SetParameterAttributes):
            return self._mark(message)
        if isinstance(message, m.GetParameterAttributes):
            self.calls.append(message)
            found = [a for n, a in self.attributes.items() if n.startswith(message.names)]
            if not found:
                return m.Fault(9005, "Invalid parameter name")
            return m.GetParameterAttributesResponse(tuple(found))
        return super().answer(message)

    def _add(self, message: m.AddObject) -> Message:
        self.calls.append(message)
        self.added += 1
        path = f"{message.object_name}{self.added}."
        self.leaves.update({path + name: leaf for name, leaf in self.row.items()})
        self.objects.add(path)
        return m.AddObjectResponse(self.added, 0)

    def _delete(self, message: m.DeleteObject) -> Message:
        self.calls.append(message)
        path = message.object_name
        if path not in self.objects:
            return m.Fault(9005, "Invalid parameter name")
        self.objects.discard(path)
        self.leaves = {n: leaf for n, leaf in self.leaves.items() if not n.startswith(path)}
        return m.DeleteObjectResponse(0)

    def _mark(self, message: m.SetParameterAttributes) -> Message:
        self.calls.append(message)
        for change in message.changes:
            before = self.attributes[change.name]
            self.attributes[change.name] = ParameterAttributes(
                change.name,
                before.notification if change.notification is None else change.notification,
                before.access_list if change.access_list is None else change.access_list,
            )
        return m.SetParameterAttributesResponse()

    def says(self, kind: type, answer: Message) -> None:
        """From now on it answers calls of this type so."""
        self.answers[kind] = lambda _message: answer


_SIMPLE: dict[type, Message] = {
    m.Download: m.DownloadResponse(1, "", ""),
    m.Upload: m.UploadResponse(1, "", ""),
    m.ScheduleDownload: m.ScheduleDownloadResponse(),
    m.CancelTransfer: m.CancelTransferResponse(),
    m.FactoryReset: m.FactoryResetResponse(),
    m.ScheduleInform: m.ScheduleInformResponse(),
    m.ChangeDUState: m.ChangeDUStateResponse(),
    m.GetRPCMethods: m.GetRPCMethodsResponse(("Reboot", "Download")),
    m.GetQueuedTransfers: m.GetQueuedTransfersResponse(()),
    m.GetAllQueuedTransfers: m.GetAllQueuedTransfersResponse(()),
    m.SetVouchers: m.SetVouchersResponse(),
    m.GetOptions: m.GetOptionsResponse(()),
}


def toy_router(**more: tuple[str, str]) -> ToyRouter:
    return ToyRouter(
        {
            VERSION: ("string", "1.0"),
            "Device.DeviceInfo.UpTime": ("unsignedInt", "60"),
            SSID: ("string", "home"),
            ENABLE: ("boolean", "1"),
            **more,
        }
    )


def command(kind: CommandKind, number: int = 1, **arguments: object) -> Command:
    return Command(
        command_id=f"command-{number}",
        router_id=DEVICE.router_id,
        kind=kind,
        state="sent",
        asked_by="test",
        reason="",
        at=NOW,
        expires_at=NOW + 60,
        arguments=arguments,
    )


def known(router: ToyRouter) -> Memory:
    """What is remembered of the router after its first session, in which it was well."""
    memory = Memory()
    answers, router.answers = router.answers, {}
    hold_session(router, memory, "0 BOOTSTRAP")
    router.answers = answers
    memory.collected_at = NOW
    router.calls.clear()
    return memory


def hold(router: ToyRouter, *commands: Command, events: Iterable[Event | str] = ()) -> list[Turn]:
    """A session in which these commands go out."""
    return hold_session(router, known(router), *events, commands=commands)


def said(turns: Iterable[Turn]) -> list[Message]:
    """What we said, without the InformResponse."""
    return [turn.reply.message for turn in turns if isinstance(turn.reply, Envelope)][1:]


def facts_in(turns: Iterable[Turn]) -> list[Fact]:
    return [fact for turn in turns for fact in turn.facts]


def outcome(turns: Iterable[Turn]) -> CommandAnswered | CommandFailed:
    (found,) = (f for f in facts_in(turns) if isinstance(f, CommandAnswered | CommandFailed))
    return found


def done(turns: Iterable[Turn]) -> dict[str, object]:
    """The result of a command that is done."""
    found = outcome(turns)
    assert isinstance(found, CommandAnswered), found
    assert found.final
    return found.result


def failed(turns: Iterable[Turn]) -> dict[str, object]:
    """The result of a command that failed."""
    found = outcome(turns)
    assert isinstance(found, CommandFailed), found
    return found.result


def idle_state(router: ToyRouter) -> SessionState:
    """The state in which the server may begin a command."""
    states: list[SessionState] = []

    def keep(state: SessionState) -> SessionState:
        states.append(state)
        return state

    hold_session(router, known(router), between=keep)
    return states[0]


def values(*triples: tuple[str, str, str]) -> tuple[ParameterValue, ...]:
    return tuple(ParameterValue(*triple) for triple in triples)
