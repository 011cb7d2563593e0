"""Who was heard when, by place: what incidents are found from. In memory, fed from stored rows.

No rules of what an incident is, and no I/O.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple, Protocol

from acs.actions.incident_settings import IncidentSettings
from acs.actions.incidents import BOOT_SPAN, ERROR_SPAN, Basis, Elsewhere, Sibling

_SAME = 0.1  # two gaps between Informs are the same interval if they differ by less than this share
_SHORTEST = 30.0  # seconds; a router informs in bursts, too
_LONGEST = 2 * 86_400.0
_ENOUGH = 50  # routers elsewhere that can say what is usual just now
_WELL = (None, "none", "incident")  # an incident's own verdict is no error of the router
_IPV4 = 4
_NEVER = float("-inf")


class Place(NamedTuple):
    """A segment of the topology, or an IP prefix where that is unknown."""

    basis: Basis
    name: str


def prefix_of(address: str, settings: IncidentSettings) -> str | None:
    """The IP prefix that an address is in; None when it is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    length = settings.prefix_v4 if found.version == _IPV4 else settings.prefix_v6
    return str(ip_network((found, length), strict=False))


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


class _Member:
    __slots__ = (
        "address",
        "asked_at",
        "booted_at",
        "can_be_asked",
        "entered",
        "erred_at",
        "every",
        "gap",
        "heard_at",
        "is_missed",
        "place",
    )

    def __init__(self) -> None:
        self.place: Place | None = None
        self.address = ""
        self.heard_at = _NEVER
        self.every: float | None = None
        self.gap = 0.0
        self.booted_at: float | None = None
        self.erred_at: float | None = None
        self.asked_at: float | None = None
        self.can_be_asked = False
        self.is_missed = False
        self.entered = _NEVER  # of its entries among those due the one at this time counts


