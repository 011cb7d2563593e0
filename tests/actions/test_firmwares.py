"""Firmwares watched: from the routers' outcomes to a finding, a verdict, and its end."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from acs.actions.cohort_settings import CohortSettings
from acs.commands import CheckOutcome, Command
from acs.facts import Checked, CommandConfirmed, CommandVerified, Judged
from acs.identity import DeviceId
from acs.storage.cohort_rows import FindingRow
from diagnostics.context import Contact, Context
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Action, Verdict
from tests.actions.office import DAY, GUARDS, HOUR, MINUTE, Office
from tests.diagnostics.conftest import healthy

SETTINGS = CohortSettings(least_routers=8, chance=0.01)
OLD = [DeviceId("Acme", "00AA01", "Box", f"O-{number:02}") for number in range(14)]
NEW = [DeviceId("Acme", "00AA01", "Box", f"N-{number:02}") for number in range(14)]


@pytest.fixture
def office(office_with: Callable[..., Office]) -> Office:
    """An office whose fleet has two firmwares of one model."""
    guards = msgspec.structs.replace(GUARDS, fleet_minimum=100)
    office = office_with(cohorts=SETTINGS, guards=guards)
    for device in OLD:
        office.inform(device, software_version="1.0")
    for device in NEW:
        office.inform(device, software_version="1.1")
    return office


def rebooted(office: Office, device: DeviceId, *, relapses: bool) -> None:
    """A reboot that helped, and whether the trouble was back a day later."""
    command = office.propose(device.router_id)
    assert command.state == "queued", command.refusals
    assert isinstance(office.claim(device.router_id), Command)
    common: dict[str, Any] = {
        "router_id": device.router_id,
        "at": office.now(),
        "command_id": command.command_id,
    }
    office.commit(CommandConfirmed(**common))
    office.commit(CommandVerified(**common, outcome="helped", result={}))
    outcome: CheckOutcome = "relapsed" if relapses else "helped"
    office.commit(Checked(**common, stage="24h", outcome=outcome, result={}))


def relapsing(office: Office) -> None:
    """The new firmware's trouble comes back after a reboot, the old one's does not."""
    for number, device in enumerate(OLD):
        rebooted(office, device, relapses=number == 0)
    for number, device in enumerate(NEW):
        rebooted(office, device, relapses=number > 1)


def sweep(office: Office) -> None:
    office.wait(Deferred.fromCoroutine(office.supervisor.firmwares.sweep()))


def findings(office: Office, *, closed: bool = False) -> list[FindingRow]:
    return office.wait(office.store.cohorts.findings(closed=closed)).items


def context_of(office: Office, device: DeviceId) -> Context:
    window = office.wait(office.store.windowed(device.router_id))
    assert window is not None
    return office.supervisor.context_of(window)


def judged(office: Office, devices: list[DeviceId], action: Action) -> None:
    for device in devices:
        verdict = Verdict(action, 0.9, {}, (), (), (), office.now())
        office.commit(Judged(router_id=device.router_id, at=office.now(), verdict=verdict))


def test_relapses_of_one_firmware_become_a_finding_and_a_verdict(office: Office) -> None:
    sweep(office)
    assert findings(office) == []
    assert context_of(office, NEW[0]).cohort is None
    relapsing(office)
    sweep(office)
    found = {row.measure: row for row in findings(office)}
    row = found["relapse_1d"]
    assert (row.firmware.version, row.better, row.routers) == ("1.1", "1.0", 14)
    assert (row.hit, row.of, row.better_hit, row.better_of) == (12, 14, 1, 14)
    assert office.tally.counts["finding", "relapse_1d"] == 1
    assert office.tally.counts["findings open", "relapse_1d"] == 1
    assert office.tally.counts["findings routers", "relapse_1d"] == 14

    context = context_of(office, NEW[0])
    assert context.cohort is not None
    assert context.cohort.finding is not None
    assert context_of(office, OLD[0]).cohort is None
    now = office.now()
    calling = (Contact(now - MINUTE, "phone"),)
    told = Context(cohort=context.cohort, contacts=calling, access="FTTB")
    samples = [
        Sample(now - MINUTE - HOUR * n, healthy(now, now - 20 * DAY)) for n in reversed(range(48))
    ]
    verdict = diagnose(History.from_samples(samples), told, Thresholds(), now)
    assert verdict.action == "firmware"
    assert verdict.evidence[0].says == (
        "12 of 14 routers with this firmware relapsed within a day of a reboot, against 1 of 14 "
        "with firmware 1.0."
    )


def test_a_finding_is_known_after_a_restart_and_is_not_found_twice(office: Office) -> None:
    relapsing(office)
    sweep(office)
    before = findings(office)
    office.restart()
    assert context_of(office, NEW[0]).cohort is None
    office.wait(Deferred.fromCoroutine(office.supervisor.firmwares.load()))
    assert context_of(office, NEW[0]).cohort is not None
    office.clock.advance(HOUR)
    sweep(office)
    assert [row.finding_id for row in findings(office, closed=True)] == [
        row.finding_id for row in before
    ]
    assert findings(office)[0].seen_at == office.now()
    assert office.tally.counts["finding", "relapse_1d"] == 1


def test_a_finding_ends_when_nobody_has_the_firmware(office: Office) -> None:
    relapsing(office)
    sweep(office)
    for device in NEW:
        office.inform(device, software_version="1.2")
    office.clock.advance(HOUR)
    sweep(office)
    assert findings(office) == []
    assert {row.closed_at for row in findings(office, closed=True)} == {office.now()}
    assert office.tally.counts["findings open", "relapse_1d"] == 0
    assert context_of(office, NEW[0]).cohort is None


def test_trouble_counts_by_days_and_does_not_feed_itself(office: Office) -> None:
    judged(office, OLD, "none")
    judged(office, NEW, "reboot")
    sweep(office)
    assert findings(office) == [], "one day is not enough"
    for _ in range(2):
        office.clock.advance(DAY)
        sweep(office)
    (row,) = findings(office)
    assert (row.measure, row.firmware.version) == ("ill", "1.1")
    assert (row.hit, row.of, row.better_hit) == (14, 14, 0)
    judged(office, NEW, "firmware")  # as the finding has it
    for _ in range(40):
        office.clock.advance(DAY)
        sweep(office)
    assert [row.finding_id for row in findings(office)] == [row.finding_id]
    judged(office, NEW, "none")
    for _ in range(29):
        office.clock.advance(DAY)
        sweep(office)
    assert findings(office) == []


def test_what_is_due_is_done_once(office: Office) -> None:
    def look() -> list[int]:
        office.wait(Deferred.fromCoroutine(office.supervisor.firmwares.look()))
        days = office.wait(office.store.cohorts.days(0))
        return [each.days for each in days]

    assert look() == [], "routers that come back after a start go first"
    office.clock.advance(3 * MINUTE)
    assert look() == [1, 1]
    for device in NEW:
        office.inform(device, software_version="1.0")
    office.clock.advance(HOUR - MINUTE)
    assert look() == [1, 1], "not due yet"
    office.clock.advance(2 * MINUTE)
    assert look() == [1]
    office.skew = -30 * DAY
    assert look() == [2], "a clock that was set back puts nothing off"
