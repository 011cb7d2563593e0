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
    for at in range(100):
        board.update([Counts("a", 8, at % 3)], float(at))
    states = board.history("a")
    assert len(states) == 12
    assert [state.at for state in states] == [float(at) for at in range(88, 100)]
    assert board.history(None) == ()
    assert board.history("b") == ()
