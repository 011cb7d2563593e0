"""What goes on in each segment, now and in the last hours: a board for the diagnosis. No I/O."""

from collections.abc import Iterable
from typing import Protocol

from acs.actions.courses import Course
from acs.actions.guards import binomial_tail
from acs.actions.settings import GuardSettings
from diagnostics.context import SegmentState


class Counts(Protocol):
    """Counts of one segment, as storage gives them."""

    @property
    def segment(self) -> str: ...  # noqa: D102 - a name is enough
    @property
    def routers(self) -> int: ...  # noqa: D102
    @property
    def offline(self) -> int: ...  # noqa: D102
    @property
    def in_error(self) -> int: ...  # noqa: D102
    @property
    def boots_10min(self) -> int: ...  # noqa: D102


class SegmentBoard:
    """The states of each segment in the last hours, and which segments have an incident."""

    def __init__(self, settings: GuardSettings) -> None:
        self._settings = settings
        self._courses: dict[str, Course] = {}
        self._incidents: set[str] = set()

    def update(self, counts: Iterable[Counts], now: float) -> set[str]:
        """Take new counts; return the segments whose incident began or ended with them."""
        courses: dict[str, Course] = {}
        incidents: set[str] = set()
        for count in counts:
            state = SegmentState(
                at=now,
                routers=count.routers,
                offline=count.offline,
                in_error=count.in_error,
                boots_10min=count.boots_10min,
            )
            course = self._courses.get(count.segment)
            if course is None:
                course = Course(state)
            else:
                course.take(state)
            courses[count.segment] = course
            if self._is_incident(state):
                incidents.add(count.segment)
        changed = incidents ^ self._incidents
        self._courses, self._incidents = courses, incidents
        return changed

    def _is_incident(self, state: SegmentState) -> bool:
        limits = self._settings
        return state.offline >= limits.segment_offline and (
            binomial_tail(state.offline, state.routers, limits.segment_offline_rate)
            < limits.segment_offline_p
        )

    def newest(self, segment: str | None) -> SegmentState | None:
        """The segment's state now; None when it is unknown."""
        course = self._courses.get(segment) if segment is not None else None
        return None if course is None else course.newest

    def history(self, segment: str | None) -> tuple[SegmentState, ...]:
        """The segment's last eight hours, oldest first: the worst state of each ten minutes.

        Empty when it is unknown.
        """
        course = self._courses.get(segment) if segment is not None else None
        return () if course is None else course.states()

    def incidents(self) -> frozenset[str]:
        """Segments that have an incident now."""
        return frozenset(self._incidents)
