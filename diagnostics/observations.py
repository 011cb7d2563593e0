"""What symptoms may ask about one router at one moment: readings, rates, deviations, its context.

Answers in the catalogue's units, None where nothing is known. No threshold is applied to a vital
here, and nothing is judged.
"""

import itertools
from functools import lru_cache
from typing import NamedTuple

from diagnostics.baselines import MAD_TO_SIGMA, median
from diagnostics.context import Boot, Contact, Context
from diagnostics.history import WINDOWS, History
from diagnostics.neighbours import neighbourhood
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Action

DAY, HOUR = WINDOWS[0], 3600.0
_SAME_BOOT = 300.0  # an event and the uptime tell the same restart within this
_LATELY = WINDOWS[1]
_LEAST_KNOWN = 0.5  # share of a window whose growth must be known to give a rate
_LEAST_SPAN = 240.0  # seconds of growth that give a rate
_FRESHER = 0.5  # an age that grew by less than this share of the time began anew
_FEWEST = 4  # buckets of six hours: a day of normal
_EVENINGS, _RESTS = 2, 6  # least readings of an evening and of the rest of a day
_BEFORE, _AFTER = 600.0, 900.0  # seconds around a restart in which neighbours' count as together
_ACCESS = (("dsl.", "xDSL"), ("pon.", "GPON"), ("cm.", "DOCSIS"), ("lte.", "LTE"))


@lru_cache(maxsize=4096)
def _access_of(metrics: tuple[str, ...]) -> str | None:
    for name in metrics:
        for prefix, access in _ACCESS:
            if name.startswith(prefix):
                return access
    return None


class Finding(NamedTuple):
    """What a symptom found.

    Attributes:
        level: index into the symptom's levels; 0 is normal.
        metric: what it rests on.
        says: a sentence, with ``{}`` where the figures belong (``str.format``).
        figures: the figures.
    """

    level: int
    metric: str
    says: str
    figures: tuple[object, ...] = ()


