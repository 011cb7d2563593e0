"""What is going on in each segment right now: a board that the diagnosis reads. No I/O."""

from collections.abc import Iterable
from typing import Protocol

from acs.actions.guards import binomial_tail
from acs.actions.settings import GuardSettings
from diagnostics.context import SegmentState

_KEPT = 12  # states per segment: with a sweep of 10 s, the last two minutes


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
    """The latest states of each segment and which segments have an incident."""

    def __init__(self, settings: GuardSettings) -> None:
        self._settings = settings
        self._states: dict[str, tuple[SegmentState, ...]] = {}
        self._incidents: set[str] = set()

    def update(self, counts: Iterable[Counts], now: float) -> set[str]:
        """Take new counts; return the segments whose incident began or ended with them."""
        states: dict[str, tuple[SegmentState, ...]] = {}
        incidents: set[str] = set()
        for count in counts:
            state = SegmentState(
                at=now,
                routers=count.routers,
                offline=count.offline,
                in_error=count.in_error,
                boots_10min=count.boots_10min,
            )
            states[count.segment] = (*self._states.get(count.segment, ())[1 - _KEPT :], state)
            if self._is_incident(state):
                incidents.add(count.segment)
        changed = incidents ^ self._incidents
        self._states, self._incidents = states, incidents
        return changed

    def _is_incident(self, state: SegmentState) -> bool:
        limits = self._settings
        return state.offline >= limits.segment_offline and (
            binomial_tail(state.offline, state.routers, limits.segment_offline_rate)
            < limits.segment_offline_p
        )

    def history(self, segment: str | None) -> tuple[SegmentState, ...]:
        """The segment's last states, oldest first; empty when it is unknown."""
        return self._states.get(segment, ()) if segment is not None else ()

    def incidents(self) -> frozenset[str]:
        """Segments that have an incident now."""
        return frozenset(self._incidents)
