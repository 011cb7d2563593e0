"""The segment board: which segments have an incident, when it begins and when it ends."""

import msgspec

from acs.actions.segments import SegmentBoard
from acs.actions.settings import GuardSettings


class Counts(msgspec.Struct, frozen=True):
    segment: str
    routers: int
    offline: int = 0
    in_error: int = 0
    boots_10min: int = 0


def test_an_incident_begins_and_ends_once() -> None:
    board = SegmentBoard(GuardSettings())
    assert board.update([Counts("a", 8), Counts("b", 8)], 0.0) == set()
    assert board.update([Counts("a", 8, 6), Counts("b", 8, 1)], 10.0) == {"a"}
    assert board.incidents() == {"a"}
    assert board.update([Counts("a", 8, 6), Counts("b", 8)], 20.0) == set()
    assert board.update([Counts("a", 8), Counts("b", 8)], 30.0) == {"a"}
    assert board.incidents() == frozenset()


def test_a_segment_that_vanishes_ends_its_incident() -> None:
    board = SegmentBoard(GuardSettings())
    board.update([Counts("a", 8, 6)], 0.0)
    assert board.update([], 10.0) == {"a"}


def test_few_offline_of_many_are_no_incident() -> None:
    board = SegmentBoard(GuardSettings())
    assert board.update([Counts("a", 400, 3)], 0.0) == set()


def test_the_history_is_bounded_and_oldest_first() -> None:
    board = SegmentBoard(GuardSettings())
    for minute in range(60 * 24):
        board.update([Counts("a", 8, minute % 3)], 60.0 * minute)
    states = board.history("a")
    assert len(states) <= 50
    times = [state.at for state in states]
    assert times == sorted(times)
    assert times[-1] == 60.0 * (60 * 24 - 1)
    assert 7.9 * 3600 <= times[-1] - times[0] <= 8.4 * 3600
    assert board.history(None) == ()
    assert board.history("b") == ()
    assert (board.newest(None), board.newest("b")) == (None, None)


def test_each_ten_minutes_are_remembered_by_their_worst_state() -> None:
    board = SegmentBoard(GuardSettings())
    for second in range(0, 3600, 10):
        offline = 7 if 1200 <= second < 1300 else 0
        board.update([Counts("a", 8, offline, 1, 2)], float(second))
    states = board.history("a")
    assert [state.offline for state in states if state.offline] == [7]
    (worst,) = (state for state in states if state.offline)
    assert (worst.at, worst.routers, worst.in_error, worst.boots_10min) == (1200.0, 8, 1, 2)
    newest = board.newest("a")
    assert newest is states[-1]
    assert newest.offline == 0


def test_a_clock_that_was_set_back_closes_the_running_minutes() -> None:
    board = SegmentBoard(GuardSettings())
    for at in (10_000.0, 10_010.0, 4000.0, 4010.0):
        board.update([Counts("a", 8)], at)
    assert len(board.history("a")) <= 3
