"""F07 evening congestion, F08 an incident in the network, F09 a power cut: more than one home."""

import numpy as np

from acs.simulator.cases.plant import HOUR, Plant


def congest(plant: Plant) -> None:
    """F07: the segment's link is full in the evening."""
    plant.begin(plant.hours("F07.age", 20, 24 * 30))
    full = plant.since() * plant.evening(1.8)
    plant.rtt += full * plant.size("F07.delay", 18, 160)
    plant.loss += full * plant.size("F07.loss", 0.004, 0.06)
    plant.dropped += full * plant.size("F07.dropped", 2e-4, 2e-2)
    plant.served *= 1 - full * plant.level("F07.lost", 0.15, 0.6)
    plant.session += full * plant.size("F07.session", 0.2, 1.5)
    plant.dns += full * plant.size("F07.dns", 0.003, 0.03)
    hood = plant.hood
    hood.begin, hood.evening = plant.onset, True
    hood.failing = min(0.95, plant.size("F07.failing", 0.16, 0.7))
    hood.callers = plant.size("F07.callers", 0.4, 4)
    if plant.is_twin:
        plant.foreign += 30 * plant.evening()
        plant.connections += 0.5 * plant.model.connections * plant.evening()


def fail(plant: Plant) -> None:
    """F08: a switch, an OLT, a gateway, a resolver or a node fails for many."""
    plant.begin(plant.hours("F08.age", 0.12, 3))
    hood, ill = plant.hood, plant.since()
    kinds = ["cut off", "sessions", "lookups", "noise"]
    noisy = 0.2 if plant.model.access == "DOCSIS" else 0.0
    kind = str(plant.rng.choice(kinds, p=[0.55 - noisy, 0.25, 0.2, noisy]))
    plant.notes["kind"] = kind
    hood.begin = plant.onset + plant.p("F08.noticed", 180.0) * float(plant.rng.exponential())
    hood.callers = plant.size("F08.callers", 1.2, 14)
    share = min(0.95, plant.size("F08.share", 0.14, 0.9))
    if kind == "cut off":
        hood.offline, hood.failing = share, 0.1
        plant.off(plant.onset, plant.call_at + HOUR)
    elif kind == "sessions":
        hood.offline, hood.failing = 0.3 * share, share
        state = "dial"
        plant.words[state] = ["down" if each else "up" for each in ill]
        plant.served *= 1 - ill * plant.level("F08.lost", 0.85, 1.0)
        plant.reachable &= ~((ill > 0) & (plant.rng.random(len(ill)) < 0.4))  # noqa: PLR2004 - its address is gone
    elif kind == "lookups":
        hood.failing = share
        plant.dns += ill * min(0.98, plant.size("F08.dns", 0.15, 0.9))
        plant.served *= 1 - ill * plant.level("F08.lost", 0.4, 0.8)
    else:
        hood.failing, hood.offline = share, 0.1
        plant.line["us_noise"] = ill * plant.level("F08.noise", 30, 90)
        plant.loss += ill * plant.size("F08.loss", 0.01, 0.1)
        plant.line["t3"] = ill * plant.size("F08.t3", 1.5, 20)
    if plant.is_twin:  # the routers restart as if the mains had failed
        hood.burst_at, hood.burst = plant.onset + 120, 0.15


def darken(plant: Plant) -> None:
    """F09: the mains of the building fail; the call comes in the dark or just after."""
    plant.begin(plant.hours("F09.age", 0.1, 2.5))
    hood = plant.hood
    hood.begin = plant.onset + 60
    hood.offline = min(0.98, plant.size("F09.share", 0.3, 0.95))
    hood.callers = plant.size("F09.callers", 1.0, 9)
    age = plant.call_at - plant.onset
    if plant.maybe("F09.back", 0.55):
        back = plant.call_at - float(plant.rng.uniform(0.02, 0.6)) * min(age, 2400.0)
        plant.off(plant.onset, back + 90)
        plant.restart(back, "power")
        hood.end, hood.burst_at, hood.burst = back + 60, back, hood.offline
    else:
        plant.off(plant.onset, plant.call_at + HOUR)
        if plant.model.access == "GPON":
            plant.words["gasp"] = [bool(each) for each in plant.since(plant.onset - HOUR)]
    if plant.is_twin:
        hood.failing = 0.25
    plant.voltage *= 1 - 0.04 * np.exp(-np.abs(plant.at - plant.onset) / HOUR)
