"""Whether two devices share one identity: where each router speaks from, and since when it runs.

Nothing is decided about the router here: what is found becomes a fact.
"""

from collections import OrderedDict, deque
from collections.abc import Callable

import msgspec

from acs.facts import Informed, Noted
from acs.storage.identities import FLAPPING

_KNOWN = 100_000  # routers remembered
_SUSPECTS = 10_000
_WINDOW = 3600.0  # evidence older than this is none
_ENOUGH = 3
_AGAIN = 3600.0  # between two records of one router
_SHARED_AGAIN = 86_400.0  # the same, of a serial number that is known to be shared
_SKEW = 300.0  # seconds that boot times may differ by which are computed from one uptime
_SPEAKING = 10.0  # a session whose last word is older may be a dead connection's
_SIGHTINGS = 8


class _Sighting(msgspec.Struct, frozen=True):
    """A router seen in a place: address and ConnectionRequestURL together.

    ``booted`` is when it last started, on our own clock, if its Inform says.
    """

    at: float
    place: int
    address: str
    url: str
    booted: float | None


class _Suspect:
    """A router that spoke from several places of late, and what speaks for two devices."""

    __slots__ = ("evidence", "sightings")

    def __init__(self) -> None:
        self.sightings: deque[_Sighting] = deque(maxlen=_SIGHTINGS)
        self.evidence: deque[float] = deque(maxlen=2 * _ENOUGH)


class Identities:
    """Watches Informs for an identity that goes to and fro between devices.

    A router that merely got another address does not return to the one before. Pieces of evidence
    are: a return to a place, unless uptimes are known or the connection-request URL is the same; an
    uptime that began before the one last told from elsewhere, which counts as two; a session that
    begins while one is spoken in from elsewhere. Three pieces in an hour make the fact
    ``identity_flapping``; a serial number that is known to be shared makes it at once.

    Args:
        now: Unix seconds, for facts.
        seconds: a clock that never goes back.
        shares_serial: whether a serial number is known to be shared.
        record: takes a fact that no answer waits for.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        seconds: Callable[[], float],
        shares_serial: Callable[[str], bool],
        record: Callable[[Noted], None],
    ) -> None:
        self._now = now
        self._seconds = seconds
        self._shares_serial = shares_serial
        self._record = record
        self._known: dict[str, int] = {}  # places
        self._suspects: OrderedDict[str, _Suspect] = OrderedDict()
        self._recorded: OrderedDict[str, float] = OrderedDict()

    def knows(self, router_id: str) -> bool:
        """Whether the router has informed here before, whoever it is."""
        return router_id in self._known

    def informed(self, fact: Informed) -> None:
        """An Inform was committed."""
        router_id = fact.router_id
        place = hash((fact.address, fact.connection_request_url))
        before = self._known.get(router_id)
        if before == place:
            return
        if before is None:
            self._first(fact, place)
        else:
            self._known[router_id] = place
            self._moved(fact, before, place)

    def overlapped(self, router_id: str, idle: float) -> None:
        """A session begins while one is live from another address, ``idle`` seconds silent."""
        if idle <= _SPEAKING:
            suspect = self._suspect(router_id)
            suspect.evidence.append(self._seconds())
            self._weigh(router_id, suspect)

    def _first(self, fact: Informed, place: int) -> None:
        if self._shares_serial(fact.device.serial_number):
            # Not remembered, so that each Inform comes by here: the fact is renewed while it lasts.
            self._report(fact.router_id, {"serial": fact.device.serial_number}, _SHARED_AGAIN)
            return
        self._known[fact.router_id] = place
        if len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]

    def _moved(self, fact: Informed, before: int, place: int) -> None:
        now = self._seconds()
        suspect = self._suspect(fact.router_id)
        seen = suspect.sightings
        while seen and now - seen[0].at > _WINDOW:
            seen.popleft()
        if not seen:
            seen.append(_Sighting(now, before, "", "", None))
        uptime = fact.vitals.get("sys.uptime")
        booted = now - uptime if isinstance(uptime, int | float) else None
        here = _Sighting(now, place, fact.address, fact.connection_request_url, booted)
        last = seen[-1]
        if last.address == here.address and not (last.url and here.url):
            return  # some Informs come without the URL
        pieces = _pieces(seen, here)
        seen.append(here)
        if pieces:
            suspect.evidence.extend([now] * pieces)
            self._weigh(fact.router_id, suspect)

    def _suspect(self, router_id: str) -> _Suspect:
        suspect = self._suspects.get(router_id)
        if suspect is None:
            suspect = self._suspects[router_id] = _Suspect()
            if len(self._suspects) > _SUSPECTS:
                self._suspects.popitem(last=False)
        return suspect

    def _weigh(self, router_id: str, suspect: _Suspect) -> None:
        now, evidence = self._seconds(), suspect.evidence
        while evidence and now - evidence[0] > _WINDOW:
            evidence.popleft()
        if len(evidence) >= _ENOUGH:
            addresses = sorted({sighting.address for sighting in suspect.sightings} - {""})
            self._report(router_id, {"addresses": addresses}, _AGAIN)

    def _report(self, router_id: str, detail: dict[str, object], again: float) -> None:
        now = self._seconds()
        last = self._recorded.get(router_id)
        if last is not None and now - last < again:
            return
        self._recorded[router_id] = now
        self._recorded.move_to_end(router_id)
        if len(self._recorded) > _SUSPECTS:
            self._recorded.popitem(last=False)
        self._record(Noted(router_id=router_id, at=self._now(), kind=FLAPPING, detail=detail))


def _pieces(seen: deque[_Sighting], here: _Sighting) -> int:
    """How much a sighting says for two devices; ``seen`` are those before, newest last."""
    last = seen[-1]
    if last.booted is not None and here.booted is not None:
        # One device may start again on its way, but it cannot have run before it started.
        return 2 if here.booted < last.booted - _SKEW else 0
    if here.url and here.url == last.url:  # one device behind an address translator's many
        return 0
    return int(any(sighting.place == here.place for sighting in seen))
