"""All ways put together, on a real store."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock

from acs.cwmp.reaching.assembly import Reach
from acs.cwmp.reaching.settings import ReachSettings, SecretFileError
from acs.cwmp.settings import CwmpSettings
from acs.facts import BindingSeen, Event, ReachLearned
from acs.storage.store import Store
from tests.storage.support import ID, KEY, NOW, Desk, informed

# Twisted's testing module is not typed.
new_reactor: Callable[[], Any] = MemoryReactorClock


class House:
    """A reactor in memory, a store in a file, and what is built upon them."""

    def __init__(self, folder: Path, metrics: Any) -> None:
        self.desk = Desk(f"sqlite:///{folder}/acs.db")
        self.store: Store = self.desk.open(key=KEY)
        self.reactor = new_reactor()
        self.metrics = metrics

    def reach(self, cwmp: CwmpSettings | None = None, **settings: Any) -> Reach:
        return Reach(
            self.reactor,
            self.store,
            cwmp or CwmpSettings(),
            ReachSettings(**settings),
            now=lambda: NOW,
            token=lambda count: "a" * count * 2,
            metrics=self.metrics,
        )


@pytest.fixture
def house(tmp_path: Path, metrics: Any) -> Iterator[House]:
    house = House(tmp_path, metrics)
    yield house
    house.desk.close()


def test_by_default_http_only_and_no_socket(house: House) -> None:
    reach = house.reach()
    reach.start()
    assert reach.stun_port is None
    house.desk.commit(house.store, informed(connection_request_url=""))
    assert house.desk.wait(reach.wake(ID)).outcome == "no_target"


def test_disabled(house: House) -> None:
    settings = CwmpSettings(connection_requests=False)
    reach = house.reach(settings, stun_listen="127.0.0.1:3478")
    reach.start()
    assert reach.stun_port is None
    assert house.desk.wait(reach.wake(ID)).outcome == "disabled"


def test_a_router_is_asked_at_its_binding_and_the_success_is_stored(house: House) -> None:
    reach = house.reach(stun_listen="127.0.0.1:3478")
    sent: list[Any] = []

    class Port:
        def stopListening(self) -> None:  # noqa: N802 - Twisted's name
            sent.append("closed")

    class Wire:
        def write(self, datagram: bytes, to: tuple[str, int]) -> None:
            sent.append(to)

    def listen(port: int, protocol: Any, interface: str) -> Port:
        assert (port, interface) == (3478, "127.0.0.1")
        protocol.transport = Wire()
        return Port()

    house.reactor.listenUDP = listen
    reach.start()
    house.desk.commit(
        house.store,
        informed(connection_request_url="http://10.0.0.1/"),
        BindingSeen(router_id=ID, at=NOW, address="198.51.100.7:4000"),
        ReachLearned(router_id=ID, at=NOW, nat_detected=True),
    )
    assert house.desk.wait(reach.wake(ID)).outcome == "sent"
    assert sent == [("198.51.100.7", 4000)]
    reach.committed((informed(events=(Event("6 CONNECTION REQUEST"),)),), ())
    house.desk.commit(house.store)  # after what it recorded
    row = house.desk.wait(house.store.router(ID))
    assert row is not None
    assert (row.way, row.last_ok_at, row.nat_detected) == ("udp", NOW, True)
    stopped: list[object] = []
    Deferred.fromCoroutine(reach.stop()).addBoth(stopped.append)
    assert stopped == [None]
    assert sent[-1] == "closed"


def test_a_port_that_is_taken(house: House) -> None:
    def listen(*_: object, **__: object) -> None:
        raise OSError("in use")

    house.reactor.listenUDP = listen
    with pytest.raises(OSError, match="in use"):
        house.reach(stun_listen="127.0.0.1:3478").start()


@pytest.mark.parametrize(
    "settings",
    [
        {"stun_listen": "127.0.0.1:0", "stun_username": "u", "stun_password_file": "/nowhere"},
        {"xmpp_jid": "a@b.test", "xmpp_password_file": "/nowhere"},
    ],
)
def test_a_password_file_that_is_not_there(house: House, settings: dict[str, Any]) -> None:
    with pytest.raises(SecretFileError, match="/nowhere: No such file"):
        house.reach(**settings)
