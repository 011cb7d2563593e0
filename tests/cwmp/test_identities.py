"""Two devices with one identity are found, one device that moves is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from acs.actions.guards import identity
from acs.actions.settings import GuardSettings
from acs.commands import Command, GuardFacts, Refusal
from acs.cwmp.identities import Identities
from acs.facts import Event, Informed, Noted
from acs.identity import DeviceId
from tests.cwmp.routers import DEVICE, House, Router, inform

ID = DEVICE.router_id
HERE, THERE = "192.0.2.1", "198.51.100.7"


class Watch:
    """Identities on a clock of its own."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0
        self.noted: list[Noted] = []
        self.identities = Identities(
            now=lambda: 1_800_000_000.0,
            seconds=lambda: self.seconds,
            shares_serial=lambda serial: serial == "999",
            record=self.noted.append,
        )

    def informed(
        self,
        address: str,
        url: str = "",
        uptime: float | None = None,
        device: DeviceId = DEVICE,
        after: float = 300.0,
    ) -> int:
        self.seconds += after
        self.identities.informed(
            Informed(
                router_id=device.router_id,
                at=0.0,
                device=device,
                events=(Event("2 PERIODIC"),),
                address=address,
                root="Device.",
                namespace="",
                connection_request_url=url,
                vitals={} if uptime is None else {"sys.uptime": uptime},
            )
        )
        return len(self.noted)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_two_devices_by_turns(watch: Watch) -> None:
    assert [watch.informed(place) for place in (HERE, THERE, HERE, THERE, HERE, THERE)] == [
        0,
        0,
        0,
        0,
        1,  # the third return
        1,
    ]
    (fact,) = watch.noted
    assert (fact.router_id, fact.kind) == (ID, "identity_flapping")
    assert fact.detail == {"addresses": [HERE, THERE]}
    assert watch.identities.knows(ID)


def test_the_record_is_renewed_while_it_lasts(watch: Watch) -> None:
    for _ in range(12):
        watch.informed(HERE)
        watch.informed(THERE)
    assert len(watch.noted) == 2  # one in an hour


def test_slow_turns_are_no_turns(watch: Watch) -> None:
    """Two ways to the internet, each for hours."""
    for _ in range(10):
        watch.informed(HERE, after=3601)
        watch.informed(THERE, after=3601)
    assert not watch.noted


def test_a_new_address_each_time(watch: Watch) -> None:
    for number in range(50):
        watch.informed(f"192.0.2.{number}", after=60)
    assert not watch.noted


def test_uptimes_that_go_on_are_one_device(watch: Watch) -> None:
    for number in range(1, 30):
        watch.informed(HERE if number % 2 else THERE, uptime=watch.seconds - 900_000 + 300)
    assert not watch.noted


def test_a_device_that_restarts_on_its_way_is_one_device(watch: Watch) -> None:
    for number in range(1, 30):
        watch.informed(HERE if number % 2 else THERE, uptime=50.0)
    assert not watch.noted


def test_uptimes_of_two_devices(watch: Watch) -> None:
    found = []
    for number in range(6):
        began = 500_000.0 if number % 2 else 900_000.0
        found.append(
            watch.informed(THERE if number % 2 else HERE, uptime=watch.seconds + 300 - began)
        )
    assert found == [0, 0, 0, 0, 0, 1]  # the second time that an older uptime came back


def test_an_address_translator_with_many_addresses(watch: Watch) -> None:
    for number in range(30):
        watch.informed(HERE if number % 2 else THERE, url="http://10.0.0.2:7547/x", after=60)
    assert not watch.noted


def test_two_devices_behind_one_address(watch: Watch) -> None:
    for _ in range(3):
        watch.informed(HERE, url="http://10.0.0.2:7547/")
        watch.informed(HERE, url="http://10.0.0.3:7547/")
    assert len(watch.noted) == 1