class _Recent:
    """When and where something happened, within a span."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._all: deque[tuple[float, Place]] = deque()
        self._counts: Counter[Place] = Counter()

    def add(self, at: float, place: Place) -> None:
        self._all.append((at, place))
        self._counts[place] += 1

    def others(self, place: Place, now: float) -> int:
        """How often it happened lately in other places."""
        while self._all and self._all[0][0] < now - self._span:
            _, gone = self._all.popleft()
            self._counts[gone] -= 1
            if not self._counts[gone]:
                del self._counts[gone]
        return len(self._all) - self._counts[place]


class Roll:
    """The roll of all enrolled routers.

    Args:
        settings: of incidents.
        unknown: seconds after which a router of unknown interval is taken for missed.
        since: from when on was listened for routers; what was missed before says nothing.
    """

    def __init__(self, settings: IncidentSettings, unknown: float, since: float) -> None:
        self._settings, self._unknown, self._since = settings, unknown, since
        self._members: dict[str, _Member] = {}
        self._places: defaultdict[Place, dict[str, None]] = defaultdict(dict)
        self._due: list[tuple[float, str]] = []
        self._learned: dict[str, float] = {}
        self._lost = _Recent(settings.span)
        self._boots, self._errors = _Recent(BOOT_SPAN), _Recent(ERROR_SPAN)

    def __len__(self) -> int:
        return len(self._members)

    def listen_anew(self, since: float) -> None:
        """Nobody listened for a while: every router is given its interval again."""
        self._since = since

    def take(self, rows: Iterable[Attended]) -> set[Place]:
        """Enter what is stored; the places in which routers booted or came into error with it."""
        stirred: set[Place] = set()
        for row in rows:
            member = self._members.get(row.router_id)
            is_new = member is None
            if member is None:
                member = self._members[row.router_id] = _Member()
            if row.every is not None and member.every is None:
                member.every = row.every
            if row.can_be_asked is not None:
                member.can_be_asked = row.can_be_asked
            self._move(row, member)
            self._heard(row.router_id, member, row.last_inform_at)
            if is_new:
                self._enter(row.router_id, member)
            if self._stir(row, member) and not is_new and member.place is not None:
                stirred.add(member.place)
        return stirred

    def keep_only(self, ids: set[str]) -> None:
        """Forget all other routers."""
        for router_id in self._members.keys() - ids:
            self._leave(router_id, self._members.pop(router_id))

    def missed(self, now: float) -> set[Place]:
        """The places of routers whose Inform has come to be missed since this was last asked."""
        found: set[Place] = set()
        while self._due and self._due[0][0] < now:
            entered, router_id = heappop(self._due)
            member = self._members.get(router_id)
            if member is None or member.entered != entered:
                continue
            at = self._due_at(member)
            if at >= now:
                self._enter(router_id, member)
                continue
            member.is_missed = True  # it is entered again when it is heard
            if member.place is not None and at > now - self._settings.span:
                found.add(member.place)
                self._lost.add(at, member.place)
        return found

    def elsewhere(self, place: Place, now: float) -> Elsewhere:
        """What the routers of all other places did lately; nothing, when they are too few."""
        others = len(self._members) - len(self._places.get(place, ()))
        if others < _ENOUGH:
            return Elsewhere()
        counts = (recent.others(place, now) for recent in (self._lost, self._boots, self._errors))
        return Elsewhere(*(count / others for count in counts))

    def asked(self, router_id: str, now: float) -> None:
        """A router was asked for a session because of a suspicion."""
        self._members[router_id].asked_at = now

    def place_of(self, router_id: str) -> Place | None:
        """Where a router belongs; None when it is not known."""
        member = self._members.get(router_id)
        return None if member is None else member.place

    def siblings(self, place: Place) -> tuple[Sequence[str], Sequence[Sibling]]:
        """The routers of a place and what is known of each, in one order."""
        ids = list(self._places.get(place, ()))
        return ids, [self.sibling(router_id) for router_id in ids]

    def sibling(self, router_id: str) -> Sibling:
        """What is known of one router.

        Raises:
            KeyError: nothing is.
        """
        member = self._members[router_id]
        return Sibling(
            member.heard_at,
            self._expected_at(member),
            self._every(member),
            member.booted_at,
            member.erred_at,
            member.asked_at,
            member.can_be_asked,
        )

    def _move(self, row: Attended, member: _Member) -> None:
        """Put it where it belongs; its address only matters where no segment is known."""
        place = member.place
        if row.segment is not None:
            place = Place("segment", row.segment)
        elif row.address != member.address or place is None or place.basis == "segment":
            place = self._prefix(row.address)
        member.address = row.address
        if place == member.place:
            return
        self._leave(row.router_id, member)
        member.place = place
        if place is not None:
            self._places[place][row.router_id] = None

    def _leave(self, router_id: str, member: _Member) -> None:
        if member.place is not None:
            here = self._places[member.place]
            here.pop(router_id, None)
            if not here:
                del self._places[member.place]

    def _prefix(self, address: str) -> Place | None:
        name = prefix_of(address, self._settings)
        return None if name is None else Place("prefix", name)

    def _heard(self, router_id: str, member: _Member, at: float | None) -> None:
        """Take the time of its last Inform; two gaps of one length show how often it informs."""
        if at is not None and at > member.heard_at:
            gap, member.heard_at = at - member.heard_at, at
            if _SHORTEST <= gap < _LONGEST:
                every = member.every
                is_other = every is None or abs(gap - every) > _SAME * every
                if is_other and abs(gap - member.gap) <= _SAME * gap:
                    self._learned[router_id] = member.every = round(gap)
                    self._enter(router_id, member)
                member.gap = gap
            if member.is_missed:
                member.is_missed = False
                self._enter(router_id, member)

    def _enter(self, router_id: str, member: _Member) -> None:
        """Enter it among those due; an earlier entry counts no more."""
        member.entered = self._due_at(member)
        heappush(self._due, (member.entered, router_id))

    def _stir(self, row: Attended, member: _Member) -> bool:
        """Take boot and verdict; whether the router has just booted or come into error."""
        erred = None if row.verdict in _WELL else row.verdict_since
        has_booted = row.own_boot_at is not None and row.own_boot_at != member.booted_at
        has_erred = erred is not None and member.erred_at is None
        if has_booted:
            member.booted_at = row.own_boot_at
        if erred is None or has_erred:
            member.erred_at = erred
        if member.place is not None:
            if has_booted and member.booted_at is not None:
                self._boots.add(member.booted_at, member.place)
            if has_erred and erred is not None:
                self._errors.add(erred, member.place)
        return has_booted or has_erred

    def _expected_at(self, member: _Member) -> float:
        return max(member.heard_at, self._since) + self._every(member)

    def _due_at(self, member: _Member) -> float:
        return self._expected_at(member) + self._settings.late

    def _every(self, member: _Member) -> float:
        return self._unknown if member.every is None else member.every

    def learned(self) -> dict[str, float]:
        """Intervals that were learned since this was last asked, seconds by router."""
        found, self._learned = self._learned, {}
        return found
