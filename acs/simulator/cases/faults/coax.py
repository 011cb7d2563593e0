"""F15: ingress or a wrong level on the coaxial cable to one home, or to a few on one tap."""

import numpy as np

from acs.simulator.cases.plant import Plant


def strike(plant: Plant) -> None:
    """F15."""
    plant.begin(plant.hours("F15.age", 6, 24 * 12))
    warm = 0.7 + 0.3 * np.sin((plant.hour - 9) / 24 * 2 * np.pi)
    ill = plant.since() * warm
    line = plant.line
    line["us_power"] = ill * plant.level("F15.send", 35, 130)
    line["ds_snr"] = -ill * plant.level("F15.snr", 15, 75)
    line["ds_power"] = -ill * plant.level("F15.level", 20, 110)
    line["us_noise"] = ill * plant.level("F15.noise", 10, 80)
    line["t3"] = ill * plant.size("F15.t3", 0.15, 4)
    line["t4"] = ill * plant.size("F15.t4", 0.01, 0.3)
    line["uncorrectable"] = ill * plant.size("F15.uncorrectable", 2e-6, 4e-3)
    plant.loss += ill * plant.size("F15.loss", 0.002, 0.06)
    plant.served *= 1 - ill * plant.level("F15.lost", 0.1, 0.4)
    if plant.rng.random() < 0.15 + 0.3 * plant.severity:
        plant.words["partial"] = [bool(each) for each in plant.since() * plant.now_and_then(0.6)]
    if plant.maybe("F15.tap", 0.12 if not plant.is_twin else 0.5):
        plant.hood.begin = plant.onset
        plant.hood.failing = float(plant.rng.integers(3, 6)) / plant.hood.routers
        plant.notes["on_tap"] = True
