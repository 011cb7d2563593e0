"""Watches places for incidents, by a timer: opens them, has siblings asked, closes them.

What an incident is stands in ``incidents``, who was heard when in ``attendance``. It writes only
through storage.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog

from acs.actions.attendance import Roll
from acs.actions.courses import EVERY, KEPT, Course
from acs.actions.incident_settings import IncidentSettings
from acs.actions.incidents import (
    Sibling,
    Weighed,
    due,
    is_held,
    opens,
    silence,
    state_of,
    whom_to_ask,
)
from acs.actions.places import Place
from acs.actions.telemetry import ActionMetrics
from acs.commands import IncidentKind, new_command_id
from acs.facts import IncidentClosed, IncidentGrew, IncidentOpened
from acs.storage.store import Store
from diagnostics.context import SegmentState

log = structlog.get_logger("actions")

_PAGE = 2000  # routers read at once
_RELOAD = 600.0  # seconds between two readings of the whole roll: who moved, who is gone
_OVERLAP = 20.0  # seconds: what was committed late, or by a node whose clock is behind
_SHARE = 50  # reading what changed goes over the whole fleet: it may take a fiftieth of the time
_DEAF = 120.0  # seconds without a sweep from when on nobody can be said to have listened
_LISTED = 20  # routers named in the log


class _Open(msgspec.Struct):
    """An open incident in memory."""

    incident_id: str
    place: Place
    kind: IncidentKind
    opened_at: float
    joined: dict[str, float]
    routers: int = 0  # of its place, whose reboots wait
    calm_since: float | None = None


class Watch:
    """Finds incidents from what all nodes have stored; each node may run one.

    Args:
        store: where routers and incidents are remembered.
        settings: of incidents.
        unknown: seconds without an Inform after which a router of unknown interval is missed.
        now: Unix seconds UTC.
        wake: asks a router for a session.
        metrics: told of incidents.
    """

    def __init__(
        self,
        store: Store,
        settings: IncidentSettings,
        unknown: float,
        *,
        now: Callable[[], float],
        wake: Callable[[str], None],
        metrics: ActionMetrics,
    ) -> None:
        self._store, self._settings, self._now = store, settings, now
        self._wake, self._metrics = wake, metrics
        self._roll = Roll(settings, unknown, now())
        self._swept_at = now()
        self._loaded_at = -math.inf
        self._read_again_at = self._read_from = now()
        self._stirred: dict[Place, float] = {}
        self._open: dict[str, _Open] = {}
        self._courses: dict[Place, Course] = {}
        self._ill_at: dict[Place, float] = {}  # when there was last an incident

    def states(self, router_id: str) -> tuple[SegmentState, ...]:
        """The states of a router's place since its incident of the last hours, oldest first.

        Empty when there was none.
        """
        if not self._courses:
            return ()
        place = self._roll.place_of(router_id)
        course = None if place is None else self._courses.get(place)
        return () if course is None else course.states()

    async def sweep(self) -> list[str]:
        """Look at all that changed; the routers whose verdict an incident has changed."""
        now = self._now()
        await self._refresh(now)
        for place in self._roll.missed(now):
            self._stirred[place] = now
        await self._adopt()
        changed: list[str] = []
        busy = {each.place for each in self._open.values()}
        for place, since in list(self._stirred.items()):
            if place not in busy:
                changed += await self._look(place, now)
            if now - since > self._settings.span:
                del self._stirred[place]
        for each in list(self._open.values()):
            changed += await self._follow(each, now)
        self._keep_states(now)
        self._count()
        return changed

    # --- the roll -------------------------------------------------------------------------------

    async def _refresh(self, now: float) -> None:
        if not 0 <= now - self._swept_at < _DEAF:
            # The process stood still, or the clock was set: silence then proves nothing.
            self._roll.listen_anew(now)
            self._loaded_at = -math.inf
        self._swept_at = now
        if now - self._loaded_at >= _RELOAD:
            await self._reload()
            self._loaded_at = self._read_from = now
        elif now >= self._read_again_at:
            await self._catch_up(self._read_from - _OVERLAP, now)
            self._read_from = now
            self._read_again_at = now + _SHARE * max(0.0, self._now() - now)
        learned = self._roll.learned()
        if learned:
            await self._store.keep_intervals(learned)

    async def _catch_up(self, since: float, now: float) -> None:
        after = ""
        while rows := await self._store.attendance_since(since, after, _PAGE):
            self._stir(self._roll.take(rows), now)
            after = rows[-1].router_id

    async def _reload(self) -> None:
        after = ""
        self._roll.begin()
        while rows := await self._store.attendance(after, _PAGE):
            self._stir(self._roll.take(rows), self._now())
            after = rows[-1].router_id
        self._roll.finish()

    def _stir(self, places: Iterable[Place], now: float) -> None:
        self._stirred.update(dict.fromkeys(places, now))

    def _count(self) -> None:
        held: Counter[IncidentKind] = Counter()
        for each in self._open.values():
            held[each.kind] += each.routers
        self._metrics.set_incidents(Counter(each.kind for each in self._open.values()), held)

    # --- opening --------------------------------------------------------------------------------

    async def _look(self, place: Place, now: float) -> Sequence[str]:
        """See whether a place has an incident; who belongs to it, if it has."""
        ids, siblings = self._roll.siblings(place)
        if len(ids) < self._settings.least:
            return ()
        elsewhere = self._roll.elsewhere(place, now)
        found = opens(siblings, now, self._settings, elsewhere)
        if found is not None:
            return await self._begin(place, ids, *found, now)
        for index in whom_to_ask(siblings, now, self._settings, elsewhere):
            self._roll.asked(ids[index], now)
            self._wake(ids[index])
        return ()

    async def _begin(
        self, place: Place, ids: Sequence[str], kind: IncidentKind, found: Weighed, now: float
    ) -> Sequence[str]:
        affected = tuple(ids[index] for index in found.indices)
        fact = IncidentOpened(
            at=now,
            incident_id=new_command_id(now),
            basis=place.basis,
            place=place.name,
            kind=kind,
            began_at=found.since,
            routers=tuple(ids),
            affected=affected,
            figures={"odds": round(found.odds, 1)},
        )
        (is_new,) = await self._store.commit((fact,))
        if not is_new:  # another node was faster
            return ()
        self._open[fact.incident_id] = _Open(
            fact.incident_id, place, kind, now, dict.fromkeys(affected, now), routers=len(ids)
        )
        self._metrics.incident_opened(kind)
        log.warning(
            "actions.incident_opened",
            incident=fact.incident_id,
            kind=kind,
            basis=place.basis,
            place=place.name,
            routers=len(ids),
            affected=len(affected),
            first=affected[:_LISTED],
            odds=round(found.odds, 1),
        )
        return ids

    # --- following and closing ------------------------------------------------------------------

    async def _adopt(self) -> None:
        """Take over incidents that another node or an earlier run opened; drop those closed."""
        rows = (await self._store.incidents()).items
        for incident_id in self._open.keys() - {row.incident_id for row in rows}:
            del self._open[incident_id]
        for row in rows:
            if row.incident_id not in self._open:
                members = await self._store.incident_members(row.incident_id)
                self._open[row.incident_id] = _Open(
                    row.incident_id,
                    Place(row.basis, row.place),
                    row.kind,
                    row.opened_at,
                    {member.router_id: member.joined_at for member in members if member.affected},
                    routers=row.routers,
                )

    async def _follow(self, each: _Open, now: float) -> Sequence[str]:
        """Take in who is lost since; close the incident when it is over."""
        ids, siblings = self._roll.siblings(each.place)
        if each.kind == "offline":
            await self._grow(each, ids, siblings, now)
        held = self._held(each, dict(zip(ids, siblings, strict=True)), now)
        if held > self._settings.close_share * len(each.joined):
            each.calm_since = None
        elif each.calm_since is None:
            each.calm_since = now
        calm = each.calm_since is not None and now - each.calm_since >= self._settings.close_after
        if not calm and now - each.opened_at < self._settings.longest:
            return ()
        fact = IncidentClosed(at=now, incident_id=each.incident_id)
        await self._store.commit((fact,))
        self._open.pop(each.incident_id, None)
        self._stirred.pop(each.place, None)
        log.warning(
            "actions.incident_closed",
            incident=each.incident_id,
            place=each.place.name,
            still_away=held,
            minutes=round((now - each.opened_at) / 60),
        )
        return ids

    def _held(self, each: _Open, known: Mapping[str, Sibling], now: float) -> int:
        """How many of the affected the incident still holds."""
        hold = self._settings.close_after
        return sum(
            is_held(each.kind, known[router_id], joined, now, hold)
            for router_id, joined in each.joined.items()
            if router_id in known
        )

    async def _grow(
        self, each: _Open, ids: Sequence[str], siblings: Sequence[Sibling], now: float
    ) -> None:
        lost = (ids[index] for index in silence(siblings, now, self._settings).indices)
        known = dict(zip(ids, siblings, strict=True))
        more = tuple(
            router_id
            for router_id in lost
            if router_id not in each.joined
            or not is_held("offline", known[router_id], each.joined[router_id], now, 0.0)
        )
        if not more:
            return
        fact = IncidentGrew(at=now, incident_id=each.incident_id, affected=more)
        await self._store.commit((fact,))
        each.joined.update(dict.fromkeys(more, now))

    # --- for the diagnosis ----------------------------------------------------------------------

    def _keep_states(self, now: float) -> None:
        """The course of places that have an incident, or had one in the last hours."""
        open_now = {each.place: each for each in self._open.values()}
        for place in (*open_now, *(self._courses.keys() - open_now.keys())):
            each, course = open_now.get(place), self._courses.get(place)
            if each is not None:
                self._ill_at[place] = now
            elif now - self._ill_at[place] > KEPT * EVERY:
                del self._courses[place], self._ill_at[place]
                continue
            if course is not None and each is None and now - course.newest.at < EVERY:
                continue
            state = self._state(place, each, now)
            if course is None:
                self._courses[place] = Course(state)
            else:
                course.take(state)

    def _state(self, place: Place, each: _Open | None, now: float) -> SegmentState:
        ids, siblings = self._roll.siblings(place)
        if each is None:
            return state_of(siblings, now, sum(due(s, self._settings) < now for s in siblings))
        held = self._held(each, dict(zip(ids, siblings, strict=True)), now)
        return state_of(siblings, now, held if each.kind == "offline" else 0)
