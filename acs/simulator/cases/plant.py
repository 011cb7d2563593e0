"""What goes on in and around one router over the days before a call: the state that faults change.

Physical quantities at the moments of its samples; what the router reports of them is in
``reporting``, what goes wrong with the reports in ``observing``.
"""

from typing import Any

import numpy as np

from acs.simulator.cases.household import BUSIEST, Array, Household, busyness
from acs.simulator.cases.models import RouterModel
from acs.simulator.cases.neighbours import Neighbourhood
from acs.simulator.cases.parameters import Parameters
from diagnostics.context import BootCause

HOUR, DAY = 3600.0, 86_400.0


class Plant:
    """One router's world; arrays have one element per moment of ``at``.

    Attributes:
        rng: randomness of this case.
        p: the figures of the world.
        at: when samples are taken, Unix seconds UTC, ascending, all up to ``call_at``.
        dt: seconds since the moment before.
        hour: local hour of the day.
        severity: 0 barely noticed, 1 plain.
        is_twin: it wears its confounder's clothes.
        onset: when the fault began.
        uptime_before: uptime at the first moment if no restart came before it, s.
        restarts: when and why it restarted, in any order.
        reachable: whether it can report at that moment.
        notes: what a person should know of this case; not for the diagnosis.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        p: Parameters,
        model: RouterModel,
        at: Array,
        *,
        call_at: float,
        utc_offset: int,
        severity: float,
        is_twin: bool,
    ) -> None:
        self.rng, self.p, self.model = rng, p, model
        self.at, self.call_at = at, call_at
        self.dt = np.diff(at, prepend=at[0] - (at[1] - at[0]))
        self.hour = ((at + utc_offset) % DAY) / HOUR
        self.severity, self.is_twin = severity, is_twin
        self.onset = call_at
        self.home = Household.draw(rng)
        self.hood = Neighbourhood.draw(rng, p)
        self.uptime_before = float(rng.lognormal(np.log(p("uptime", 12 * DAY)), 1.1))
        self.restarts: list[tuple[float, BootCause]] = []
        self.notes: dict[str, Any] = {}
        n = len(at)
        busy = busyness(at + utc_offset)
        day = 1 + 0.35 * rng.standard_normal(int((at[-1] - at[0]) // DAY) + 2)
        noise = np.clip(day[((at - at[0]) // DAY).astype(int)], 0.2, 2.5)
        self.demand = self.home.peak * busy * noise * rng.lognormal(0, 0.35, n)
        self.present = np.clip(0.25 + busy + 0.15 * rng.standard_normal(n), 0, 1)
        self._start_state(n)

    def _start_state(self, n: int) -> None:
        zero, one = np.zeros(n), np.ones(n)
        self.reachable = np.ones(n, dtype=bool)
        self.served = one.copy()  # share of the demand that gets through
        self.leaked, self.slab = zero.copy(), zero.copy()  # KiB
        self.cached = zero.copy()  # share of memory
        self.cpu, self.load, self.softirq = zero.copy(), zero.copy(), zero.copy()  # %, -, %
        self.processes, self.files = zero.copy(), zero.copy()
        self.oom = zero.copy()  # kills an hour
        self.heat, self.voltage = zero.copy(), one.copy()  # degrees; share of nominal
        self.connections, self.refused = zero.copy(), zero.copy()  # entries; drops an hour
        self.dns, self.session, self.cwmp_faults = zero.copy(), one.copy(), zero.copy()
        self.rtt, self.loss = zero.copy(), zero.copy()  # ms; share
        self.broken, self.broken_up = zero.copy(), zero.copy()  # share of WAN frames, each way
        self.flaps = zero.copy()  # link losses an hour
        self.speed = np.full(n, 1000.0)
        self.duplex = ["Full"] * n
        self.dropped = zero.copy()  # share of sent WAN frames
        self.lan_broken, self.lan_speed = zero.copy(), np.full(n, 1000.0)
        self.broadcasts = zero.copy()
        self.associated = one.copy()  # share of the usual clients
        self.signal, self.noise = zero.copy(), zero.copy()  # dB
        self.retries, self.foreign, self.air = zero.copy(), zero.copy(), zero.copy()
        self.radio = ["Up"] * n
        self.radio_resets, self.rechannels = zero.copy(), zero.copy()  # an hour
        self.key_failures = zero.copy()  # an hour
        self.line: dict[str, Array] = {}  # shifts of the access line, see ``lines``
        self.words: dict[str, list[Any]] = {}  # states that are not as usual
        self.kernel_faults = self.process_faults = 0
        self.neighbours = 0.0  # access points on the channel beside the usual ones

    # -- shapes over time ----------------------------------------------------------------------

    def begin(self, hours_before: float) -> None:
        """The fault began that long before the call."""
        self.onset = self.call_at - hours_before * HOUR

    def since(self, at: float | None = None) -> Array:
        """1 from ``at`` (the onset) on, 0 before."""
        return (self.at >= (self.onset if at is None else at)).astype(float)

    def ramp(self, seconds: float) -> Array:
        """From 0 at the onset to 1 after ``seconds``."""
        return np.clip((self.at - self.onset) / seconds, 0, 1)

    def evening(self, width: float = 2.0) -> Array:
        """A daily bump around the busiest hour, 0 to 1."""
        away = np.abs((self.hour - BUSIEST + 12) % 24 - 12)
        bump: Array = np.exp(-0.5 * (away / width) ** 2)
        return bump

    def now_and_then(self, share: float) -> Array:
        """1 at a random share of the moments, in runs of a few."""
        drawn = (self.rng.random(len(self.at) // 3 + 1) < share).astype(np.float64)
        return np.repeat(drawn, 3)[: len(self.at)]

    # -- sizes ---------------------------------------------------------------------------------

    def size(self, name: str, mild: float, severe: float) -> float:
        """A positive size between mild and severe, by severity, on a logarithmic scale."""
        middle = mild * (severe / mild) ** self.severity
        return self.p(name, middle) * float(self.rng.lognormal(0, 0.15))

    def level(self, name: str, mild: float, severe: float) -> float:
        """A size between mild and severe, by severity, on a linear scale."""
        middle = mild + (severe - mild) * self.severity
        return self.p(name, middle) * (1 + 0.08 * float(self.rng.standard_normal()))

    def hours(self, name: str, short: float, long: float) -> float:
        """A length of time, any between short and long with the same chance per octave."""
        return self.p(name, short * (long / short) ** float(self.rng.random()))

    def maybe(self, name: str, probability: float) -> bool:
        """Whether it happens."""
        return bool(self.rng.random() < self.p.chance(name, probability))

    # -- restarts ------------------------------------------------------------------------------

    def restart(self, at: float, cause: BootCause) -> None:
        """It restarts at ``at``; moments after the call are ignored."""
        if at <= self.call_at:
            self.restarts.append((at, cause))

    def aged(self, seconds: float) -> None:
        """Its uptime at the call is to be this: restarts since then did not happen."""
        booted = self.call_at - seconds
        self.restarts = [each for each in self.restarts if each[0] < booted]
        if booted > self.at[0]:
            self.restart(booted, "unknown" if self.rng.random() < 0.5 else "power")  # noqa: PLR2004 - half
        else:
            self.restarts = []
            self.uptime_before = self.at[0] - booted

    def uptime(self) -> Array:
        """Seconds since the last restart."""
        booted: Array = np.full(len(self.at), self.at[0] - self.uptime_before)
        for at, _ in sorted(self.restarts):
            booted[self.at >= at] = at
        return self.at - booted

    def off(self, begin: float, end: float) -> None:
        """It cannot report between the two moments."""
        self.reachable &= ~((self.at >= begin) & (self.at < end))
