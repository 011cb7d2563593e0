"""What storage's tests share: waiting for Deferreds without a reactor, and typical facts."""

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from acs.commands import Command, GuardFacts, Proposal, Refusal
from acs.duration import Duration
from acs.facts import Event, Fact, Informed, Judged, Sampled
from acs.identity import DeviceId
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from diagnostics.sample import Value
from diagnostics.verdict import ACTIONS, Action, CauseProbability, Evidence, Verdict

T = TypeVar("T")
KEY = b"k" * 32
NOW = 1_700_000_000.0
DEVICE = DeviceId("Acme Corp.", "001122", "Model X", "SN-0001")
OTHER = DeviceId("Acme Corp.", "001122", "Model X", "SN-0002")
ID, OTHER_ID = DEVICE.router_id, OTHER.router_id


class Desk:
    """Opens stores whose Deferreds fire here, while a test waits for one of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._deliveries: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._stores: list[Store] = []

    def open(self, *, busy_timeout: float = 15.0, key: bytes = KEY, pooled: bool = False) -> Store:
        """A store on the test's database."""
        patience = Duration(busy_timeout)
        settings = StorageSettings(url=self.url, readers=2, busy_timeout=patience, pooled=pooled)
        store = Store.open(settings, deliver=self._deliveries.put, key=key)
        self._stores.append(store)
        return store

    def wait(self, deferred: "Deferred[T]") -> T:
        """The Deferred's result, or its error raised."""
        got: list[T | Failure] = []
        deferred.addBoth(got.append)
        while not got:
            self._deliveries.get(timeout=60)()
        found = got[0]
        if isinstance(found, Failure):
            found.raiseException()
        return found

    def commit(self, store: Store, *facts: Fact) -> tuple[object, ...]:
        """Commit facts as one item."""
        return self.wait(store.commit(facts))

    def close(self) -> None:
        """Close all stores."""
        for store in self._stores:
            store.close()


class Batch:
    """Holds the writer while items queue up, so that they share one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entered, self._release = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        def hold(_connection: Connection) -> None:
            self._entered.set()
            self._release.wait(60)

        self._store._write(hold)
        assert self._entered.wait(60)

    def __exit__(self, *_: object) -> None:
        self._release.set()


def informed(at: float = NOW, device: DeviceId = DEVICE, **changes: object) -> Informed:
    values: dict[str, object] = {
        "router_id": device.router_id,
        "at": at,
        "device": device,
        "events": (Event("2 PERIODIC"),),
        "address": "192.0.2.7",
        "root": "Device.",
        "namespace": "urn:dslforum-org:cwmp-1-2",
        "software_version": "1.0",
        "hardware_version": "A1",
        "connection_request_url": "http://192.0.2.7:7547/x",
    }
    return Informed(**{**values, **changes})  # type: ignore[arg-type]  # changes are the test's


def sampled(at: float = NOW, router_id: str = ID, **vitals: Value) -> Sampled:
    named = {name.replace("__", "."): value for name, value in vitals.items()}
    return Sampled(router_id=router_id, at=at, vitals=named or {"sys.uptime": 100})


def verdict(at: float = NOW, action: Action = "none", cause: str = "F01") -> Verdict:
    return Verdict(
        action=action,
        confidence=0.9,
        probabilities={name: 1 / len(ACTIONS) for name in ACTIONS},
        causes=(CauseProbability(cause, 0.9),),
        evidence=(Evidence("sys.uptime", "Up for 80 days.", 1.5, "ageing"),),
        would_change=("A reboot.",),
        judged_at=at,
    )


def judged(
    at: float = NOW, action: Action = "none", cause: str = "F01", router_id: str = ID
) -> Judged:
    return Judged(router_id=router_id, at=at, verdict=verdict(at, action, cause))


def proposal(command_id: str = "c1", at: float = NOW, **changes: object) -> Proposal:
    values: dict[str, object] = {
        "command_id": command_id,
        "router_id": ID,
        "kind": "reboot",
        "asked_by": "policy",
        "reason": "memory leak",
        "at": at,
        "expires_at": at + 3600,
    }
    return Proposal(**{**values, **changes})  # type: ignore[arg-type]  # changes are the test's


class Guard:
    """Records what it was shown; refuses when told to."""

    def __init__(self, *answers: Sequence[Refusal]) -> None:
        self._answers = list(answers)
        self.seen: list[tuple[Command, GuardFacts]] = []

    def __call__(self, command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
        self.seen.append((command, facts))
        return tuple(self._answers.pop(0)) if self._answers else ()

    @property
    def facts(self) -> GuardFacts:
        """What it saw last."""
        return self.seen[-1][1]
