"""The actions' rooms on a clock of their own and a real store, step by step.

What storage's threads deliver waits until somebody here waits for it.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar, get_args

import msgspec
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from acs.actions.contacts import ContactDesk
from acs.actions.deadlines import Deadlines
from acs.actions.learning import Learning
from acs.actions.learning_settings import LearningSettings
from acs.actions.newsroom import Newsroom
from acs.actions.settings import ActionSettings, GuardSettings
from acs.actions.supervisor import Supervisor
from acs.commands import Command, CommandKind, IncidentKind
from acs.duration import Duration
from acs.facts import Belongs, CommandConfirmed, ContactMade, Event, Fact, Informed, Sampled
from acs.identity import DeviceId
from acs.storage.settings import CommandTimes, StorageSettings
from acs.storage.store import Store
from diagnostics.context import FirmwareMeasure
from diagnostics.sample import Value
from diagnostics.thresholds import Thresholds
from tests.diagnostics.conftest import healthy

T = TypeVar("T")

START = 1_790_000_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
SICK: dict[str, Value] = {"sys.dns_proxy_fail": 0.9, "sys.mem_free": 2000}
ROUTER = DeviceId("Acme", "00AA01", "Box", "S-1")
ID = ROUTER.router_id
# Any hour will do, and traffic is not looked at.
GUARDS = GuardSettings(proactive_hours="00:00-24:00", proactive_mbps=float("inf"))
SETTINGS = ActionSettings(
    mode="auto",
    guards=GUARDS,
    learning=LearningSettings(canary=0),
    expires=Duration(HOUR),
    confirm=Duration(10 * MINUTE),
    settle=Duration(30 * MINUTE),
    verify_within=Duration(DAY),
)


class Tally:
    """Counts what the rooms report."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.standing = (False, "", 0, 0)

    def judged(self, action: str) -> None:
        self.counts["judged", action] += 1

    def command(self, kind: CommandKind, state: str) -> None:
        self.counts[kind, state] += 1

    def refused(self, guard: str) -> None:
        self.counts["refused", guard] += 1

    def incident_opened(self, kind: str) -> None:
        self.counts["incident", kind] += 1

    def set_incidents(
        self, counts: Mapping[IncidentKind, int], routers: Mapping[IncidentKind, int]
    ) -> None:
        for kind in get_args(IncidentKind):
            self.counts["incidents open", kind] = counts.get(kind, 0)
            self.counts["incident routers", kind] = routers.get(kind, 0)

    def set_findings(self, routers: Mapping[FirmwareMeasure, Sequence[int]]) -> None:
        for measure in get_args(FirmwareMeasure):
            self.counts["findings open", measure] = len(routers.get(measure, ()))
            self.counts["findings routers", measure] = sum(routers.get(measure, ()))

    def finding_opened(self, measure: FirmwareMeasure) -> None:
        self.counts["finding", measure] += 1

    def outcome(self, kind: CommandKind, outcome: str) -> None:
        self.counts[kind, outcome] += 1

    def silent(self) -> None:
        self.counts["silent", ""] += 1

    def checked(self, stage: str, arm: str, outcome: str) -> None:
        self.counts[f"{stage} {arm}", outcome] += 1

    def contact(self, *, escalated: bool) -> None:
        self.counts["contact", str(escalated)] += 1

    def set_standing(self, *, is_stopped: bool, policy: str, tried: int, models: int) -> None:
        self.standing = (is_stopped, policy, tried, models)


