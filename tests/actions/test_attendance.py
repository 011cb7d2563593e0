"""The roll: who is missed, who belongs where, how often each informs; rows are used again."""

from collections.abc import Sequence

import pytest

from acs.actions.attendance import Roll
from acs.actions.incident_settings import IncidentSettings
from acs.actions.places import Place, prefix_of
from acs.storage.incident_rows import AttendanceRow

NOW = 1_790_000_000.0
SETTINGS = IncidentSettings()
UNKNOWN = 5400.0
SW = Place("segment", "sw-1")


def row(
    router_id: str,
    heard: float | None = NOW,
    segment: str | None = "sw-1",
    address: str = "192.0.2.7",
    every: float | None = None,
    **others: object,
) -> AttendanceRow:
    values = {
        "own_boot_at": None,
        "verdict": None,
        "verdict_since": None,
        "can_be_asked": None,
        **others,
    }
    return AttendanceRow(
        router_id=router_id,
        segment=segment,
        address=address,
        last_inform_at=heard,
        every=every,
        **values,  # type: ignore[arg-type]
    )


def roll_of(*rows: AttendanceRow) -> Roll:
    roll = Roll(SETTINGS, UNKNOWN, NOW)
    roll.take(rows)
    return roll


def whole(roll: Roll, rows: Sequence[AttendanceRow]) -> None:
    roll.begin()
    roll.take(rows)
    roll.finish()


def test_an_empty_roll_misses_nobody() -> None:
    roll = Roll(SETTINGS, UNKNOWN, NOW)
    assert len(roll) == 0
    assert roll.missed(NOW + 1e9) == set()
    assert roll.siblings(SW) == ((), ())
    assert roll.place_of("a") is None
    with pytest.raises(KeyError):
        roll.sibling("a")


def test_a_router_is_missed_once_until_it_is_heard_again() -> None:
    roll = roll_of(row("a", every=3600))
    due = NOW + 3600 + SETTINGS.late
    assert roll.missed(due) == set()
    assert roll.missed(due + 1) == {SW}
    assert roll.missed(due + 2) == set()
    roll.take([row("a", NOW + 4000)])
    assert roll.missed(NOW + 4000 + 3600 + SETTINGS.late + 1) == {SW}


def test_what_was_due_before_anybody_listened_is_given_its_interval_again() -> None:
    roll = roll_of(row("a", NOW - 86_400, every=300))
    assert roll.missed(NOW + 1) == set()
    roll.listen_anew(NOW + 200)
    assert roll.missed(NOW + 300 + SETTINGS.late + 1) == set()
    assert roll.missed(NOW + 500 + SETTINGS.late + 1) == {SW}


def test_a_router_never_heard_has_an_interval_from_the_start() -> None:
    roll = roll_of(row("a", None))
    assert roll.missed(NOW + UNKNOWN + SETTINGS.late) == set()
    assert roll.missed(NOW + UNKNOWN + SETTINGS.late + 1) == {SW}


def test_two_gaps_of_one_length_are_the_interval() -> None:
    roll = roll_of(row("a"))
    roll.take([row("a", NOW + 600)])
    assert roll.learned() == {}
    roll.take([row("a", NOW + 1210)])
    assert roll.learned() == {"a": 610}
    assert roll.learned() == {}
    assert roll.sibling("a").every == 610
    roll.take([row("a", NOW + 1215), row("a", NOW + 1220)])  # a burst says nothing
    assert roll.learned() == {}


def test_a_segment_counts_before_an_address() -> None:
    roll = roll_of(row("a"), row("b", segment=None), row("c", segment=None, address="nonsense"))
    prefix = prefix_of("192.0.2.7", SETTINGS)
    assert prefix is not None
    assert roll.place_of("a") == SW
    assert roll.place_of("b") == Place("prefix", prefix)
    assert roll.place_of("c") is None
    roll.take([row("b", NOW + 1), row("a", NOW + 1, segment="sw-2")])
    assert roll.siblings(SW)[0] == ["b"]
    assert roll.siblings(Place("segment", "sw-2"))[0] == ["a"]


def test_who_is_no_longer_stored_is_forgotten_and_his_row_used_again() -> None:
    roll = roll_of(row("a", own_boot_at=NOW - 5), row("b"))
    roll.asked("a", NOW)
    whole(roll, [row("b")])
    assert len(roll) == 1
    assert roll.siblings(SW)[0] == ["b"]
    roll.take([row("c", NOW)])
    assert sorted(roll.siblings(SW)[0]) == ["b", "c"]
    assert roll.sibling("c").booted_at is None
    assert roll.sibling("c").asked_at is None
    whole(roll, [])
    assert roll.missed(NOW + 1e9) == set()


def test_boots_and_errors_stir_a_place_once() -> None:
    roll = roll_of(row("a"), row("b", verdict="reboot", verdict_since=NOW - 9))
    assert roll.sibling("b").erred_at == NOW - 9
    assert roll.take([row("a", NOW + 1, own_boot_at=NOW)]) == {SW}
    assert roll.take([row("a", NOW + 2, own_boot_at=NOW)]) == set()
    assert roll.take([row("a", NOW + 3, verdict="visit", verdict_since=NOW + 3)]) == {SW}
    assert roll.take([row("a", NOW + 4, verdict="none", verdict_since=NOW + 4)]) == set()
    assert roll.sibling("a").erred_at is None


def test_what_many_share_an_address_with_is_no_place() -> None:
    crowd = [row(f"r{n}", segment=None) for n in range(1025)]
    roll = roll_of(*crowd)
    place = roll.place_of("r0")
    assert place is not None
    assert roll.siblings(place) == ((), ())
    whole(roll, crowd[1:])
    assert len(roll.siblings(place)[0]) == 1024


def test_elsewhere_needs_enough_routers() -> None:
    roll = roll_of(*(row(f"r{n}", segment=f"s{n % 10}", every=600) for n in range(49)))
    place = Place("segment", "s0")
    roll.missed(NOW + 600 + SETTINGS.late + 1)
    assert roll.elsewhere(place, NOW + 800).lost == 0
    roll.take(row(f"x{n}", NOW + 900, segment="t", every=600) for n in range(20))
    assert roll.elsewhere(place, NOW + 800).lost == pytest.approx(44 / 64)
