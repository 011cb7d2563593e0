"""The whole course of an incident: it begins, opens, freezes reboots, closes, and all thaws."""

import math
from collections.abc import Callable

import msgspec
import pytest

from acs.actions.incident_settings import IncidentSettings
from acs.commands import Command
from acs.facts import Belongs, IncidentOpened, Rebooted, WayWorked
from acs.identity import DeviceId
from acs.storage.incident_rows import IncidentRow
from tests.actions.office import MINUTE, Office

EVERY = 5 * MINUTE
DEVICES = [DeviceId("Acme", "00AA01", "Box", f"N-{number}") for number in range(12)]
IDS = [device.router_id for device in DEVICES]
OTHERS = [DeviceId("Acme", "00AA01", "Box", f"O-{number}") for number in range(6)]


class Street:
    """Routers that inform every five minutes, each in its own minute; some may be lost."""

    def __init__(self, office: Office, segment: str | None = "seg-1") -> None:
        self.office = office
        self.lost: set[str] = set()
        self.minute = 0
        for device in (*DEVICES, *OTHERS):
            office.inform(device, address=self.address(device))
        if segment is not None:
            for router_id in IDS:
                office.belongs(router_id, segment)
        self.minutes(25)  # how often they inform is known then

    def address(self, device: DeviceId) -> str:
        number = int(device.serial_number[2:])
        return f"192.0.2.{number}" if device in DEVICES else f"198.51.100.{number}"

    def minutes(self, count: int) -> None:
        for _ in range(count):
            self.minute += 1
            self.office.clock.advance(MINUTE)
            for number, device in enumerate((*DEVICES, *OTHERS)):
                if number % 5 == self.minute % 5 and device.router_id not in self.lost:
                    self.office.inform(device, address=self.address(device))
            self.office.sweep()

    def until(self, condition: Callable[[], object], most: int) -> int:
        """Minutes until something is so."""
        for count in range(1, most + 1):
            self.minutes(1)
            if condition():
                return count
        raise AssertionError(f"not within {most} min")


def incidents(office: Office, *, closed: bool = False) -> list[IncidentRow]:
    return office.wait(office.store.incidents(closed=closed)).items


def refused(command: Command) -> dict[str, str]:
    return {refusal.guard: refusal.reason for refusal in command.refusals}


