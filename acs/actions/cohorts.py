"""Whether one firmware of a model is worse than another, from counts of routers. Pure.

Rates are Beta-binomial, shrunk to the model's common rate (Gelman and others, Bayesian Data
Analysis, 3rd edition, 2.4 and 5.3). What is tested is the posterior probability that the firmware
is not worse, for 2x2 tables the kin of Fisher's one-sided p (Altham 1969, J. R. Stat. Soc. B 31,
261-269). All comparisons of one sweep are one family (Holm 1979, Scand. J. Stat. 6, 65-70). The
fleet is compared every hour, and the counts of one hour are nearly those of the next: so the
chance that is allowed for is small, and a finding that stands falls only when the data turn.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from acs.actions.cohort_settings import CohortSettings
from acs.actions.worth import Beta, Count, shrunk
from acs.storage.cohort_rows import DayCounts, FindingRow, Firmware, Relapse
from diagnostics.context import FirmwareMeasure

_POINTS = 2001
_REACH = 12.0  # standard deviations beyond which a rate cannot lie
_TURNED = 0.1  # probability of not being worse from which a finding is dropped
_STANDING = 1.2  # ratio of the rates below which it is, too
_Numbers = NDArray[np.float64]


class Exposure(NamedTuple):
    """Routers of one firmware whose outcome is known, and those that it hit."""

    hit: int
    of: int


class Course(msgspec.Struct):
    """What is known of one firmware.

    Attributes:
        since: the first day it was seen on; infinite: only in outcomes.
        measured: by measure; only what there is enough of to compare.
        also_told: trouble, with routers that are to have other firmware counted as well.
    """

    since: float = float("inf")
    measured: dict[FirmwareMeasure, Exposure] = {}
    also_told: Exposure | None = None


class Found(NamedTuple):
    """That a firmware is worse than another by a measure."""

    firmware: Firmware
    measure: FirmwareMeasure
    here: Exposure
    better: str
    there: Exposure
    chance: float


class Relapses:
    """Counts relapses, page by page in order of router and command.

    A router counts once for a firmware, by its first reboot that helped: those that relapse are
    rebooted more often.

    Attributes:
        counts: routers by firmware and measure.
    """

    def __init__(self, pages: Iterable[Relapse] = ()) -> None:
        self.counts: dict[tuple[Firmware, FirmwareMeasure], Exposure] = {}
        self._router_id = ""
        self._seen: set[Firmware] = set()
        self.take(pages)

    def take(self, page: Iterable[Relapse]) -> None:
        """Count some more."""
        for relapse in page:
            if relapse.router_id != self._router_id:
                self._router_id, self._seen = relapse.router_id, set()
            if relapse.firmware not in self._seen:
                self._seen.add(relapse.firmware)
                self._count(relapse.firmware, "relapse_1d", back=relapse.day)
                self._count(relapse.firmware, "relapse_7d", back=relapse.week)

    def _count(self, firmware: Firmware, measure: FirmwareMeasure, *, back: bool | None) -> None:
        if back is not None:
            hit, of = self.counts.get((firmware, measure), (0, 0))
            self.counts[firmware, measure] = Exposure(hit + back, of + 1)


def courses(
    days: Iterable[DayCounts], relapses: Relapses, settings: CohortSettings
) -> dict[Firmware, Course]:
    """What is known of each firmware.

    Days with trouble are of the same routers again and again, so that they count as the share of
    time with trouble, times the routers of a day.

    Args:
        days: router-days.
        relapses: all of them.
        settings: how much is enough.
    """
    known: defaultdict[Firmware, Course] = defaultdict(Course)
    for each in days:
        course = known[each.firmware]
        course.since = each.first_day
        routers = round(each.routers / each.days)
        if each.days >= settings.least_days and routers >= settings.least_routers:
            share = routers / each.routers
            course.measured["ill"] = Exposure(round(each.ill * share), routers)
            course.also_told = Exposure(round((each.ill + each.told) * share), routers)
    for (firmware, measure), count in relapses.counts.items():
        if count.of >= settings.least_routers:
            known[firmware].measured[measure] = count
    return dict(known)


def worse(known: Mapping[Firmware, Course], settings: CohortSettings) -> list[Found]:
    """Each firmware that is worse than another one of its model, once for each measure.

    Of several better ones the one that ran directly before it is named, else the best.
    """
    tests = list(_compared(known, settings))
    candidates = [found for found in tests if found is not None]
    sure: defaultdict[tuple[Firmware, FirmwareMeasure], list[Found]] = defaultdict(list)
    for rank, found in enumerate(sorted(candidates, key=lambda found: found.chance)):
        if found.chance > settings.chance / (len(tests) - rank):
            break
        sure[found.firmware, found.measure].append(found)
    return [_named(group, known) for group in sure.values()]


def _compared(known: Mapping[Firmware, Course], settings: CohortSettings) -> Iterable[Found | None]:
    """All comparisons; None where the rates are too near, which is a comparison all the same."""
    models: defaultdict[tuple[str, str, FirmwareMeasure], dict[Firmware, Exposure]]
    models = defaultdict(dict)
    for firmware, course in known.items():
        for measure, side in course.measured.items():
            models[firmware.manufacturer, firmware.model, measure][firmware] = side
    for (_, _, measure), sides in models.items():
        common = _sum(sides.values())
        for (firmware, here), (other, there) in permutations(sides.items(), 2):
            if not _matters(here, there, common, settings):
                yield None
                continue
            chance = not_worse(here, there, common, settings)
            yield Found(firmware, measure, here, other.version, there, chance)


def _sum(sides: Iterable[Exposure]) -> Exposure:
    hits, routers = zip(*sides, strict=True)
    return Exposure(sum(hits), sum(routers))


def rate(side: Exposure, common: Exposure, settings: CohortSettings) -> Beta:
    """A firmware's rate, shrunk to the common one of its model."""
    count, parent = Count(side.of, side.hit), Count(common.of, common.hit)
    return shrunk(count, parent, settings.shrinkage)


