import hashlib
import queue
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from acs.cwmp.live_session import Session, SessionBusyError, cookie_of
from acs.cwmp.registry import Registry
from acs.cwmp.session import SessionPolicy, begin
from acs.storage.settings import StorageSettings
from acs.storage.store import Store

COOKIE = "0123456789abcdef0123456789abcdef"
START = 1_800_000_000.0


@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        (None, None),
        (b"", None),
        (f"acs_session={COOKIE}", COOKIE),
        (f"a=b; acs_session={COOKIE}; c=d", COOKIE),
        (f"acs_session={COOKIE};", COOKIE),
        (f'acs_session="{COOKIE}"', COOKIE),
        (f"$Version=1; acs_session={COOKIE}; $Path=/", COOKIE),
        (f"acs_session={COOKIE}, acs_session={COOKIE}", COOKIE),
        (f"acs_session={COOKIE}; acs_session={COOKIE[::-1]}", None),
        (f"xacs_session={COOKIE}", None),
        (f"acs_session={COOKIE}0", None),
        (f"acs_session={COOKIE[1:]}", None),
        (f"acs_session={COOKIE.upper()}", None),
        ("acs_session=../../etc/passwd", None),
        (b"acs_session=\xff", None),
    ],
)
def test_our_cookie_among_others(header: str | bytes | None, cookie: str | None) -> None:
    assert cookie_of(header.encode() if isinstance(header, str) else header) == cookie


class Office:
    """A registry with a real store whose answers wait until they are let in."""

    def __init__(self, folder: Path, metrics: Any) -> None:
        self.delivered: queue.Queue[Callable[[], None]] = queue.Queue()
        self.store = Store.open(
            StorageSettings(url=f"sqlite:///{folder}/acs.db"),
            deliver=self.delivered.put,
            key=bytes(32),
        )
        self.metrics = metrics
        self.seconds = 0.0
        self.cookies = iter(range(1000))
        self.registry = self.new_registry()

    def new_registry(self) -> Registry:
        return Registry(
            self.store,
            timeout=60.0,
            now=lambda: START + self.seconds,
            seconds=lambda: self.seconds,
            token=lambda: f"{next(self.cookies):032x}",
            metrics=self.metrics,
        )

    def begin(self, router_id: str = "R-1", connection: str = "one") -> Session:
        state = begin(SessionPolicy(), "192.0.2.1")
        return self.registry.begin(router_id, connection, "192.0.2.1", state)

    def settle(self) -> None:
        """Let storage finish all that it was given, and what follows from it."""
        for _ in range(3):
            done: list[object] = []
            self.store.take_session("no such", START).addCallback(done.append)
            while not done:
                self.delivered.get(timeout=10)()

    def restore(self, registry: Registry, cookie: str) -> Session | None:
        found: list[Session | None] = []
        registry.restore(cookie).addCallback(found.append)
        self.settle()
        return found[0]


@pytest.fixture
def office(tmp_path: Path, metrics: Any) -> Iterator[Office]:
    office = Office(tmp_path, metrics)
    yield office
    office.store.close()


def test_found_by_cookie_and_by_connection(office: Office) -> None:
    session = office.begin()
    registry = office.registry
    assert registry.find("one", None) is session
    assert registry.find("two", session.cookie) is session
    assert registry.find("two", None) is None
    assert registry.find("one", COOKIE) is None
    assert registry.of_router("R-1") is session
    registry.end(session, "done")
    assert registry.find("one", None) is None
    assert registry.find("one", session.cookie) is None
    registry.end(session, "done")
    assert office.metrics.counts["session_ended", "done"] == 1


def test_one_session_a_router(office: Office) -> None:
    first, second = office.begin(), office.begin(connection="two")
    assert first.is_over
    assert not second.is_over
    assert len(office.registry) == 1
    office.registry.disconnected("one")
    assert office.registry.find("two", None) is second


def test_one_session_a_connection(office: Office) -> None:
    first = office.begin("R-1")
    second = office.begin("R-2")
    assert first.is_over
    assert office.registry.find("one", None) is second


