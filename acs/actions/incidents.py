"""What an incident is: siblings lost, booted or in error together, against chance. Pure.

The daemon and the evaluation both decide with these functions. No I/O, no clock.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal, NamedTuple, get_args

from acs.actions.incident_settings import IncidentSettings
from acs.commands import IncidentKind
from diagnostics.context import SegmentState

Basis = Literal["segment", "prefix"]
KINDS: tuple[IncidentKind, ...] = get_args(IncidentKind)
DAY = 86_400.0
BOOT_SPAN, ERROR_SPAN = 600.0, 1800.0  # seconds in which boots, or errors, are one burst
_LEAST_CHANCE = 0.003  # an Inform that is late or lost though all is well
_LEAST_SHARE, _MOST_SHARE = 0.15, 0.95  # of siblings that an incident takes


class Sibling(NamedTuple):
    """What is known of one router's presence. Times are Unix seconds UTC.

    Attributes:
        heard_at: when it last informed.
        expected_at: when it should inform next.
        every: seconds between its periodic Informs.
        booted_at: its last boot that we did not cause.
        erred_at: since when its verdict is another than none.
        asked_at: when it was last asked for a session because of a suspicion.
        can_be_asked: it used to come when it was asked.
    """

    heard_at: float
    expected_at: float
    every: float
    booted_at: float | None = None
    erred_at: float | None = None
    asked_at: float | None = None
    can_be_asked: bool = False


class Elsewhere(NamedTuple):
    """Shares of all other routers that were lost, booted, came into error within the spans.

    When the whole fleet does, it is no incident of one place, but our own trouble or our work.
    """

    lost: float = 0.0
    booted: float = 0.0
    erred: float = 0.0


ORDINARY = Elsewhere()


class Weighed(NamedTuple):
    """How much speaks for an incident.

    Attributes:
        odds: how much likelier than chance, natural logarithm; 0 or less: nothing does.
        affected: routers that speak for it.
        since: from when on, Unix seconds.
        indices: which siblings are affected.
    """

    odds: float = 0.0
    affected: int = 0
    since: float = 0.0
    indices: tuple[int, ...] = ()


NOTHING = Weighed()


def due(sibling: Sibling, settings: IncidentSettings) -> float:
    """From when on the router is silent, if it does not inform before."""
    return sibling.expected_at + settings.late


def has_stayed_away(sibling: Sibling, now: float, settings: IncidentSettings) -> bool:
    """Whether it was asked for a session lately and did not come."""
    asked = sibling.asked_at
    return (
        asked is not None
        and sibling.heard_at < asked
        and now - settings.span < asked < now - settings.probe_within
    )


def silence(
    siblings: Sequence[Sibling],
    now: float,
    settings: IncidentSettings,
    elsewhere: Elsewhere = ORDINARY,
) -> Weighed:
    """How much the siblings' silence speaks for an incident.

    For every moment at which it may have begun, those are compared that should have been heard
    since and were not with those that were; the best moment counts. A router that was lost
    before says nothing, and one that is in the wrong segment says little.
    """
    misses: list[tuple[float, float, int]] = []  # should have come at, evidence, which
    for index, sibling in enumerate(siblings):
        at = sibling.expected_at
        if now - settings.span < at < now - settings.late:
            chance = settings.outages_per_day * sibling.every / DAY
            misses.append((at, max(_LEAST_CHANCE, elsewhere.lost, chance), index))
        elif has_stayed_away(sibling, now, settings):
            assert sibling.asked_at is not None
            misses.append((sibling.asked_at, settings.probe_loss, index))
    if len(misses) < 2:  # noqa: PLR2004 - one router is no incident
        return NOTHING
    misses.sort()
    heard = sorted(sibling.heard_at for sibling in siblings)
    best = NOTHING
    for first, (began, _, _) in enumerate(misses):
        late = misses[first:]
        came = len(heard) - bisect_right(heard, began)
        odds = _odds([chance for _, chance, _ in late], came)
        if odds > best.odds:
            best = Weighed(odds, len(late), began, tuple(index for _, _, index in late))
    return best


def _odds(chances: Sequence[float], others: int) -> float:
    """Log odds of "a share of the siblings at once" against "each by its own chance"."""
    hit = len(chances)
    share = min(_MOST_SHARE, max(_LEAST_SHARE, (hit + 0.5) / (hit + others + 1)))
    mean = math.fsum(chances) / hit
    if mean >= share:
        return 0.0
    return math.fsum(math.log(share / chance) for chance in chances) + others * math.log(
        (1 - share) / (1 - mean)
    )


def boots(
    siblings: Sequence[Sibling],
    now: float,
    settings: IncidentSettings,
    elsewhere: Elsewhere = ORDINARY,
) -> Weighed:
    """How much boots in a burst speak for a power cut that has ended."""
    chance = max(elsewhere.booted, settings.boots_per_day * BOOT_SPAN / DAY)
    times = (sibling.booted_at for sibling in siblings)
    return _burst(times, len(siblings), now - BOOT_SPAN, now, chance)


def errors(
    siblings: Sequence[Sibling],
    now: float,
    settings: IncidentSettings,
    elsewhere: Elsewhere = ORDINARY,
) -> Weighed:
    """How much verdicts that turn in a burst speak for a fault that siblings share."""
    chance = max(elsewhere.erred, settings.errors_per_day * ERROR_SPAN / DAY)
    times = (sibling.erred_at for sibling in siblings)
    found = _burst(times, len(siblings), now - ERROR_SPAN, now, chance)
    # Verdicts follow weather and load: a few of many are no incident.
    return found if 3 * found.affected >= len(siblings) else NOTHING


def _burst(
    times: Iterable[float | None], members: int, since: float, now: float, chance: float
) -> Weighed:
    recent = sorted(
        (at, index) for index, at in enumerate(times) if at is not None and since < at <= now
    )
    if len(recent) < 2 or chance >= _MOST_SHARE:  # noqa: PLR2004 - one router is no incident
        return NOTHING
    odds = _odds([chance] * len(recent), members - len(recent))
    return Weighed(odds, len(recent), recent[0][0], tuple(index for _, index in recent))


def opens(
    siblings: Sequence[Sibling],
    now: float,
    settings: IncidentSettings,
    elsewhere: Elsewhere = ORDINARY,
) -> tuple[IncidentKind, Weighed] | None:
    """The incident that these siblings have now, if they have one."""
    weighers = zip(KINDS, (silence, boots, errors), strict=True)
    found = [(kind, weigh(siblings, now, settings, elsewhere)) for kind, weigh in weighers]
    kind, best = max(found, key=lambda pair: pair[1].odds)
    if best.odds < settings.odds or best.affected < settings.least:
        return None
    return kind, best


def whom_to_ask(
    siblings: Sequence[Sibling],
    now: float,
    settings: IncidentSettings,
    elsewhere: Elsewhere = ORDINARY,
) -> tuple[int, ...]:
    """Which siblings to ask for a session, because too little is known yet to say.

    None unless there is a suspicion; never one that was asked lately or has missed its Inform.
    """
    found = silence(siblings, now, settings, elsewhere)
    if not settings.suspicion <= found.odds < settings.odds:
        return ()
    candidates = (
        index
        for index, sibling in enumerate(siblings)
        if sibling.can_be_asked
        and sibling.heard_at < found.since
        and now < due(sibling, settings)
        and (sibling.asked_at is None or sibling.asked_at < now - settings.span)
    )
    asked_lately = sum(
        s.asked_at is not None and s.asked_at > now - settings.span for s in siblings
    )
    return tuple(islice(candidates, max(0, settings.probes - asked_lately)))


def is_held(kind: IncidentKind, sibling: Sibling, joined: float, now: float, hold: float) -> bool:
    """Whether an incident that took a router in at ``joined`` still holds it at ``now``.

    A boot holds it for ``hold`` seconds, in which power may fail again.
    """
    if kind == "offline":
        return sibling.heard_at <= joined
    if kind == "power":
        return sibling.booted_at is not None and now - sibling.booted_at < hold
    return sibling.erred_at is not None


def state_of(siblings: Sequence[Sibling], now: float, offline: int) -> SegmentState:
    """A place as the diagnosis knows segments; ``offline`` is what the caller counted."""
    return SegmentState(
        at=now,
        routers=len(siblings),
        offline=offline,
        in_error=sum(sibling.erred_at is not None for sibling in siblings),
        boots_10min=sum(
            sibling.booted_at is not None and now - sibling.booted_at < BOOT_SPAN
            for sibling in siblings
        ),
    )
