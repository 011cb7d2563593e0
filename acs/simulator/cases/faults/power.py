"""F17: overheating or a bad power supply: it falls over again and again."""

from acs.simulator.cases.plant import HOUR, Plant


def strike(plant: Plant) -> None:
    """F17."""
    plant.begin(plant.hours("F17.age", 5, 24 * 5))
    ill = plant.since()
    is_hot = plant.maybe("F17.hot", 0.5)
    plant.notes["kind"] = "hot" if is_hot else "supply"
    if is_hot:
        plant.heat += ill * plant.level("F17.heat", 14, 40)
    else:
        plant.voltage *= 1 - ill * plant.level("F17.volts", 0.05, 0.2)
    gap = 24.0 / plant.size("F17.a_day", 3.0, 18)
    at = plant.onset + plant.rng.exponential(gap) * HOUR
    cold = 0.8 if not is_hot else 0.35
    while at < plant.call_at:
        plant.restart(at, "power" if plant.rng.random() < cold else "unknown")
        at += max(300.0, plant.rng.gamma(2.0, gap / 2) * HOUR)
    plant.served *= 1 - ill * 0.15
    if plant.is_twin:  # neighbours restart by chance, too
        plant.hood.burst_at, plant.hood.burst = plant.call_at - 300, 1.5 / plant.hood.routers
