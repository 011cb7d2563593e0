"""F18: a bug of the firmware that came with the last update: crashes, a bad radio, or a leak."""

from acs.simulator.cases.faults.memory import leak
from acs.simulator.cases.plant import DAY, HOUR, Plant


def strike(plant: Plant) -> None:
    """F18."""
    updated_days = plant.hours("F18.days", 1.5, 60)
    updated = plant.call_at - updated_days * DAY
    plant.notes["updated_at"] = updated
    plant.begin(updated_days * 24 * plant.rng.uniform(0.3, 0.95))
    kind = str(plant.rng.choice(["crash", "radio", "leak"], p=[0.45, 0.3, 0.25]))
    plant.notes["kind"] = kind
    plant.restart(updated, "unknown")
    ill = plant.since()
    if kind == "crash":
        at = max(plant.onset, plant.at[0])
        while at < plant.call_at:
            plant.restart(at, "watchdog" if plant.rng.random() < 0.75 else "unknown")  # noqa: PLR2004 - mostly
            at += plant.rng.exponential(24.0 / plant.size("F18.a_day", 0.35, 2.5)) * HOUR
        plant.kernel_faults += int(plant.rng.poisson(1.2))
        plant.process_faults += int(plant.rng.poisson(1.0))
    elif kind == "radio":
        plant.radio_resets += ill * plant.size("F18.resets", 0.05, 0.6)
        plant.retries += ill * plant.size("F18.retries", 0.02, 0.12)
        plant.associated *= 1 - ill * plant.now_and_then(0.25) * 0.8
        plant.served *= 1 - 0.3 * ill * plant.now_and_then(0.25)
        plant.process_faults += int(plant.rng.poisson(1.0))
    else:
        days = min(updated_days, plant.hours("F18.leak_days", 2, 9))
        leak(plant, days / 0.97, 0.97, kernel=plant.maybe("F18.kernel", 0.5))
        plant.process_faults += int(plant.rng.poisson(0.7))
