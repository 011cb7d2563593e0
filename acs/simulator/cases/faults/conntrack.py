"""F03: one host at home opens connections until the table of connections is full."""

import numpy as np

from acs.simulator.cases.plant import HOUR, Plant


def strike(plant: Plant) -> None:
    """F03."""
    plant.begin(plant.hours("F03.age", 1.5, 60))
    filling = plant.ramp(plant.hours("F03.filling", 0.5, 4) * HOUR)
    height = plant.level("F03.height", 0.9, 1.05)
    ebb = 0.75 + 0.25 * plant.evening(3.5)
    used = filling * ebb * height
    used[-2:] = np.maximum(used[-2:], filling[-2:] * height * 0.98)
    plant.connections += used * plant.model.connections
    full = np.clip((used - 0.9) / 0.1, 0, 1)
    plant.refused += full * plant.size("F03.refused", 15, 4000)
    plant.dns += full * plant.size("F03.dns", 0.02, 0.35)
    plant.loss += full * 0.002
    plant.cpu += full * plant.level("F03.cpu", 2, 18)
    plant.softirq += full * plant.level("F03.softirq", 2, 15)
    plant.demand *= 1 + filling * plant.level("F03.traffic", 0.1, 1.2)
    plant.session += full * 0.6
    if plant.is_twin:  # in the evening, with a slower gateway
        plant.rtt += plant.evening() * 12
