"""How soon an incident is noticed and how often one is imagined, over made-up segments.

Only who can be reached is simulated: routers inform at intervals, are switched off now and then,
come or do not come when they are asked, and lose their line together in an incident. What an
incident is, the daemon's own rules decide.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec
import numpy as np

from acs.actions.incident_settings import IncidentSettings
from acs.actions.incidents import Sibling, opens, whom_to_ask
from diagnostics.context import Context, SegmentState
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample
from diagnostics.thresholds import Thresholds

_MINUTE, _HOUR, _DAY, _WEEK = 60.0, 3600.0, 86_400.0, 7 * 86_400.0
_PER = 100_000
_FEWEST = 3
_NOTICE = 4 * _HOUR
_NEVER = float("-inf")


class Fleet(NamedTuple):
    """How reachable routers are; proposed, after the downtimes of [BISmark].

    Attributes:
        inform: seconds between two Informs.
        downtimes: a router has in a day, mean.
        downtime: median length of one, seconds.
        unplugged: share of downtimes that end with a boot.
        nightly: share of households that switch off at night.
        reachable: share of routers that a connection request gets to.
        deaf: share of such requests that get nowhere though all is well.
        misplaced: share of routers that hang elsewhere than the topology says.
    """

    inform: float = _HOUR
    downtimes: float = 0.15
    downtime: float = 1800.0
    unplugged: float = 0.5
    nightly: float = 0.01
    reachable: float = 0.7
    deaf: float = 0.03
    misplaced: float = 0.04


class Detection(msgspec.Struct, frozen=True):
    """What was found; times in minutes.

    Attributes:
        incidents: how many were simulated.
        median: from the loss of the line to the incident being known; None if most were missed.
        late: the same for the slowest tenth.
        missed: share that was not noticed within four hours.
        by_diagnosis: median time until a verdict on an affected router says ``incident``.
        imagined: incidents that were none, per 100,000 routers and week.
        routers: routers simulated on ordinary days.
    """

    incidents: int
    median: float | None
    late: float | None
    missed: float
    by_diagnosis: float | None
    imagined: float
    routers: int


class _Router(NamedTuple):
    """One router: its phase, when it is away, whether each time ends with a boot."""

    phase: float
    away: list[tuple[float, float, bool]]
    can_be_asked: bool


class _Segment:
    """Routers of one segment, whom the daemon's rules watch."""

    def __init__(
        self,
        fleet: Fleet,
        routers: Sequence[_Router],
        settings: IncidentSettings,
        rng: np.random.Generator,
    ) -> None:
        self._fleet, self._routers, self._settings, self._rng = fleet, routers, settings, rng
        self._asked: dict[int, float] = {}
        self._came: dict[int, float] = {}
        self._looks: list[float] = []

    def looks(self, first: float, last: float) -> Iterator[tuple[float, list[Sibling]]]:
        """What is known each time that something may have become known, in order."""
        for router in self._routers:
            for begin, end, boots in router.away:
                missed = self._informed(router, begin) + self._fleet.inform
                if missed + self._settings.late < end:
                    heappush(self._looks, missed + self._settings.late + 1)
                if boots:
                    heappush(self._looks, end + 1)
        while self._looks and (now := heappop(self._looks)) < last:
            if now < first:
                continue
            siblings = [self._sibling(index, now) for index in range(len(self._routers))]
            yield now, siblings
            asked = whom_to_ask(siblings, now, self._settings)
            for index in asked:
                self._ask(index, now)
            if asked:
                heappush(self._looks, now + self._settings.probe_within + 1)

    def _ask(self, index: int, now: float) -> None:
        self._asked[index] = now
        router = self._routers[index]
        if self._last_away(router, now)[1] <= now and self._rng.random() >= self._fleet.deaf:
            self._came[index] = now + 1

    def _sibling(self, index: int, now: float) -> Sibling:
        router = self._routers[index]
        begin, end, boots = self._last_away(router, now)
        if now < end:
            heard, booted = self._informed(router, begin), None
        else:
            heard, booted = max(self._informed(router, now), end), end if boots else None
        heard = max(heard, self._came.get(index, _NEVER))
        asked = self._asked.get(index)
        every = self._fleet.inform
        return Sibling(heard, heard + every, every, booted, None, asked, router.can_be_asked)

    def _informed(self, router: _Router, at: float) -> float:
        """Its last periodic Inform before a time at which it is there."""
        every = self._fleet.inform
        return at - (at - router.phase) % every

    def _last_away(self, router: _Router, now: float) -> tuple[float, float, bool]:
        past = (each for each in router.away if each[0] <= now)
        return max(past, default=(_NEVER, _NEVER, False))


