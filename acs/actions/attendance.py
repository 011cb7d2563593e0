"""Who was heard when, by place: what incidents are found from. In memory, fed from stored rows.

No rules of what an incident is, and no I/O.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf, isnan, nan
from typing import Any, Protocol

import numpy as np

from acs.actions.incident_settings import IncidentSettings
from acs.actions.incidents import BOOT_SPAN, ERROR_SPAN, Elsewhere, Sibling
from acs.actions.places import Place, Recent, prefix_of

_SAME = 0.1  # two gaps between Informs are the same interval if they differ by less than this share
_SHORTEST = 30.0  # seconds; a router informs in bursts, too
_LONGEST = 2 * 86_400.0
_ENOUGH = 50  # routers elsewhere that can say what is usual just now
_WELL = (None, "none", "incident")  # an incident's own verdict is no error of the router
_CROWD = 1024  # more routers than could have addresses of their own in a prefix of 256


class Attended(Protocol):
    """What storage tells of a router; see ``acs.storage.incident_rows.AttendanceRow``."""

    @property
    def router_id(self) -> str: ...  # noqa: D102 - a name is enough
    @property
    def segment(self) -> str | None: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def last_inform_at(self) -> float | None: ...  # noqa: D102
    @property
    def own_boot_at(self) -> float | None: ...  # noqa: D102
    @property
    def verdict(self) -> str | None: ...  # noqa: D102
    @property
    def verdict_since(self) -> float | None: ...  # noqa: D102
    @property
    def can_be_asked(self) -> bool | None: ...  # noqa: D102
    @property
    def every(self) -> float | None: ...  # noqa: D102


class Roll:
    """The roll of all enrolled routers.

    A fleet of a million is on it, so it is kept in columns, 100 bytes and an id for each router;
    an unknown time is NaN.

    Args:
        settings: of incidents.
        unknown: seconds after which a router of unknown interval is taken for missed.
        since: from when on was listened for routers; what was missed before says nothing.
    """

    def __init__(self, settings: IncidentSettings, unknown: float, since: float) -> None:
        self._settings, self._unknown, self._since = settings, unknown, since
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._free: list[int] = []
        self._places: list[Place | None] = [None]  # by number; 0 is nowhere
        self._numbers: dict[Place, int] = {}
        self._at_place: Counter[int] = Counter()
        self._learned: dict[str, float] = {}
        self._lost = Recent(settings.span)
        self._boots, self._errors = Recent(BOOT_SPAN), Recent(ERROR_SPAN)
        self._heard_at, self._every, self._gap = array("d"), array("d"), array("d")
        self._booted_at, self._erred_at, self._asked_at = array("d"), array("d"), array("d")
        self._place, self._address = array("q"), array("q")
        self._can_be_asked, self._is_missed, self._seen = array("b"), array("b"), array("b")

    def __len__(self) -> int:
        return len(self._rows)

    def listen_anew(self, since: float) -> None:
        """Nobody listened for a while: every router is given its interval again."""
        self._since = since

    def take(self, rows: Iterable[Attended]) -> set[Place]:
        """Enter what is stored; the places in which routers booted or came into error with it."""
        stirred: set[Place] = set()
        for row in rows:
            at = self._rows.get(row.router_id)
            is_new = at is None
            if at is None:
                at = self._add(row.router_id)
            self._seen[at] = 1
            if row.every is not None and isnan(self._every[at]):
                self._every[at] = row.every
            if row.can_be_asked is not None:
                self._can_be_asked[at] = row.can_be_asked
            self._move(row, at)
            if row.last_inform_at is not None:
                self._heard(row.router_id, at, row.last_inform_at)
            place = self._places[self._place[at]]
            if self._stir(row, at, place) and not is_new and place is not None:
                stirred.add(place)
        return stirred

    def begin(self) -> None:
        """The whole roll is about to be taken; what is not taken until ``finish`` is forgotten."""
        self._seen = array("b", bytes(len(self._ids)))

    def finish(self) -> None:
        """The whole roll was taken."""
        for router_id in [each for each, at in self._rows.items() if not self._seen[at]]:
            at = self._rows.pop(router_id)
            self._put(at, None)
            self._free.append(at)
            self._heard_at[at] = nan  # nobody waits for it

    def missed(self, now: float) -> set[Place]:
        """The places of routers whose Inform has come to be missed since this was last asked."""
        due = self._expected() + self._settings.late
        found: set[Place] = set()
        waited = np.frombuffer(self._is_missed, np.int8) == 0
        for at in np.flatnonzero(waited & (due < now)).tolist():  # NaN is never less
            self._is_missed[at] = 1
            place = self._places[self._place[at]]
            if place is not None and due[at] > now - self._settings.span:
                found.add(place)
                self._lost.add(float(due[at]), place)
        return found

    def elsewhere(self, place: Place, now: float) -> Elsewhere:
        """What the routers of all other places did lately; nothing, when they are too few."""
        others = len(self) - self._at_place[self._numbers.get(place, -1)]
        if others < _ENOUGH:
            return Elsewhere()
        counts = (recent.others(place, now) for recent in (self._lost, self._boots, self._errors))
        return Elsewhere(*(count / others for count in counts))

    def asked(self, router_id: str, now: float) -> None:
        """A router was asked for a session because of a suspicion."""
        self._asked_at[self._rows[router_id]] = now

    def place_of(self, router_id: str) -> Place | None:
        """Where a router belongs; None when it is not known."""
        at = self._rows.get(router_id)
        return None if at is None else self._places[self._place[at]]

    def siblings(self, place: Place) -> tuple[Sequence[str], Sequence[Sibling]]:
        """The routers of a place and what is known of each, in one order.

        None, when more have an address in a prefix than could lie side by side: what they share is
        then an address translator or a proxy, whose routers need not share a line.
        """
        number = self._numbers.get(place)
        if number is None or (place.basis == "prefix" and self._at_place[number] > _CROWD):
            return (), ()
        here = np.flatnonzero(np.frombuffer(self._place, np.int64) == number).tolist()
        return [self._ids[at] for at in here], [self._sibling(at) for at in here]

    def sibling(self, router_id: str) -> Sibling:
        """What is known of one router.

        Raises:
            KeyError: nothing is.
        """
        return self._sibling(self._rows[router_id])

    def learned(self) -> dict[str, float]:
        """Intervals that were learned since this was last asked, seconds by router."""
        found, self._learned = self._learned, {}
        return found

    # --- rows -----------------------------------------------------------------------------------

    def _add(self, router_id: str) -> int:
        fresh = (-inf, nan, 0.0, nan, nan, nan, 0, 0, 0, 0, 0)
        if self._free:
            at = self._free.pop()
            self._ids[at] = router_id
            for column, value in zip(self._columns(), fresh, strict=True):
                column[at] = value
        else:
            at = len(self._ids)
            self._ids.append(router_id)
            for column, value in zip(self._columns(), fresh, strict=True):
                column.append(value)
        self._rows[router_id] = at
        return at

    def _columns(self) -> tuple["array[Any]", ...]:
        times = (self._booted_at, self._erred_at, self._asked_at)
        flags = (self._can_be_asked, self._is_missed, self._seen)
        return (
            self._heard_at, self._every, self._gap, *times, self._place, self._address, *flags
        )  # fmt: skip

    def _expected(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """When each router should inform next."""
        every = np.frombuffer(self._every)
        heard = np.maximum(np.frombuffer(self._heard_at), self._since)
        return heard + np.where(np.isnan(every), self._unknown, every)

    def _sibling(self, at: int) -> Sibling:
        every = self._unknown if isnan(self._every[at]) else self._every[at]
        return Sibling(
            self._heard_at[at],
            max(self._heard_at[at], self._since) + every,
            every,
            _known(self._booted_at[at]),
            _known(self._erred_at[at]),
            _known(self._asked_at[at]),
            bool(self._can_be_asked[at]),
        )

    def _move(self, row: Attended, at: int) -> None:
        """Put it where it belongs; its address only matters where no segment is known."""
        place = self._places[self._place[at]]
        address = hash(row.address)  # kept to see that it changed
        if row.segment is not None:
            if place is None or place.basis != "segment" or place.name != row.segment:
                self._put(at, Place("segment", row.segment))
        elif address != self._address[at] or place is None or place.basis == "segment":
            name = prefix_of(row.address, self._settings)
            self._put(at, None if name is None else Place("prefix", name))
        self._address[at] = address

    def _put(self, at: int, place: Place | None) -> None:
        self._at_place[self._place[at]] -= 1
        number = 0
        if place is not None:
            number = self._numbers.setdefault(place, len(self._places))
            if number == len(self._places):
                self._places.append(place)
        self._place[at] = number
        self._at_place[number] += 1

    def _heard(self, router_id: str, at: int, heard_at: float) -> None:
        """Take the time of its last Inform; two gaps of one length show how often it informs."""
        if heard_at <= self._heard_at[at]:
            return
        gap, self._heard_at[at] = heard_at - self._heard_at[at], heard_at
        self._is_missed[at] = 0
        if _SHORTEST <= gap < _LONGEST:
            every = self._every[at]
            is_other = isnan(every) or abs(gap - every) > _SAME * every
            if is_other and abs(gap - self._gap[at]) <= _SAME * gap:
                self._learned[router_id] = self._every[at] = round(gap)
            self._gap[at] = gap

    def _stir(self, row: Attended, at: int, place: Place | None) -> bool:
        """Take boot and verdict; whether the router has just booted or come into error."""
        erred = None if row.verdict in _WELL else row.verdict_since
        booted = row.own_boot_at
        has_booted = booted is not None and booted != self._booted_at[at]
        has_erred = erred is not None and isnan(self._erred_at[at])
        if booted is not None and has_booted:
            self._booted_at[at] = booted
            if place is not None:
                self._boots.add(booted, place)
        if erred is None:
            self._erred_at[at] = nan
        elif has_erred:
            self._erred_at[at] = erred
            if place is not None:
                self._errors.add(erred, place)
        return has_booted or has_erred


def _known(value: float) -> float | None:
    return None if isnan(value) else value