def test_the_course_of_an_incident(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    assert incidents(office) == []
    street.lost = set(IDS[:8])
    began = office.now()
    assert street.until(lambda: incidents(office), 10) <= 10
    (incident,) = incidents(office)
    assert (incident.basis, incident.place, incident.kind) == ("segment", "seg-1", "offline")
    assert incident.routers == 12
    assert began - EVERY <= incident.began_at <= office.now()
    assert office.tally.counts["incident", "offline"] == 1
    assert office.tally.counts["incidents open", "offline"] == 1
    assert office.tally.counts["incident routers", "offline"] == 12
    street.minutes(8)
    members = office.wait(office.store.incident_members(incident.incident_id))
    assert [member.router_id for member in members] == sorted(IDS[:8]) + sorted(IDS[8:])
    assert {member.router_id for member in members if member.affected} == set(IDS[:8])
    assert incidents(office)[0].affected == 8

    # one that is well is frozen with the others, and is told by what
    command = office.propose(IDS[9])
    assert command.state == "refused"
    assert incident.incident_id in refused(command)["incident"]
    assert "seg-1" in refused(command)["incident"]
    assert "8 of 12 routers" in refused(command)["incident"]
    assert "incident" not in refused(office.propose(OTHERS[0].router_id))

    street.lost = set()
    street.until(lambda: not incidents(office), 15)
    (closed,) = incidents(office, closed=True)
    assert closed.closed_at == office.now()
    assert office.tally.counts["incidents open", "offline"] == 0
    assert office.tally.counts["incident routers", "offline"] == 0
    frozen = office.propose(IDS[10])
    assert "ended 0 min ago" in refused(frozen)["incident"]
    (retry,) = (r.retry_at for r in frozen.refusals if r.guard == "incident")
    assert retry == closed.closed_at + 30 * MINUTE
    street.minutes(29)
    assert "incident" in refused(office.propose(IDS[10]))
    street.minutes(1)
    assert "incident" not in refused(office.propose(IDS[10]))


def test_where_the_topology_is_unknown_the_prefix_stands_for_it(
    office_with: Callable[..., Office],
) -> None:
    office = office_with()
    street = Street(office, segment=None)
    street.lost = set(IDS[:8])
    street.until(lambda: incidents(office), 10)
    (incident,) = incidents(office)
    assert (incident.basis, incident.place) == ("prefix", "192.0.2.0/24")
    assert "192.0.2.0/24" in refused(office.propose(IDS[11]))["incident"]


def test_wrong_topology_hides_no_incident(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    for router_id, segment in ((IDS[0], "seg-2"), (OTHERS[0].router_id, "seg-1")):
        office.commit(
            Belongs(router_id=router_id, at=office.now(), account=router_id, segment=segment)
        )
    street.minutes(11)  # the roll is read anew every ten minutes
    street.lost = set(IDS)
    street.until(lambda: incidents(office), 10)
    assert [incident.place for incident in incidents(office)] == ["seg-1"]


def test_siblings_are_asked_on_suspicion(office_with: Callable[..., Office]) -> None:
    eager = msgspec.structs.replace(IncidentSettings(), suspicion=2.0)
    office = office_with(incidents=eager)
    for router_id in IDS[:6]:
        office.inform(DEVICES[IDS.index(router_id)])
        office.commit(WayWorked(router_id=router_id, at=office.now(), way="http"))
    street = Street(office)
    street.minutes(1)
    street.lost = set(IDS[:8])
    street.until(lambda: incidents(office), 10)
    woken = set(office.wakes)
    assert woken
    assert woken <= set(IDS[:6]), "only those that used to come are asked"


def test_one_lost_router_is_no_incident(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    street.lost = {IDS[0], OTHERS[0].router_id}
    street.minutes(30)
    assert incidents(office, closed=True) == []


def test_a_restart_forgets_no_incident_and_imagines_none(
    office_with: Callable[..., Office],
) -> None:
    office = office_with()
    street = Street(office)
    street.lost = set(IDS[:8])
    street.until(lambda: incidents(office), 10)
    (before,) = incidents(office)
    office.clock.advance(60 * MINUTE)  # nobody listened, so nobody was missed
    office.restart()
    held = office.propose(IDS[9])
    assert before.incident_id in refused(held)["incident"], "before anything was looked at"
    street.minutes(12)
    assert office.tally.counts["incident routers", "offline"] == 12
    assert "incident" in refused(office.propose(IDS[10]))
    assert [row.incident_id for row in incidents(office, closed=True)] == [before.incident_id]
    assert incidents(office), "those lost have not come back"
    street.lost = set()
    street.until(lambda: not incidents(office), 15)


def test_an_outage_is_known_for_hours_after_it(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    assert office.supervisor.watch.states(IDS[0]) == ()
    street.lost = set(IDS[:8])
    street.until(lambda: incidents(office), 10)
    began = office.now()
    street.minutes(3)
    street.lost = set()
    street.until(lambda: not incidents(office), 15)
    street.minutes(60)
    window = office.wait(office.store.windowed(IDS[9]))
    assert window is not None
    states = office.supervisor.context_of(window).segment_history
    times = [state.at for state in states]
    assert times == sorted(times)
    assert max(state.offline for state in states) == 8
    assert states[-1].offline == 0
    assert office.now() - states[-1].at <= 10 * MINUTE
    assert len(states) <= 60
    street.minutes(8 * 60 + 20)
    assert office.supervisor.watch.states(IDS[9]) == (), "and then forgotten"
    assert began < office.now() - 8 * 60 * MINUTE


def test_a_process_that_stood_still_imagines_none(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    office.clock.advance(45 * MINUTE)
    street.minutes(8)
    assert incidents(office, closed=True) == []


def test_power_that_comes_back_is_an_incident_of_its_own_kind(
    office_with: Callable[..., Office],
) -> None:
    office = office_with()
    street = Street(office)
    for router_id in IDS[:7]:
        office.commit(Rebooted(router_id=router_id, at=office.now(), cause="unknown"))
    street.until(lambda: incidents(office), 2)
    (incident,) = incidents(office)
    assert incident.kind == "power"
    street.until(lambda: not incidents(office), 15)


def test_another_node_opens_no_second_one(office_with: Callable[..., Office]) -> None:
    office = office_with()
    street = Street(office)
    street.lost = set(IDS[:8])
    street.until(lambda: incidents(office), 10)
    (first,) = incidents(office)
    (is_new,) = office.commit(
        IncidentOpened(
            at=office.now(),
            incident_id="other",
            basis="segment",
            place="seg-1",
            kind="offline",
            began_at=office.now(),
            routers=tuple(IDS),
            affected=(IDS[0],),
        )
    )
    assert is_new is False
    assert [row.incident_id for row in incidents(office)] == [first.incident_id]


@pytest.mark.parametrize("name", ["prefix_v4", "prefix_v6"])
def test_a_prefix_has_a_length(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        msgspec.structs.replace(IncidentSettings(), **{name: 0})
    with pytest.raises(ValueError, match="least"):
        IncidentSettings(least=1)
    with pytest.raises(ValueError, match="close_share"):
        IncidentSettings(close_share=math.inf)
