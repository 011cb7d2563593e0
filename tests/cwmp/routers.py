"""A server on a clock of its own with a real store, and routers that talk to it, step by step.

Nothing happens in storage's threads unseen: what storage delivers waits until ``House.pump``.
"""

import hashlib
import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet import address
from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.internet.task import Clock

from acs.commands import Command, GuardFacts, Proposal, Refusal
from acs.cwmp.codec import decode, encode
from acs.cwmp.enrolment import enrol
from acs.cwmp.messages import (
    Envelope,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    GetParameterValuesResponse,
    Inform,
    Message,
    ParameterValue,
    Reboot,
    RebootResponse,
    SetParameterValues,
    SetParameterValuesResponse,
)
from acs.cwmp.server import CwmpServer
from acs.cwmp.settings import CwmpSettings
from acs.facts import Event, Fact
from acs.identity import DeviceId
from acs.storage.settings import StorageSettings
from acs.storage.store import Guard, Store
from tests.cwmp.wires import Wire

T = TypeVar("T")

NAMESPACE = "urn:dslforum-org:cwmp-1-0"
START = 1_800_000_000.0
DEVICE = DeviceId("Acme", "00AA01", "Box", "S-1")
OTHER = DeviceId("Acme", "00AA01", "Box", "S-2")

# The answers of a router that has nothing to show.
SAYS: dict[type, Message] = {
    GetParameterNames: GetParameterNamesResponse(()),
    GetParameterValues: GetParameterValuesResponse(()),
    SetParameterValues: SetParameterValuesResponse(0),
    Reboot: RebootResponse(),
}


def inform(device: DeviceId = DEVICE, *events: str) -> bytes:
    message = Inform(
        device,
        tuple(Event(event) for event in events or ("2 PERIODIC",)),
        1,
        "2027-01-15T08:00:00Z",
        0,
        (
            ParameterValue("Device.DeviceInfo.SoftwareVersion", "1.0", "xsd:string"),
            ParameterValue("Device.DeviceInfo.HardwareVersion", "A", "xsd:string"),
        ),
    )
    return encode(message, namespace=NAMESPACE, id="1")


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Answer:
    """An HTTP response."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        self.challenges = [
            line.partition(": ")[2] for line in lines if line.startswith("WWW-Authenticate")
        ]

    @property
    def message(self) -> Message:
        return decode(self.body).message

    @property
    def envelope(self) -> Envelope:
        return decode(self.body)

    @property
    def cookie(self) -> str:
        return self.headers["set-cookie"].partition(";")[0]


class House:
    """A server and its storage."""

    def __init__(self, folder: Path, metrics: Any, *, url: str = "", **changes: Any) -> None:
        self.clock = Clock()
        self.metrics = metrics
        self.folder = folder
        self.delivered: queue.Queue[Callable[[], None]] = queue.Queue()
        self.facts: list[Fact] = []
        self.claimed: list[Command] = []
        self.refusals: tuple[Refusal, ...] = ()
        self.settings = CwmpSettings(**changes)
        self.store = Store.open(
            StorageSettings(url=url or f"sqlite:///{folder}/acs.db"),
            deliver=self.delivered.put,
            key=bytes(32),
        )
        self.server = self.new_server()

    def new_server(self) -> CwmpServer:
        return CwmpServer(
            self.store,
            self.settings,
            clock=self.clock,
            now=self.now,
            guard=self.guard,
            committed=lambda facts, _: self.facts.extend(facts),
            claimed=self.claimed.append,
            metrics=self.metrics,
            uniform=lambda low, _: low,
        )

    def now(self) -> float:
        return START + self.clock.seconds()

    def guard(self, _command: Command, _facts: GuardFacts) -> tuple[Refusal, ...]:
        return self.refusals

    def pump(self) -> None:
        """Let storage deliver once."""
        self.delivered.get(timeout=10)()

    def wait(self, deferred: Deferred[T]) -> T:
        """The result of something that storage does."""
        results: list[T] = []
        failures: list[Any] = []
        deferred.addCallbacks(results.append, failures.append)
        while not results and not failures:
            self.pump()
        if failures:
            failures[0].raiseException()
        return results[0]

    def settle(self) -> None:
        """Let storage finish all that it was given before."""
        self.wait(self.store.take_session("no such", self.now()))

    def enrol(self, device: DeviceId = DEVICE) -> None:
        self.wait(
            enrol(
                self.store,
                self.server.credentials,
                device.router_id,
                (device.router_id, "sesame"),
                self.now(),
            )
        )

    def propose(self, device: DeviceId = DEVICE, guard: Guard | None = None) -> Command:
        return self.wait(
            self.store.propose(
                Proposal(
                    command_id="c1",
                    router_id=device.router_id,
                    kind="reboot",
                    asked_by="socket",
                    reason="a test",
                    at=self.now(),
                    expires_at=self.now() + 3600,
                ),
                guard or self.guard,
            )
        )

    def close(self) -> None:
        self.server.close()
        self.store.close()


class Router:
    """One connection of a router."""

    def __init__(
        self,
        house: House,
        device: DeviceId = DEVICE,
        *,
        peer: str = "192.0.2.1",
        server: CwmpServer | None = None,
    ) -> None:
        self.house = house
        self.device = device
        self.wire = Wire()
        self.count = 0
        listener = (server or house.server).listener
        protocol: Any = listener.buildProtocol(address.IPv4Address("TCP", peer, 1))
        protocol.makeConnection(self.wire)
        self.protocol = protocol

    def send(self, body: bytes, **headers: str) -> None:
        self.wire.clear()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.protocol.dataReceived(
            f"POST / HTTP/1.1\r\nHost: acs\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    def answer(self) -> Answer:
        while not self.wire.value():
            self.house.pump()
        return Answer(self.wire.value())

    def post(self, body: bytes, **headers: str) -> Answer:
        self.send(body, **headers)
        return self.answer()

    def digest(self, challenge: str, *, password: str = "sesame", count: int = 1) -> str:
        nonce = challenge.partition('nonce="')[2].partition('"')[0]
        name = self.device.router_id
        proof = md5(f"{md5(f'{name}:acsd:{password}')}:{nonce}:{count:08x}:c:auth:{md5('POST:/')}")
        return (
            f'Digest username="{name}", realm="acsd", nonce="{nonce}", uri="/", qop=auth, '
            f'nc={count:08x}, cnonce="c", response="{proof}"'
        )

    def begin(self, *events: str, body: bytes | None = None) -> Answer:
        """Inform, be challenged, inform again."""
        body = body or inform(self.device, *events)
        challenged = self.post(body)
        assert challenged.status == 401
        return self.post(body, Authorization=self.digest(challenged.challenges[0]))

    def talk(self, answer: Answer | None = None) -> list[Message]:
        """Have nothing to say but answers, to the end of the session; what was asked."""
        asked: list[Message] = []
        answer = answer or self.post(b"")
        while answer.status == 200:
            asked.append(answer.message)
            says = SAYS[type(answer.message)]
            answer = self.post(encode(says, namespace=NAMESPACE, id=answer.envelope.id))
        assert answer.status == 204
        return asked

    def leave(self) -> None:
        self.protocol.connectionLost(connectionDone)
