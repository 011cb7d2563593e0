"""F13: the Ethernet cable between the switch in the house and the flat is damaged."""

import numpy as np

from acs.simulator.cases.plant import HOUR, Plant


def strike(plant: Plant) -> None:
    """F13."""
    plant.begin(plant.hours("F13.age", 0.8, 24 * 9))
    ill = plant.since()
    touch = 0.35 + 0.65 * plant.now_and_then(0.5)
    touch[-3:] = np.maximum(touch[-3:], 0.8)
    errors = plant.size("F13.errors", 4e-5, 6e-3)
    plant.broken += ill * touch * errors
    plant.broken_up += ill * touch * errors * float(plant.rng.lognormal(-0.2, 0.8))
    plant.flaps += ill * touch * plant.size("F13.flaps", 0.05, 2.2)
    if plant.rng.random() < 0.25 + 0.5 * plant.severity:
        slow = 10.0 if plant.rng.random() < 0.12 else 100.0  # noqa: PLR2004 - rarely ten
        plant.speed = np.where(ill > 0, slow, plant.speed)
    plant.loss += ill * touch * plant.size("F13.loss", 0.002, 0.05)
    plant.served *= 1 - ill * plant.level("F13.lost", 0.1, 0.5)
    if plant.rng.random() < 0.12 * plant.severity:
        plant.off(plant.call_at - plant.rng.uniform(0.2, 3) * HOUR, plant.call_at + HOUR)
    plant.words["tdr"] = ["open" if plant.rng.random() < 0.6 else "short"]  # noqa: PLR2004 - more break
    if plant.is_twin:  # a worn cord at home as well
        plant.lan_broken += ill * 2e-5
