"""The fleet of the demonstration and its past."""

from itertools import pairwise

from acs.facts import Belongs, Informed, Rebooted, Sampled
from acs.simulator.fleet import OUTAGE_SEGMENT, Member, demo_fleet
from acs.simulator.history import past_of
from acs.simulator.illness import DAY, HOUR, Name

NOW = 1_790_000_000.0


def _one(illness: Name) -> Member:
    return next(m for m in demo_fleet(NOW) if m.body.illness.name == illness)


def test_fleet_has_every_illness_and_unique_routers() -> None:
    fleet = demo_fleet(NOW)
    assert len(fleet) == len({member.router_id for member in fleet}) == 50
    names = [member.body.illness.name for member in fleet]
    assert names.count("leaking") == 3
    assert names.count("boot_loop") == 2
    segment = [m.body.illness.name for m in fleet if m.segment == OUTAGE_SEGMENT]
    assert len(segment) == 8
    assert segment.count("outage") == 6
    assert [m.router_id for m in demo_fleet(NOW)] == [m.router_id for m in fleet]


def test_a_small_and_a_large_fleet() -> None:
    assert len(demo_fleet(NOW, routers=3)) == 3
    assert len(demo_fleet(NOW, routers=120)) == 120


def test_past_is_two_weeks_hourly_in_order() -> None:
    member = _one("healthy")
    facts = [fact for item in past_of(member, NOW) for fact in item]
    assert isinstance(facts[0], Informed)
    assert isinstance(facts[1], Belongs)
    samples = [fact for fact in facts if isinstance(fact, Sampled)]
    assert len(samples) in (335, 336)
    assert all(round(b.at - a.at) == HOUR for a, b in pairwise(samples))
    assert NOW - 14 * DAY <= samples[0].at < NOW - 13.9 * DAY
    assert isinstance(facts[-1], Informed)
    assert facts[-1].at == NOW


def test_boot_loop_has_six_boots_in_the_last_day() -> None:
    facts = [fact for item in past_of(_one("boot_loop"), NOW) for fact in item]
    boots = [fact.at for fact in facts if isinstance(fact, Rebooted)]
    assert len([at for at in boots if at > NOW - DAY]) == 6
    events = [f.events[0].code for f in facts if isinstance(f, Informed)]
    assert events.count("1 BOOT") == 6


def test_outage_is_silent_since_its_onset() -> None:
    member = _one("outage")
    facts = [fact for item in past_of(member, NOW) for fact in item]
    assert max(fact.at for fact in facts) == member.body.onset < NOW - 600
