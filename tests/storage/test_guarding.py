"""What guards are shown; on both databases."""

import pytest

from acs.commands import GuardFacts
from acs.facts import (
    Belongs,
    CommandConfirmed,
    CommandLapsed,
    ConnectionSecretSet,
    Rebooted,
)
from acs.identity import DeviceId
from acs.storage.store import Store
from acs.storage.switches import Stop
from tests.storage.support import ID, NOW, Desk, Guard, informed, proposal, sampled


def shown(desk: Desk, store: Store, now: float = NOW, **changes: object) -> GuardFacts:
    """The facts that a proposal's guard sees now."""
    guard = Guard()
    desk.wait(store.propose(proposal(f"see-{now}", now, **changes), guard))
    return guard.facts


def neighbour(desk: Desk, store: Store, number: int, at: float, segment: str = "s1") -> str:
    device = DeviceId("Acme", "001122", "X", f"N{number}")
    desk.commit(
        store,
        informed(at, device=device),
        Belongs(router_id=device.router_id, at=at, account="", segment=segment),
    )
    return device.router_id


def test_a_lone_router(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    facts = shown(desk, store)
    assert facts == GuardFacts(
        now=NOW,
        stage="propose",
        enrolled=True,
        flapping=False,
        last_inform_at=NOW,
        utc_offset=0,
        vitals={},
        vitals_at=None,
        boots=(),
        sent=(),
        open_command=None,
        transfer_open=False,
        segment=None,
        segment_routers=0,
        segment_offline=0,
        segment_boots_30min=0,
        segment_rebooting=0,
        fleet_routers=1,
        fleet_offline=0,
        fleet_sent_10min=0,
        stopped=False,
        wan_mbps=None,
        model="Acme Corp. Model X",
    )


def test_reboots_sent_and_open(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("c1", consent=True), Guard()))
    assert shown(desk, store, NOW + 1, kind="get").open_command == "c1"
    desk.wait(store.claim(ID, NOW + 2, Guard()))
    facts = shown(desk, store, NOW + 3, kind="get")
    assert (facts.open_command, facts.sent, facts.fleet_sent_10min) == (
        "c1",
        ((NOW + 2, True),),
        1,
    )
    desk.commit(store, CommandConfirmed(router_id=ID, at=NOW + 60, command_id="c1"))
    facts = shown(desk, store, NOW + 602.5, kind="get")
    assert (facts.open_command, facts.fleet_sent_10min) == ("c1", 0)
    facts = shown(desk, store, NOW + 8 * 86_400, kind="get")
    assert (facts.open_command, facts.sent) == ("c1", ())


def test_a_claimed_reboot_is_not_its_own_obstacle(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal(), Guard()))
    guard = Guard()
    desk.wait(store.claim(ID, NOW + 1, guard))
    assert (guard.facts.stage, guard.facts.open_command, guard.facts.sent) == ("claim", None, ())


def test_a_reboot_behind_it_is_not_in_a_downloads_way(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    firmware = {"file_type": "1 Firmware Upgrade Image"}
    asked = proposal("d1", kind="download", arguments=firmware)
    desk.wait(store.propose(asked, Guard()))
    desk.wait(store.propose(proposal("r1", NOW + 1), Guard()))
    assert shown(desk, store, NOW + 2).open_command == "r1"
    guard = Guard()
    desk.wait(store.claim(ID, NOW + 3, guard))
    assert (guard.facts.stage, guard.facts.open_command) == ("claim", None)
    desk.wait(store.claim(ID, NOW + 4, guard))
    assert (guard.facts.open_command, guard.facts.transfer_open) == (None, True)


def test_boots_of_the_last_day(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for hours in (0, 30, 31):
        desk.commit(store, Rebooted(router_id=ID, at=NOW + 3600 * hours, cause="power"))
    assert shown(desk, store, NOW + 3600 * 32).boots == (NOW + 3600 * 30, NOW + 3600 * 31)


def test_the_segment(desk: Desk, store: Store) -> None:
    now = NOW + 10_000
    neighbour(desk, store, 0, NOW)  # offline
    booted = neighbour(desk, store, 1, now)
    rebooted = neighbour(desk, store, 2, now)
    neighbour(desk, store, 3, now, segment="s2")
    desk.commit(store, informed(now), Belongs(router_id=ID, at=now, account="", segment="s1"))
    desk.commit(store, Rebooted(router_id=ID, at=now, cause="power"))
    desk.commit(store, Rebooted(router_id=booted, at=now - 60, cause="unknown"))
    desk.commit(store, Rebooted(router_id=rebooted, at=now - 60, cause="remote_reboot"))
    desk.wait(store.propose(proposal("c1", now, router_id=rebooted), Guard()))
    desk.wait(store.claim(rebooted, now, Guard()))
    facts = shown(desk, store, now)
    assert (facts.segment, facts.segment_routers, facts.segment_offline) == ("s1", 4, 1)
    assert (facts.segment_boots_30min, facts.segment_rebooting) == (1, 1)
    assert (facts.fleet_routers, facts.fleet_offline, facts.fleet_sent_10min) == (5, 1, 1)
    segments = desk.wait(store.segments(now, 5400))
    assert [(s.segment, s.routers, s.offline, s.boots_10min) for s in segments] == [
        ("s1", 4, 1, 2),
        ("s2", 1, 0, 0),
    ]


def test_the_kill_switch(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.set_stop(True, "alice", NOW, "ticket 4711"))
    assert desk.wait(store.stopped()) == Stop(True, "alice", NOW, "ticket 4711")
    facts = shown(desk, store)
    assert (facts.stopped, facts.stopped_by, facts.stopped_at, facts.stopped_why) == (
        True,
        "alice",
        NOW,
        "ticket 4711",
    )
    desk.wait(store.set_stop(False, "bob", NOW + 1))
    assert desk.wait(store.stopped()) == Stop(False, "bob", NOW + 1, "")
    facts = shown(desk, store, NOW + 1)
    assert (facts.stopped, facts.stopped_by) == (False, "")


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        ("download", "transfer_open"),
        ("schedule_download", "transfer_open"),
        ("diagnostic", "diagnostic_open"),
    ],
)
def test_what_is_under_way_is_seen(desk: Desk, store: Store, kind: str, flag: str) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("d1", kind=kind), Guard()))
    assert not getattr(shown(desk, store, NOW + 1, kind="get"), flag)  # it waits still
    guard = Guard()
    desk.wait(store.claim(ID, NOW + 2, guard))
    assert not getattr(guard.facts, flag)  # it is not its own obstacle
    assert getattr(shown(desk, store, NOW + 3, kind="get"), flag)
    # nor is it forgotten by what else is written of the router
    desk.commit(store, informed(NOW + 4), sampled(NOW + 4))
    assert getattr(shown(desk, store, NOW + 5, kind="get"), flag)
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 999, command_id="d1"))
    assert not getattr(shown(desk, store, NOW + 1000, kind="get"), flag)


