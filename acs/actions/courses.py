"""The course of one segment's states over some hours, in little memory. No rules, no I/O."""

from array import array

from diagnostics.context import SegmentState

EVERY = 600.0  # seconds that one state of the past stands for
KEPT = 48  # of them: eight hours
_FIGURES = 5  # of a state: when, routers, offline, in error, boots


class Course:
    """The newest state, the worst of the running ten minutes, the worst of each ten before.

    A large fleet has ten thousands of segments: the past of one is a kilobyte of figures.

    Attributes:
        newest: the newest state.
    """

    __slots__ = ("_began_at", "_past", "_worst", "newest")

    def __init__(self, newest: SegmentState) -> None:
        self.newest = self._worst = newest
        self._began_at = newest.at
        self._past = array("I")

    def take(self, state: SegmentState) -> None:
        """Take a newer state."""
        self.newest = state
        if 0 <= state.at - self._began_at < EVERY:
            self._worst = max(self._worst, state, key=_badness)
            return
        worst, self._worst, self._began_at = self._worst, state, state.at
        figures = (worst.routers, worst.offline, worst.in_error, worst.boots_10min)
        self._past.extend((int(worst.at), *figures))
        del self._past[: -KEPT * _FIGURES]

    def states(self) -> tuple[SegmentState, ...]:
        """All of them, oldest first."""
        figures = self._past
        past = [
            SegmentState(
                at=float(figures[at]),
                routers=figures[at + 1],
                offline=figures[at + 2],
                in_error=figures[at + 3],
                boots_10min=figures[at + 4],
            )
            for at in range(0, len(figures), _FIGURES)
        ]
        if self._worst is not self.newest:
            past.append(self._worst)
        return (*past, self.newest)


def _badness(state: SegmentState) -> tuple[int, int, int]:
    return state.offline, state.boots_10min, state.in_error
