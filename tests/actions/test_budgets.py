"""Whatever is asked for and whenever it goes out: no budget is overspent in any sliding window."""

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acs.identity import DeviceId
from tests.actions.office import DAY, GUARDS, HOUR, MINUTE, Office, copied

DEVICES = [DeviceId("Acme", "00AA01", "Box", f"S-{number}") for number in range(12)]
ROUTERS = [device.router_id for device in DEVICES]
FLEET = 3  # reboots in 10 min
LIMITS = msgspec.structs.replace(GUARDS, fleet_minimum=FLEET, fleet_share=0.0, power_boots=99)
TURNS = 150


class Journal:
    """When which router was told to reboot, on the clock that nobody sets."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str, bool]] = []

    def most(self, seconds: float, times: list[float]) -> int:
        """The most of these times that any window of so many seconds holds."""
        return max((sum(at <= t < at + seconds for t in times) for at in times), default=0)

    def check(self) -> None:
        assert self.most(10 * MINUTE, [at for at, _, _ in self.sent]) <= FLEET
        own: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for at, router_id, consent in self.sent:
            own[router_id].append((at, consent))
        for rows in own.values():
            times = [at for at, _ in rows]
            assert self.most(DAY, times) <= LIMITS.consented_per_day
            assert self.most(7 * DAY, times) <= LIMITS.per_week
            for at, consent in rows:  # without consent it is the only one of its day
                earlier = [before for before in times if at - DAY < before < at]
                assert consent or len(earlier) < LIMITS.automatic_per_day


def turn(office: Office, journal: Journal, chance: Random, jumps: list[float]) -> None:
    """One random thing happens."""
    router_id = chance.choice(ROUTERS)
    kind = chance.random()
    if kind < 0.4:
        office.propose(router_id, consent=chance.random() < 0.7)
    elif kind < 0.8:
        command = office.claim(router_id)
        if command is not None:
            journal.sent.append((office.clock.seconds(), router_id, command.consent))
            if chance.random() < 0.8:
                office.confirm(command)
    elif kind < 0.985:
        office.clock.advance(chance.choice([1, MINUTE, 4 * MINUTE, HOUR, 7 * HOUR]))
        if chance.random() < 0.5:
            office.sweep()
    elif jumps:
        office.skew += chance.choice(jumps)
    else:
        office.restart()


@pytest.mark.parametrize("jumps", [[], [90.0, 300.0, HOUR, 6 * HOUR, DAY, -HOUR]])
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_no_budget_is_overspent(empty_database: Path, jumps: list[float], seed: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="acsd-"))
    office = Office(copied(empty_database, folder), guards=LIMITS)
    journal, chance = Journal(), Random(seed)  # noqa: S311 - a course of events, not a secret
    try:
        for device in DEVICES:
            office.inform(device)
        for _ in range(TURNS):
            turn(office, journal, chance, jumps)
        journal.check()
        assert journal.sent or jumps  # a day may be waited after a jump back
    finally:
        office.close()
        shutil.rmtree(folder)


def test_a_whole_fleet_asks_at_once(empty_database: Path, tmp_path: Path) -> None:
    office = Office(copied(empty_database, tmp_path), guards=LIMITS)
    try:
        for device in DEVICES:
            office.inform(device)
        proposed = [office.propose(router_id).state for router_id in ROUTERS]
        assert proposed == ["queued"] * len(ROUTERS)  # nothing is sent yet: the claim decides
        sent = [router_id for router_id in ROUTERS if office.claim(router_id) is not None]
        assert sent == ROUTERS[:FLEET]
        refused = {c.state: c.refusals for c in office.commands() if c.state == "refused"}
        assert [refusal.guard for refusal in refused["refused"]] == ["fleet_budget"]
    finally:
        office.close()


def test_a_clock_set_forward_does_not_renew_the_budgets(office: Office) -> None:
    for _ in range(2):
        assert office.propose().state == "queued"
        command = office.claim()
        assert command is not None
        office.confirm(command)
        office.clock.advance(HOUR)
        office.sample(up=HOUR)
        office.sweep()
        assert office.command(command.command_id).state == "verified"
    office.skew += 22 * HOUR  # to its rows, the first reboot is a day old
    refused = office.propose()
    assert [refusal.guard for refusal in refused.refusals] == ["clock", "router_budget"]
    office.clock.advance(HOUR)
    refused = office.propose()
    assert [refusal.guard for refusal in refused.refusals] == ["router_budget"]
    office.clock.advance(21 * HOUR)
    assert office.propose().state == "queued"


def test_a_clock_set_forward_does_not_renew_the_fleets_budget(
    empty_database: Path, tmp_path: Path
) -> None:
    office = Office(copied(empty_database, tmp_path), guards=LIMITS)
    journal = Journal()
    try:
        for device in DEVICES:
            office.inform(device)
        for router_id in ROUTERS:
            office.propose(router_id)
            if office.claim(router_id) is not None:
                journal.sent.append((office.clock.seconds(), router_id, True))
            office.skew += 5 * MINUTE
        journal.check()
    finally:
        office.close()
