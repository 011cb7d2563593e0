"""F10: corrosion, a split pair or a bad joint on the copper line."""

import numpy as np

from acs.simulator.cases.plant import DAY, Plant


def strike(plant: Plant) -> None:
    """F10."""
    plant.begin(plant.hours("F10.age", 4, 24 * 12))
    line = plant.line
    wet = np.ones(len(plant.at))
    if plant.maybe("F10.rain", 0.4):  # water in the cable comes and goes
        phase = plant.rng.uniform(0, 2 * np.pi)
        wet = 0.55 + 0.45 * np.sin(2 * np.pi * (plant.call_at - plant.at) / (3 * DAY) + phase * 0.2)
        wet = np.maximum(wet, plant.ramp(3600) * (plant.at > plant.call_at - 6 * 3600))
    ill = plant.since() * wet
    line["margin"] = -ill * plant.level("F10.margin", 25, 75)
    line["atten"] = ill * (plant.level("F10.atten", 5, 70) if plant.maybe("F10.step", 0.6) else 0)
    line["crc"] = ill * plant.size("F10.crc", 60, 9000)
    line["es"] = ill * plant.size("F10.es", 10, 300)
    line["ses"] = ill * plant.size("F10.ses", 0.4, 40)
    line["fec"] = ill * plant.size("F10.fec", 1e3, 1e5)
    line["retrains"] = ill * plant.size("F10.retrains", 0.06, 1.2)
    line["rate"] = 1 - ill * plant.level("F10.rate", 0.04, 0.4)
    plant.loss += ill * plant.size("F10.loss", 0.001, 0.03)
    plant.served *= 1 - ill * plant.level("F10.lost", 0.1, 0.5)
    if plant.is_twin:  # the profile was changed as well
        line["rate"] = line["rate"] * (1 - 0.2 * plant.since())


def reprofile(plant: Plant) -> None:
    """A dynamic line manager chose a slower profile: no fault, though it looks like one."""
    at = plant.call_at - plant.rng.uniform(10, 200) * 3600
    changed = plant.since(at)
    plant.line["rate"] = 1 - changed * plant.rng.uniform(0.1, 0.3)
    plant.line["margin"] = changed * plant.rng.uniform(-25, 30)
