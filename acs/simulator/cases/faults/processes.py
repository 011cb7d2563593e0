"""F02: a process of the router hangs: the lookups', the management's, or one that spins."""

import numpy as np

from acs.simulator.cases.plant import Plant


def strike(plant: Plant) -> None:
    """F02."""
    plant.begin(plant.hours("F02.age", 0.7, 30))
    ill = plant.since()
    kind = plant.rng.choice(["lookups", "spinning", "management"], p=[0.55, 0.3, 0.15])
    plant.notes["kind"] = str(kind)
    core = 100.0 / plant.model.cores
    if kind == "lookups":
        plant.dns += ill * min(0.98, plant.size("F02.dns", 0.12, 0.9))
        plant.served *= 1 - ill * plant.level("F02.lost", 0.2, 0.8)
        if plant.maybe("F02.spins", 0.5):
            plant.cpu += ill * core * 0.95
    elif kind == "spinning":
        plant.cpu += ill * core * plant.level("F02.spin", 0.75, 0.98)
        plant.load += ill * plant.level("F02.load", 0.6, 2.5)
        plant.session += ill * plant.size("F02.slower", 0.5, 2.5)
        plant.dns += ill * plant.size("F02.late", 0.01, 0.12)
        plant.processes += plant.ramp(3600) * plant.level("F02.zombies", 0, 25)
    else:
        plant.session += ill * plant.size("F02.slow", 1.5, 9)
        plant.cwmp_faults += ill * plant.size("F02.faults", 0.02, 0.3)
        plant.processes += plant.ramp(3600) * plant.level("F02.zombies", 2, 30)
        plant.dns += ill * plant.size("F02.late", 0.01, 0.12)
    if plant.is_twin:  # as if the provider's resolver failed: neighbours ask for other reasons
        plant.hood.begin = plant.onset
        plant.hood.callers = 1.0
    plant.process_faults += int(plant.rng.random() < 0.2)  # noqa: PLR2004 - few say so
    plant.files += np.cumsum(ill) * 2.0