class Observations:
    """One router at one moment.

    Attributes:
        history: its window; while a restart is fresh, the window as it was before.
        context: what is known beside the samples.
        limits: the thresholds.
        now: Unix seconds UTC.
        last_at: when the newest sample came; None before the first.
        numbers: newest reading of each metric that is a number.
        uptime: seconds since the restart, as of now; None unknown.
        is_settling: the restart is too fresh for its readings.
        is_calling: a contact is going on.
        segment: what its neighbours do, if that is known and news.
    """

    __slots__ = (
        "_boots",
        "_seen_boots",
        "context",
        "history",
        "is_calling",
        "is_settling",
        "last_at",
        "limits",
        "now",
        "numbers",
        "segment",
        "uptime",
    )

    def __init__(self, history: History, context: Context, limits: Thresholds, now: float) -> None:
        self.context, self.limits, self.now = context, limits, now
        booted_at = history.booted_at
        if context.boots:
            newest = max(boot.at for boot in context.boots)
            if newest <= now and (booted_at is None or newest > booted_at):
                booted_at = newest
        self.uptime = None if booted_at is None else max(0.0, now - booted_at)
        self.is_settling = self.uptime is not None and self.uptime < limits.hold
        self.history = history
        self.last_at = history.last_at
        self._boots: list[Boot] | None = None
        self._seen_boots = history.boots
        if self.is_settling and booted_at is not None:
            before = history.until(booted_at - 1)
            if before.last_at is not None:
                self.history = before
        self.numbers = self.history.numbers()
        begun = now - limits.contact
        self.is_calling = any(begun <= contact.at <= now for contact in context.contacts)
        self.segment = neighbourhood(context.segment_history, limits.network, now)

    @property
    def access(self) -> str | None:
        """The access technology: as told, else by the layers that the router reports on."""
        if self.context.access is not None:
            return self.context.access
        return _access_of(tuple(self.numbers))

    @property
    def hour(self) -> float:
        """Local hour of the day, 0 to 24."""
        return (self.now + self.context.utc_offset) % DAY / HOUR

    def word(self, metric: str) -> str | None:
        """The newest reading of a state, letters folded to lower case."""
        word = self.history.words().get(metric)
        return None if word is None else word.casefold()

    def middle(self, metric: str) -> float | None:
        """Median of the three newest readings: one alone may be our own doing."""
        readings = sorted(self.history.newest(metric))
        return readings[len(readings) // 2] if readings else None

    def by_day(self, metric: str, quantile: float) -> float | None:
        """A quantile of the readings of a day; of a few readings their median."""
        readings = sorted(self.history.readings(metric))
        if len(readings) < _FEWEST:
            return readings[len(readings) // 2] if readings else None
        return readings[round(quantile * (len(readings) - 1))]

    def evening(self, metric: str) -> tuple[float, float, float] | None:
        """Median of the last day's evening, median and MAD of the rest of the day.

        None with fewer than two readings in the evening or six elsewhere.
        """
        limits = self.limits.network
        offset, since = self.context.utc_offset, self.now - DAY
        evening: list[float] = []
        rest: list[float] = []
        for at, value in self.history.series(metric):
            if at > since:
                hour = (at + offset) % DAY / HOUR
                busy = limits.evening_from <= hour < limits.evening_until
                (evening if busy else rest).append(value)
        if len(evening) < _EVENINGS or len(rest) < _RESTS:
            return None
        usual = median(rest)
        return median(evening), usual, median([abs(value - usual) for value in rest])

    def usual(self, metric: str) -> float | None:
        """Its own median; of a counter the growth per hour. None without a day of buckets."""
        normal = self.history.baseline(metric)
        return normal.median if normal.n >= _FEWEST else None

    def measured(self, metric: str) -> tuple[float | None, float | None, float | None]:
        """Newest value, median and robust deviation; of a counter the growth per hour.

        None each where there is no such figure.
        """
        counts = self.history.is_counter(metric)
        value = self.per_hour(metric) if counts else self.numbers.get(metric)
        normal = self.history.baseline(metric)
        if normal.n < _FEWEST:
            return value, None, None
        return value, normal.median, MAD_TO_SIGMA * normal.mad

    def usual_by_now(self, metric: str) -> float | None:
        """Median at this time of the day; None without three days of buckets.

        Of a counter the growth per hour.
        """
        return self.history.past.usual_at(metric, self.now)

    def z(self, metric: str, floor: float) -> float | None:
        """Robust z of the newest reading against its own past."""
        value = self.numbers.get(metric)
        return None if value is None else self.deviation(metric, value, floor)

    def deviation(self, metric: str, value: float, floor: float) -> float | None:
        """Robust z of a reading against the router's own past."""
        normal = self.history.baseline(metric)
        return None if normal.n < _FEWEST else normal.z(value, floor)

    def per_hour(self, metric: str) -> float | None:
        """Growth of a counter per hour: over a day, or over three hours if that is faster."""
        rates = (self._rate(metric, DAY), self._rate(metric, _LATELY))
        known = [rate for rate in rates if rate is not None]
        return max(known) if known else None

    def _rate(self, metric: str, seconds: float) -> float | None:
        grown, known = self.history.grown(metric, seconds)
        return grown / known * HOUR if known > 0 else None

    def in_a_day(self, metric: str) -> float | None:
        """Growth of a counter over 24 hours; None when less than half of them is known."""
        grown, known = self.history.grown(metric, DAY)
        return grown if grown > 0 or known >= _LEAST_KNOWN * DAY else None

    def in_days(self, metric: str, days: float) -> float | None:
        """Growth of a counter over some days."""
        growth = self.history.growth(metric, days * DAY)
        return None if growth is None else growth[0]

    def per_million(self, errors: str, packets: str, minimum: float) -> float | None:
        """Errors per million packets: over a day, or over three hours if that is worse.

        A router without two comparable samples yet: since its counters began.
        """
        ratios = [
            self.history.per_million(errors, packets, seconds, minimum)
            for seconds in (DAY, _LATELY)
        ]
        known = [ratio for ratio in ratios if ratio is not None]
        if known:
            return max(known)
        if self.history.grown(errors, DAY)[1] > 0:
            return None
        bad, good = self.numbers.get(errors), self.numbers.get(packets)
        if bad is None or good is None or good < minimum:
            return None
        return bad / good * 1e6

    def restarts_of_age(self, metric: str) -> int | None:
        """How often in 24 hours the age that a gauge tells began anew; at least.

        An age of 0 is that of nothing: it ends an age and begins none.
        """
        age = self.numbers.get(metric)
        if age is None:
            return None
        if age >= DAY:
            return 0
        pairs = self.history.series(metric)
        return sum(
            old > 0 and new < old + _FRESHER * (later - at)
            for (at, old), (later, new) in itertools.pairwise(pairs)
        )

    def traffic(self) -> float | None:
        """Received packets lately as a share of what is usual; None unknown."""
        usual = self.usual("eth.rx_packets")
        lately = self._rate("eth.rx_packets", _LATELY)
        if usual is None or lately is None or not usual > 0:
            return None
        return lately / usual

    def newest_share(self, metric: str) -> float | None:
        """Newest growth of a counter as a share of what is usual at this time of the day.

        Or of what is usual at any time, where three days are not known. None unknown.
        """
        newest = self.history.newest_growth(metric)
        if newest is None or newest[1] < _LEAST_SPAN:
            return None
        usual = self.usual_by_now(metric) or self.usual(metric)
        return newest[0] / newest[1] * HOUR / usual if usual else None

    def earlier_contacts(self) -> list[Contact]:
        """The contacts of the last days, the one that is going on left out."""
        since, begun = self.now - self.limits.course.days * DAY, self.now - self.limits.contact
        return [contact for contact in self.context.contacts if since <= contact.at < begun]

    def in_vain(self) -> tuple[Action, ...]:
        """Actions that were tried in the last days and did not help, in alphabetical order."""
        if not self.context.contacts:
            return ()
        tried = {c.action for c in self.earlier_contacts() if c.helped is False}
        return tuple(action for action in sorted(ACTIONS) if action in tried)

    @property
    def boots(self) -> list[Boot]:
        """All restarts known, by events and by falls of the uptime, each once, ascending."""
        if self._boots is None:
            told = [boot for boot in self.context.boots if boot.at <= self.now]
            seen = [
                Boot(at=at)
                for at in self._seen_boots
                if not any(abs(boot.at - at) <= _SAME_BOOT for boot in told)
            ]
            self._boots = sorted(told + seen, key=lambda boot: boot.at) if told else seen
        return self._boots

    def own_boots(self, since: float) -> int:
        """Restarts since a moment that neither we nor the mains explain."""
        return sum(
            boot.at >= since
            and boot.cause != "remote_reboot"
            and not self._with_neighbours(boot.at)
            for boot in self.boots
        )

    def has_restarted_with_neighbours(self) -> bool:
        """Whether it lost its power, as far as we know, when they did."""
        since = self.now - self.limits.network.restarts_age
        return any(
            boot.at >= since and boot.cause != "remote_reboot" and self._with_neighbours(boot.at)
            for boot in self.boots
        )

    def has_restarted(self, since: float) -> bool:
        """Whether it restarted since a moment, and not at our bidding."""
        return any(boot.at >= since and boot.cause != "remote_reboot" for boot in self.boots)

    def _with_neighbours(self, at: float) -> bool:
        least = self.limits.power.siblings
        return any(
            state.boots_10min >= least and at - _BEFORE <= state.at <= at + _AFTER
            for state in self.context.segment_history
        )