def detect(
    fleet: Fleet,
    settings: IncidentSettings,
    thresholds: Thresholds,
    rng: np.random.Generator,
    *,
    incidents: int = 300,
    segments: int = 400,
) -> Detection:
    """Simulate ``incidents`` incidents, and a week without any in ``segments`` segments."""
    by_rules, by_verdict = [], []
    for _ in range(incidents):
        rules, verdict = _incident(fleet, settings, thresholds, rng)
        by_rules.append(rules)
        by_verdict.append(verdict)
    imagined, routers = 0, 0
    for _ in range(segments):
        size = _size(rng)
        routers += size
        imagined += _imagined(fleet, size, settings, rng)
    times = np.sort(by_rules)
    return Detection(
        incidents=incidents,
        median=_minutes(float(np.median(times))),
        late=_minutes(float(times[int(0.9 * incidents)])),
        missed=float(np.isinf(times).mean()),
        by_diagnosis=_minutes(float(np.median(by_verdict))),
        imagined=imagined * _PER / max(1, routers),
        routers=routers,
    )


def _minutes(seconds: float) -> float | None:
    return None if np.isinf(seconds) else seconds / _MINUTE


def _size(rng: np.random.Generator) -> int:
    return int(np.clip(rng.lognormal(3.6, 0.6), 6, 256))


def _ordinary(fleet: Fleet, size: int, rng: np.random.Generator) -> list[_Router]:
    """A week of one segment's routers."""
    routers = []
    for _ in range(size):
        rate = fleet.downtimes * rng.gamma(0.7, 1 / 0.7)
        begins = np.sort(rng.random(rng.poisson(7 * rate)) * _WEEK)
        away = [
            (begin, begin + rng.lognormal(np.log(fleet.downtime), 1.4), bool(boots))
            for begin, boots in zip(
                begins.tolist(), rng.random(len(begins)) < fleet.unplugged, strict=True
            )
        ]
        if rng.random() < fleet.nightly:
            nights = np.arange(7) * _DAY + rng.normal(0, _HOUR)
            away += [(night, night + 7 * _HOUR, True) for night in nights.tolist()]
        phase = rng.random() * fleet.inform
        routers.append(_Router(phase, away, bool(rng.random() < fleet.reachable)))
    return routers


def _imagined(fleet: Fleet, size: int, settings: IncidentSettings, rng: np.random.Generator) -> int:
    segment = _Segment(fleet, _ordinary(fleet, size, rng), settings, rng)
    begun, is_open = 0, False
    for now, siblings in segment.looks(0.0, _WEEK):
        found = opens(siblings, now, settings) is not None
        begun += found and not is_open
        is_open = found
    return begun


def _incident(
    fleet: Fleet, settings: IncidentSettings, thresholds: Thresholds, rng: np.random.Generator
) -> tuple[float, float]:
    """Seconds from the loss of many lines to the rules' and to a verdict's knowing of it."""
    size = _size(rng)
    onset = _DAY + rng.random() * 5 * _DAY
    affected = max(_FEWEST, int(rng.uniform(0.15, 1) * size))
    routers = _ordinary(fleet, size, rng)
    for number in range(affected):
        if number < _FEWEST or rng.random() >= fleet.misplaced:
            routers[number].away.append((onset, onset + _NOTICE, False))
    segment = _Segment(fleet, routers, settings, rng)
    by_rules = by_verdict = np.inf
    for now, siblings in segment.looks(onset - settings.span, onset + _NOTICE):
        if now < onset:
            continue
        if opens(siblings, now, settings) is not None:
            by_rules = min(by_rules, now - onset)
            if np.isinf(by_verdict) and _says_incident(siblings, now, settings, thresholds):
                by_verdict = now - onset
    return float(by_rules), float(by_verdict)


@cache
def _window() -> History:
    """A healthy router's last day."""
    return History.from_samples(
        Sample(at=hour * _HOUR, values={"sys.uptime": 9 * _DAY + hour * _HOUR})
        for hour in range(1, 25)
    )


def _says_incident(
    siblings: Sequence[Sibling], at: float, settings: IncidentSettings, thresholds: Thresholds
) -> bool:
    found = opens(siblings, at, settings)
    offline = 0 if found is None else found[1].affected
    now = _DAY + _HOUR
    state = SegmentState(at=now, routers=len(siblings), offline=offline)
    context = Context(segment="s", segment_history=(state,))
    return diagnose(_window(), context, thresholds, now).action == "incident"