class Office:
    """Supervisor, newsroom and deadlines around one store; ``skew`` sets the wall clock."""

    def __init__(self, database: Path, **changes: Any) -> None:
        self.clock = Clock()
        self.skew = 0.0
        self.chance = 0.0  # what every lot draws
        self.settings = msgspec.structs.replace(SETTINGS, **changes)
        self.learning: Learning
        self.desk: ContactDesk
        self._delivered: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.store = Store.open(
            StorageSettings(url=f"sqlite:///{database}", readers=1),
            deliver=self._delivered.put,
            key=bytes(32),
            times=CommandTimes(confirm=self.settings.confirm, settle=self.settings.settle),
        )
        self.tally = Tally()
        self.wakes: list[str] = []
        self.queued: list[str] = []
        self.changed: list[str] = []
        self.wake_error: Exception | None = None
        self.supervisor, self.news, self.deadlines = self.open()

    def open(self) -> tuple[Supervisor, Newsroom, Deadlines]:
        """The rooms as a start of the daemon makes them: with no memory of their own."""
        thresholds = Thresholds()
        supervisor = Supervisor(
            self.store,
            self.settings,
            thresholds,
            now=self.now,
            steady=self.clock.seconds,
            wake=self._wake,
            queued=self.queued.append,
            metrics=self.tally,
            uniform=self._draw,
        )
        news = Newsroom(supervisor, self.changed.append, self.tally)
        deadlines = Deadlines(
            self.store,
            supervisor,
            self.settings,
            thresholds,
            now=self.now,
            committed=news.committed,
        )
        self.learning = Learning(
            self.store, self.settings, thresholds, now=self.now, metrics=self.tally
        )
        self.desk = ContactDesk(self.store, supervisor, now=self.now, metrics=self.tally)
        return supervisor, news, deadlines

    def restart(self) -> None:
        """Forget all but the store."""
        self.supervisor, self.news, self.deadlines = self.open()

    def _draw(self, low: float, high: float) -> float:
        return low + self.chance * (high - low)

    def now(self) -> float:
        return START + self.skew + self.clock.seconds()

    def _wake(self, router_id: str) -> Deferred[None]:
        self.wakes.append(router_id)
        return fail(self.wake_error) if self.wake_error else succeed(None)

    # --- waiting --------------------------------------------------------------------------------

    def wait(self, deferred: "Deferred[T]") -> T:
        """The Deferred's result, or its error raised."""
        got: list[T | Failure] = []
        deferred.addBoth(got.append)
        while not got:
            self._delivered.get(timeout=30)()
        found = got[0]
        if isinstance(found, Failure):
            found.raiseException()
        return found

    def settle(self) -> None:
        """Let the chain of commits that a fact sets off come to its end."""
        for _ in range(4):  # judged, proposed, answered
            self.wait(self.store.commit(()))

    def sweep(self) -> None:
        self.wait(Deferred.fromCoroutine(self.deadlines.sweep()))
        self.wait(Deferred.fromCoroutine(self.learning.sweep()))
        self.settle()

    # --- what happens ---------------------------------------------------------------------------

    def commit(self, *facts: Fact) -> tuple[object, ...]:
        """Facts become durable, and the newsroom hears of them."""
        results = self.wait(self.store.commit(facts))
        self.news.committed(facts, results)
        self.settle()
        return results

    def inform(self, device: DeviceId = ROUTER, **changes: Any) -> None:
        facts = {
            "router_id": device.router_id,
            "at": self.now(),
            "device": device,
            "events": (Event("2 PERIODIC"),),
            "address": "192.0.2.7",
            "root": "Device.",
            "namespace": "urn:dslforum-org:cwmp-1-0",
        }
        self.commit(Informed(**{**facts, **changes}))

    def sample(self, vitals: dict[str, Value] | None = None, *, up: float = 40 * DAY) -> None:
        """The router's vitals now: healthy, but for these; it has been up for so long."""
        now = self.now()
        found = {**healthy(now, now - up), **(vitals or {})}
        self.commit(Sampled(router_id=ID, at=now, vitals=found))

    def call(self) -> None:
        """The subscriber is on the phone, each time about something else."""
        self.commit(ContactMade(router_id=ID, at=self.now(), channel="phone", finding="F22"))

    def belongs(self, router_id: str, segment: str) -> None:
        self.commit(Belongs(router_id=router_id, at=self.now(), account=router_id, segment=segment))

    def propose(
        self, router_id: str = ID, kind: CommandKind = "reboot", *, consent: bool = True
    ) -> Command:
        asked = self.supervisor.propose(kind, router_id, "socket", "a call", consent=consent)
        return self.wait(asked)

    def claim(self, router_id: str = ID) -> Command | None:
        return self.wait(self.store.claim(router_id, self.now(), self.supervisor.guard))

    def confirm(self, command: Command) -> None:
        at = self.now()
        self.commit(
            CommandConfirmed(router_id=command.router_id, at=at, command_id=command.command_id)
        )

    def command(self, command_id: str) -> Command:
        found = self.wait(self.store.command(command_id))
        assert found is not None
        return found

    def commands(self) -> list[Command]:
        return self.wait(self.store.commands(None, None, 1000, None)).items

    def close(self) -> None:
        self.store.close()


def copied(template: Path, folder: Path) -> Path:
    """A database of the current schema, without the time that making one takes."""
    path = folder / "acs.db"
    shutil.copy(template, path)
    return path
