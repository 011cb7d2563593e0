"""Makes cases and their labels: draws the circumstances, lets the fault strike, and looks.

The same seed and number give the same case, whatever else is made; nothing is written here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np

from acs.simulator.cases.classes import ACCESS_SHARES, ACCESSES, FaultClass, shares
from acs.simulator.cases.faults import STRIKES
from acs.simulator.cases.faults.nothing import confuse
from acs.simulator.cases.household import Array, call_hour
from acs.simulator.cases.models import RouterModel
from acs.simulator.cases.neighbours import cohort
from acs.simulator.cases.observing import observe
from acs.simulator.cases.parameters import Parameters
from acs.simulator.cases.past import firmware_of, look_back
from acs.simulator.cases.plant import DAY, HOUR, Plant
from acs.simulator.cases.reporting import report
from acs.simulator.cases.scenario import SCENARIOS, Scenario, SetName
from diagnostics.context import BootCause

_OFFSETS = (7200, 10_800, 14_400, 18_000, 25_200)
_encoder = msgspec.json.Encoder()


class Made(NamedTuple):
    """One case.

    Attributes:
        case: as a case file has it.
        label: as a label file has it.
        notes: how it was made; for people, never for a diagnosis.
    """

    case: dict[str, Any]
    label: dict[str, Any]
    notes: dict[str, Any]


class Lines(NamedTuple):
    """A case as lines of the three files, without line ends."""

    case: bytes
    label: bytes
    notes: bytes


def world(name: SetName, seed: int) -> Parameters:
    """The figures of the world that a set's cases live in."""
    return Parameters(seed, SCENARIOS[name].spread)


def cases(count: int, seed: int, name: SetName) -> Iterator[Made]:
    """``count`` cases of a set."""
    p = world(name, seed)
    return (make(seed, name, number, p) for number in range(count))


def lines(made: Made) -> Lines:
    """A case as lines of JSON."""
    return Lines(*(_encoder.encode(part) for part in made))


def make(seed: int, name: SetName, number: int, p: Parameters) -> Made:
    """One case of a set.

    Args:
        seed: of the whole set.
        name: of the set.
        number: of the case in the set.
        p: the figures of the world, from ``world``.
    """
    scenario = SCENARIOS[name]
    rng = np.random.default_rng((seed, scenario.number, number))
    access = str(rng.choice(ACCESSES, p=ACCESS_SHARES))
    classes, odds = shares(access)
    fault = classes[int(rng.choice(len(classes), p=odds))]
    models = [model for model in scenario.models if model.access == access]
    model = models[int(rng.integers(len(models)))]
    plant = _plant(rng, p, model, fault, scenario)
    confuse(plant)
    STRIKES[fault.fault].strike(plant)
    cures = bool(rng.random() < p.chance(f"{fault.fault}.cures", fault.reboot_cures))
    past = look_back(plant, fault, cures=cures)
    firmware = firmware_of(plant, past)
    samples, mishaps = observe(plant, report(plant), firmware, scenario.trouble)
    case = {
        "case": f"{name}-{seed}-{number:06d}",
        "call_at": int(plant.call_at),
        "router": _router(plant, firmware[-1], seed, name, number),
        "samples": samples,
        "events": past.events,
        **_context(plant, fault, scenario, has_update=past.has_update),
        "contacts": past.contacts,
    }
    notes = {
        "case": case["case"],
        "severity": round(plant.severity, 3),
        "twin": plant.is_twin,
        "hours": round((plant.call_at - plant.onset) / HOUR, 2),
        "mishaps": mishaps._asdict(),
        **plant.notes,
    }
    return Made(case, _label(plant, fault, str(case["case"]), cures=cures), notes)