def not_worse(here: Exposure, there: Exposure, common: Exposure, settings: CohortSettings) -> float:
    """Posterior probability that the rate here is not above the one there."""
    return not_above(rate(here, common, settings), rate(there, common, settings))


def _matters(here: Exposure, there: Exposure, common: Exposure, settings: CohortSettings) -> bool:
    mine, other = rate(here, common, settings).mean, rate(there, common, settings).mean
    return mine >= settings.ratio * other and mine - other >= settings.difference


def _named(group: Sequence[Found], known: Mapping[Firmware, Course]) -> Found:
    """Of several better firmwares the one to name."""
    firmware = group[0].firmware

    def since(found: Found) -> float:
        return known[firmware._replace(version=found.better)].since

    before = [found for found in group if since(found) < known[firmware].since]
    if before:
        return max(before, key=since)
    return min(group, key=lambda found: found.there.hit / found.there.of)


def still_stands(
    row: FindingRow, known: Mapping[Firmware, Course], settings: CohortSettings
) -> bool:
    """Whether a finding holds, by what is known now.

    It falls when nobody has the firmware any more, or when the data turn. Routers that are to have
    other firmware are in trouble still: the finding itself has made that their verdict, and is no
    reason for it to fall. Where there is too little to compare (nobody reboots them any more, or
    nobody has the better one), what was known stands.
    """
    if not row.routers:
        return False
    mine = known.get(row.firmware, Course())
    here = mine.also_told if row.measure == "ill" else mine.measured.get(row.measure)
    if here is None:
        return True
    better = known.get(row.firmware._replace(version=row.better), Course())
    there = better.measured.get(row.measure, Exposure(row.better_hit, row.better_of))
    common = _sum((here, there))
    mine_, other = rate(here, common, settings), rate(there, common, settings)
    return mine_.mean >= _STANDING * other.mean and not_above(mine_, other) < _TURNED


def not_above(first: Beta, second: Beta) -> float:
    """P(first <= second) of two independent rates, by the trapezoidal rule over their logits."""
    at = np.sort(np.concatenate([_points(first), _points(second)]))
    widths = np.diff(at)
    one, two = _density(first, at), _density(second, at)
    below = np.concatenate(([0.0], np.cumsum(_middles(two) * widths)))
    both = _middles(one * (1 - below / below[-1])) * widths
    return float(np.clip(both.sum() / (_middles(one) * widths).sum(), 0.0, 1.0))


def _points(of: Beta) -> "_Numbers":
    """Logits around a rate's own; their variance is trigamma(a) + trigamma(b), less than this."""
    reach = _REACH * math.sqrt(1 / of.a + 1 / of.a**2 + 1 / of.b + 1 / of.b**2)
    centre = math.log(of.a / of.b)
    return np.linspace(centre - reach, centre + reach, _POINTS)


def _density(of: Beta, logits: "_Numbers") -> "_Numbers":
    logs = -of.a * np.logaddexp(0, -logits) - of.b * np.logaddexp(0, logits)
    return np.asarray(np.exp(logs - logs.max()))


def _middles(values: "_Numbers") -> "_Numbers":
    return np.asarray((values[1:] + values[:-1]) / 2)


def sentence(row: FindingRow) -> str:
    """A finding in words."""
    did = {
        "relapse_1d": "relapsed within a day of a reboot",
        "relapse_7d": "relapsed within a week of a reboot",
        "ill": "have trouble",
    }[row.measure]
    return (
        f"{row.hit} of {row.of} routers with this firmware {did}, against {row.better_hit} of "
        f"{row.better_of} with firmware {row.better}"
    )
