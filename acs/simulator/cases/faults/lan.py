"""F14: a cable or a device of the customer: a bad cord, a slow port, a loop."""

import numpy as np

from acs.simulator.cases.plant import Plant


def strike(plant: Plant) -> None:
    """F14."""
    plant.begin(plant.hours("F14.age", 0.8, 24 * 8))
    ill = plant.since()
    kind = str(plant.rng.choice(["cord", "slow", "loop"], p=[0.55, 0.3, 0.15]))
    plant.notes["kind"] = kind
    if kind == "cord":
        plant.lan_broken += ill * plant.size("F14.errors", 5e-5, 1e-2)
        if plant.rng.random() < 0.4:  # noqa: PLR2004 - often a pair is gone too
            plant.lan_speed = np.where(ill > 0, 100.0, plant.lan_speed)
    elif kind == "slow":
        slow = 10.0 if plant.rng.random() < 0.3 else 100.0  # noqa: PLR2004 - rarer
        plant.lan_speed = np.where(ill > 0, slow, plant.lan_speed)
        plant.lan_broken += ill * plant.size("F14.few", 4e-6, 4e-4)
    else:
        plant.broadcasts += ill * plant.size("F14.storm", 300, 20_000)
        plant.cpu += ill * plant.level("F14.cpu", 6, 35)
        plant.softirq += ill * plant.level("F14.softirq", 8, 40)
        plant.lan_broken += ill * 2e-5
        plant.dns += ill * plant.size("F14.dns", 0.002, 0.04)
    if plant.is_twin:
        plant.broken += ill * 2e-6
