"""How soon an incident is noticed and how often one is imagined, over made-up segments.

Only who can be reached is simulated: routers inform at intervals, are switched off now and then,
and lose their line together in an incident. What an incident is, the daemon's own board decides.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np

from acs.actions.segments import SegmentBoard
from acs.actions.settings import ActionSettings, GuardSettings
from diagnostics.context import Context, SegmentState
from diagnostics.engine import diagnose
from diagnostics.history import History
from diagnostics.sample import Sample
from diagnostics.thresholds import Thresholds

_MINUTE, _HOUR, _DAY, _WEEK = 60.0, 3600.0, 86_400.0, 7 * 86_400.0
_PER = 100_000
_FEWEST = 3
_NOTICE = 4 * _HOUR


class Fleet(NamedTuple):
    """How reachable routers are; proposed, after the downtimes of [BISmark].

    Attributes:
        inform: seconds between two Informs.
        offline_after: seconds of silence after which the daemon counts a router as offline.
        downtimes: a router has in a day, mean.
        downtime: median length of one, seconds.
        nightly: share of households that switch off at night.
    """

    inform: float = _HOUR
    offline_after: float = ActionSettings().offline_after
    downtimes: float = 0.15
    downtime: float = 1800.0
    nightly: float = 0.01


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


class _Counts(NamedTuple):
    segment: str
    routers: int
    offline: int
    in_error: int
    boots_10min: int


def detect(
    fleet: Fleet,
    guards: GuardSettings,
    thresholds: Thresholds,
    rng: np.random.Generator,
    *,
    incidents: int = 300,
    segments: int = 400,
) -> Detection:
    """Simulate ``incidents`` incidents, and a week without any in ``segments`` segments."""
    by_board, by_verdict = [], []
    for _ in range(incidents):
        board, verdict = _incident(fleet, guards, thresholds, rng)
        by_board.append(board)
        by_verdict.append(verdict)
    imagined, routers = 0, 0
    for _ in range(segments):
        size = _size(rng)
        routers += size
        imagined += _imagined(_ordinary(fleet, size, rng), size, guards)
    times = np.sort(by_board)
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


def _silences(
    begin: float, end: float, fleet: Fleet, rng: np.random.Generator
) -> tuple[float, float]:
    """When the daemon counts a router as offline that cannot be reached from begin to end."""
    last = begin - rng.random() * fleet.inform
    return last + fleet.offline_after, end


def _ordinary(fleet: Fleet, size: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Times over a week in which routers of one segment count as offline."""
    silences = []
    for _ in range(size):
        rate = fleet.downtimes * rng.gamma(0.7, 1 / 0.7)
        for begin in rng.random(rng.poisson(7 * rate)) * _WEEK:
            length = rng.lognormal(np.log(fleet.downtime), 1.4)
            silences.append(_silences(begin, begin + length, fleet, rng))
        if rng.random() < fleet.nightly:
            nights = np.arange(7) * _DAY + rng.normal(0, _HOUR)
            silences += [_silences(at, at + 7 * _HOUR, fleet, rng) for at in nights]
    return [(begin, end) for begin, end in silences if end > begin]


def _changes(silences: list[tuple[float, float]]) -> Iterator[tuple[float, int]]:
    """The number that counts as offline, each time it changes."""
    steps = sorted([(begin, 1) for begin, _ in silences] + [(end, -1) for _, end in silences])
    offline = 0
    for at, step in steps:
        offline += step
        yield at, offline


def _imagined(silences: list[tuple[float, float]], size: int, guards: GuardSettings) -> int:
    board, begun = SegmentBoard(guards), 0
    for at, offline in _changes(silences):
        changed = board.update([_Counts("s", size, offline, 0, 0)], at)
        begun += bool(changed and board.incidents())
    return begun


def _incident(
    fleet: Fleet, guards: GuardSettings, thresholds: Thresholds, rng: np.random.Generator
) -> tuple[float, float]:
    """Seconds from the loss of many lines to the board's and to a verdict's knowing of it."""
    size = _size(rng)
    onset = _DAY + rng.random() * 5 * _DAY
    affected = max(_FEWEST, int(rng.uniform(0.15, 1) * size))
    silences = _ordinary(fleet, size - affected, rng)
    silences += [_silences(onset, onset + _NOTICE, fleet, rng) for _ in range(affected)]
    board, by_board, by_verdict = SegmentBoard(guards), np.inf, np.inf
    for at, offline in _changes(silences):
        board.update([_Counts("s", size, offline, 0, 0)], at)
        if not onset <= at < onset + _NOTICE:
            continue
        if board.incidents():
            by_board = min(by_board, at - onset)
        if np.isinf(by_verdict) and _says_incident(size, offline, thresholds):
            by_verdict = at - onset
    return by_board, by_verdict


@cache
def _window() -> History:
    """A healthy router's last day."""
    return History.from_samples(
        Sample(at=hour * _HOUR, values={"sys.uptime": 9 * _DAY + hour * _HOUR})
        for hour in range(1, 25)
    )


def _says_incident(routers: int, offline: int, thresholds: Thresholds) -> bool:
    now = _DAY + _HOUR
    state = SegmentState(at=now, routers=routers, offline=offline)
    context = Context(segment="s", segment_history=(state,))
    return diagnose(_window(), context, thresholds, now).action == "incident"