def test_informs_that_leave_the_url_out(watch: Watch) -> None:
    for number in range(30):
        watch.informed(HERE, url="http://192.0.2.1:7547/" if number % 2 else "", after=60)
    assert not watch.noted


def test_sessions_at_the_same_time(watch: Watch) -> None:
    for idle in (1.0, 11.0, 9.0):
        watch.identities.overlapped(ID, idle)
    assert not watch.noted  # one of the two others was silent for too long
    watch.identities.overlapped(ID, 0.0)
    assert len(watch.noted) == 1


def test_a_serial_number_that_many_bear(watch: Watch) -> None:
    device = replace(DEVICE, serial_number="999")
    assert watch.informed(HERE, device=device) == 1
    assert watch.noted[0].detail == {"serial": "999"}
    assert watch.informed(HERE, device=device) == 1
    assert watch.informed(HERE, device=device, after=86_400) == 2  # so that it does not lapse


def test_memory_is_bounded(watch: Watch) -> None:
    for number in range(100_010):
        watch.identities.informed(
            Informed(
                router_id=f"R{number}",
                at=0.0,
                device=DEVICE,
                events=(),
                address=HERE,
                root="",
                namespace="",
            )
        )
    assert not watch.identities.knows("R0")
    assert watch.identities.knows("R100009")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([HERE, THERE, "203.0.113.9"]),
            st.floats(1, 4000),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_one_device_with_an_uptime_is_never_suspected(
    moves: list[tuple[str, float, bool]],
) -> None:
    """Wherever it goes and whenever it restarts."""
    watch = Watch()
    began = watch.seconds
    for address, after, restarts in moves:
        if restarts:
            began = watch.seconds + after
        watch.informed(address, uptime=watch.seconds + after - began, after=after)
    assert not watch.noted


# --- over whole exchanges -----------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, metrics: Any) -> Iterator[House]:
    house = House(tmp_path, metrics)
    house.enrol()
    yield house
    house.close()


def flapping(house: House) -> bool:
    house.settle()
    row = house.wait(house.store.router(ID))
    assert row is not None
    return row.flapping


def visit(house: House, peer: str) -> None:
    router = Router(house, peer=peer)
    router.begin()
    router.talk()
    router.leave()
    house.clock.advance(60)


def test_a_clone_is_marked_and_left_alone_by_the_guards(house: House) -> None:
    for peer in (HERE, THERE, HERE, THERE):
        visit(house, peer)
    assert not flapping(house)
    visit(house, HERE)
    assert flapping(house)
    seen: list[GuardFacts] = []

    def guard(command: Command, facts: GuardFacts) -> tuple[Refusal, ...]:
        seen.append(facts)
        refusal = identity(command, facts, GuardSettings())
        return (refusal,) if refusal else ()

    command = house.propose(guard=guard)
    assert command.state == "refused"
    assert [refusal.guard for refusal in command.refusals] == ["identity"]
    assert seen[0].flapping
    assert Noted in {type(fact) for fact in house.facts}


def test_two_that_speak_at_once(house: House) -> None:
    for _ in range(3):
        first, second = Router(house, peer=HERE), Router(house, peer=THERE)
        first.begin()
        second.begin()
        first.leave()
        second.leave()
        house.settle()
    assert flapping(house)


def test_a_router_that_comes_back_from_a_dead_connection_is_not_marked(house: House) -> None:
    for number in range(5):
        router = Router(house, peer=f"192.0.2.{number}")
        router.begin()  # and its line breaks
        house.clock.advance(30)
    assert not flapping(house)


def test_a_shared_serial_number_is_marked_at_once(tmp_path: Path, metrics: Any) -> None:
    house = House(tmp_path, metrics, enrolment="open")
    device = replace(DEVICE, serial_number="001122334455")
    Router(house, device).post(inform(device))
    house.settle()
    row = house.wait(house.store.router(device.router_id))
    assert row is not None
    assert row.flapping
    house.close()