def test_two_routers_behind_a_proxy(office: Office) -> None:
    first, second = office.begin("R-1", "one"), office.begin("R-2", "two")
    office.registry.attach(second, "one")
    assert office.registry.find("one", None) is second
    office.settle()
    assert first.is_over  # saved, for whichever connection comes with its cookie
    restored = office.restore(office.registry, first.cookie)
    assert restored is not None
    assert restored.router_id == "R-1"


def test_idle_too_long(office: Office) -> None:
    session = office.begin()
    office.seconds = 60
    assert office.registry.find("one", None) is session
    office.seconds = 61
    assert office.registry.find("one", None) is None
    assert office.metrics.counts["session_ended", "timeout"] == 1


def test_saved_and_taken_once(office: Office) -> None:
    session = office.begin()
    session.commands_waiting = True
    office.registry.disconnected("one")
    assert len(office.registry) == 1  # until it is durable
    office.settle()
    assert len(office.registry) == 0
    other = office.new_registry()
    restored = office.restore(other, session.cookie)
    assert restored is not None
    assert restored.state == session.state
    assert (restored.peer, restored.commands_waiting) == ("192.0.2.1", True)
    assert office.restore(office.registry, session.cookie) is None


def test_dropped_while_it_is_answered(office: Office) -> None:
    session = office.begin()
    assert office.registry.acquire(session) is None
    office.registry.disconnected("one")
    office.settle()
    assert len(office.registry) == 1
    office.registry.release(session)
    office.settle()
    assert len(office.registry) == 0


def test_ended_while_it_is_saved(office: Office) -> None:
    session = office.begin()
    office.registry.disconnected("one")
    office.registry.end(session, "replaced")
    office.settle()
    assert office.restore(office.registry, session.cookie) is None


def test_changed_while_it_is_saved(office: Office) -> None:
    session = office.begin()
    office.registry.disconnected("one")
    office.registry.attach(session, "two")
    session.state = begin(SessionPolicy(), "192.0.2.99")
    office.registry.disconnected("two")
    office.settle()
    assert len(office.registry) == 0
    restored = office.restore(office.registry, session.cookie)
    assert restored is not None
    assert restored.state.address == "192.0.2.99"


def test_a_new_session_voids_the_saved_one(office: Office) -> None:
    session = office.begin()
    office.registry.disconnected("one")
    office.settle()
    newer = office.begin(connection="two")
    office.registry.end(newer, "done")
    assert office.restore(office.registry, session.cookie) is None


def test_a_live_session_voids_another_process_saved_one(office: Office) -> None:
    session = office.begin()
    office.registry.disconnected("one")
    office.settle()
    other = office.new_registry()
    state = begin(SessionPolicy(), "192.0.2.1")
    newer = other.begin("R-1", "x", "192.0.2.1", state)
    assert office.restore(other, session.cookie) is None
    assert other.of_router("R-1") is newer


def test_storage_that_cannot_save(office: Office) -> None:
    session = office.begin()
    office.store.close()
    office.registry.disconnected("one")
    while office.registry.find("x", session.cookie):
        office.delivered.get(timeout=10)()
    assert office.metrics.counts["session_ended", "lost"] == 1


def test_what_another_release_saved(office: Office) -> None:

    key = hashlib.sha256(COOKIE.encode()).hexdigest()
    office.store.save_session(key, "R-1", b"\xc1nonsense", START + 60)
    assert office.restore(office.registry, COOKIE) is None


def test_one_request_at_a_time(office: Office) -> None:
    session = office.begin()
    registry = office.registry
    order: list[int] = []

    def came(number: int, _: None) -> None:
        order.append(number)

    assert registry.acquire(session) is None
    for number in range(2):
        waiting = registry.acquire(session)
        assert isinstance(waiting, Deferred)
        waiting.addCallback(partial(came, number))
    with pytest.raises(SessionBusyError):
        registry.acquire(session)
    registry.release(session)
    assert order == [0]
    registry.release(session)
    registry.release(session)
    assert order == [0, 1]
    assert registry.acquire(session) is None


def test_suspending_all(office: Office) -> None:
    sessions = [office.begin(f"R-{number}", f"{number}") for number in range(3)]
    assert office.registry.acquire(sessions[0]) is None
    done: list[None] = []
    office.registry.suspend().addCallback(done.append)
    office.settle()
    assert not done  # one is being answered
    office.registry.release(sessions[0])
    office.settle()
    assert done == [None]