@pytest.mark.parametrize("kind", ["upload", "software"])
def test_what_the_router_gives_or_changes_is_seen(desk: Desk, store: Store, kind: str) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("u1", kind=kind), Guard()))
    assert not shown(desk, store, NOW + 1, kind="get").upload_open
    desk.wait(store.claim(ID, NOW + 2, Guard()))
    assert shown(desk, store, NOW + 3).upload_open
    neighbour(desk, store, 1, NOW)
    other = DeviceId("Acme", "001122", "X", "N1").router_id
    assert not shown(desk, store, NOW + 4, router_id=other).upload_open
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 9999, command_id="u1"))
    assert not shown(desk, store, NOW + 9999).upload_open


def test_a_second_download_keeps_the_transfer_open(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for number in (1, 2):
        desk.wait(store.propose(proposal(f"d{number}", kind="download"), Guard()))
        desk.wait(store.claim(ID, NOW + 2, Guard()))
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 999, command_id="d1"))
    assert shown(desk, store, NOW + 1000, kind="get").transfer_open
    desk.commit(store, CommandLapsed(router_id=ID, at=NOW + 999, command_id="d2"))
    assert not shown(desk, store, NOW + 1001, kind="get").transfer_open


def test_a_factory_reset_is_an_open_restart_and_spends_no_budget(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    desk.wait(store.propose(proposal("r1", kind="factory_reset"), Guard()))
    desk.wait(store.claim(ID, NOW + 1, Guard()))
    facts = shown(desk, store, NOW + 2)
    assert (facts.open_command, facts.sent, facts.fleet_sent_10min) == ("r1", (), 0)


def test_the_age_of_vitals_is_that_of_the_call_state(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), sampled(NOW, voip__call_active="Idle", sys__uptime=1))
    facts = shown(desk, store, NOW + 1)
    assert (facts.vitals, facts.vitals_at) == (
        {"voip.call_active": "Idle", "sys.uptime": 1},
        NOW,
    )
    for minutes in (10, 20):
        desk.commit(store, sampled(NOW + 60 * minutes, sys__uptime=2))
    facts = shown(desk, store, NOW + 1300)
    assert (facts.vitals["voip.call_active"], facts.vitals_at) == ("Idle", NOW)
    desk.commit(store, sampled(NOW + 1400, voip__call_active="InCall"))
    facts = shown(desk, store, NOW + 1500)
    assert (facts.vitals["voip.call_active"], facts.vitals_at) == ("InCall", NOW + 1400)
    # Informs renew single vitals; the age that is told never gets younger by that.
    desk.commit(store, informed(NOW + 1600, vitals={"sys.uptime": 3}))
    facts = shown(desk, store, NOW + 1601)
    assert (facts.vitals["sys.uptime"], facts.vitals_at) == (3, NOW + 1400)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([(0, 0, 0), (900, 112_500_000, 0)], 1.0),
        ([(0, 0, 0), (600, 5, 5), (900, 0, 225_000_000)], 2.0),
        ([(0, 0, 0), (600, 1, 1)], None),  # too short
        ([(0, 1000, 0), (900, 10, 0)], None),  # reset
        ([(900, 0, 0)], None),
        ([(-5000, 0, 0), (900, 9, 9)], None),  # too long ago
        ([(-5000, 0, 0), (-4000, 9, 9)], None),
    ],
)
def test_traffic(
    desk: Desk, store: Store, samples: list[tuple[int, int, int]], expected: float | None
) -> None:
    desk.commit(store, informed())
    for at, received, sent in samples:
        desk.commit(
            store, sampled(NOW + at, eth__rx_bytes=received, eth__tx_bytes=sent, sys__uptime=1)
        )
    assert shown(desk, store, NOW + 1000).wan_mbps == expected


def test_traffic_without_counters_is_unknown(desk: Desk, store: Store) -> None:
    accepted = ConnectionSecretSet(router_id=ID, at=NOW, accepted=False)
    desk.commit(store, informed(), accepted, sampled(NOW), sampled(NOW + 900))
    assert shown(desk, store, NOW + 1000).wan_mbps is None