def _plant(
    rng: np.random.Generator, p: Parameters, model: RouterModel, fault: FaultClass, s: Scenario
) -> Plant:
    offset = int(rng.choice(_OFFSETS))
    day = s.begin + DAY * int(rng.integers(int(s.days)))
    hour = call_hour(rng, evening=STRIKES[fault.fault].in_the_evening)
    call_at = float(int(day + hour * HOUR - offset))
    interval = HOUR if rng.random() < 0.93 else float(rng.choice([HOUR / 2, 2 * HOUR]))  # noqa: PLR2004 - nearly all
    days = 14.0 if rng.random() < 0.92 else float(rng.uniform(2, 13))  # noqa: PLR2004 - some are new
    count = int(days * DAY / interval)
    steps: Array = np.arange(count, dtype=np.float64)[::-1]
    at: Array = call_at - float(rng.random()) * interval - interval * steps
    if rng.random() < p.chance("fresh", 0.4):  # asked for its readings as the call came in
        at = np.append(at, max(at[-1] + 1, call_at - rng.uniform(5, 60)))
    plant = Plant(
        rng,
        p,
        model,
        at,
        call_at=call_at,
        utc_offset=offset,
        severity=float(rng.beta(*s.severity)),
        is_twin=bool(rng.random() < s.twins),
    )
    plant.notes["utc_offset"] = offset
    rate = p("restarts", 0.06) * rng.gamma(0.7, 1 / 0.7)
    for _ in range(int(rng.poisson(rate * days))):
        cause: BootCause = "power" if rng.random() < 0.75 else "unknown"  # noqa: PLR2004 - mostly
        plant.restart(float(at[0] + rng.random() * (call_at - at[0])), cause)
    return plant


def _router(plant: Plant, firmware: str, seed: int, name: str, number: int) -> dict[str, Any]:
    rng, model = plant.rng, plant.model
    oui = f"0A{sum(map(ord, model.manufacturer)) % 0xFFFF:04X}"
    router: dict[str, Any] = {
        "id": f"{oui}-{model.model}-{name.upper()}{seed:03d}{number:06d}",
        "manufacturer": model.manufacturer,
        "model": model.model,
        "firmware": firmware,
        "access": model.access,
        "segment": f"{name}-{seed}-{int(rng.integers(2000))}",
        "utc_offset": plant.notes["utc_offset"],
    }
    if rng.random() < 0.03:  # noqa: PLR2004 - an inventory is never complete
        del router["access"]
    return router


def _context(plant: Plant, fault: FaultClass, s: Scenario, *, has_update: bool) -> dict[str, Any]:
    rng, p = plant.rng, plant.p
    context: dict[str, Any] = {}
    wrong = rng.random() < p.chance("topology.wrong", 0.04)
    hood = plant.hood.quiet() if wrong else plant.hood
    plant.notes["wrong segment"] = bool(wrong)
    if rng.random() > 0.04 * s.trouble:  # share without topology
        lag = float(rng.uniform(10, 300))
        every = float(rng.choice([300.0, 600.0, 900.0]))
        times = [plant.call_at - lag - every * step for step in range(int(4 * HOUR / every))][::-1]
        local = [((at + plant.notes["utc_offset"]) % DAY) / HOUR for at in times]
        context["segment_history"] = hood.history(rng, times, local)
    if rng.random() > 0.1:  # noqa: PLR2004 - share of models that nobody counts
        is_bug = fault.fault == "F18"
        ill = plant.size("F18.cohort", 0.04, 0.25) if is_bug else 0.0
        relapsing = plant.size("F18.relapsing", 0.03, 0.3) if is_bug else 0.0
        before = 0.0
        if fault.fault == "F01":
            relapsing = 0.04 * rng.random()
        if has_update and not is_bug and rng.random() < 0.1:  # noqa: PLR2004 - a model that was always bad
            ill = before = 0.06
        context["cohort"] = cohort(rng, p, ill=ill, relapsing=relapsing, before=before)
    return context


def _label(plant: Plant, fault: FaultClass, case: str, *, cures: bool) -> dict[str, Any]:
    half_life = fault.self_heal_hours
    heals = False
    if half_life is not None:
        lasting = plant.p(f"{fault.fault}.heals", half_life) * plant.rng.exponential() / np.log(2)
        heals = bool(lasting < 24)  # noqa: PLR2004 - hours
    acceptable = list(fault.acceptable)
    if plant.notes.get("on_tap") or plant.notes.get("kind") == "cell load":
        acceptable = [*acceptable, "incident"] if "incident" not in acceptable else acceptable
    elif fault.fault == "F19":
        acceptable = []
    return {
        "case": case,
        "fault": fault.fault,
        "right": fault.right,
        "acceptable": acceptable,
        "reboot_cures": cures,
        "self_heals_24h": heals,
    }
