"""F01: software that never gives memory back, and what becomes of a router that runs out of it."""

import numpy as np

from acs.simulator.cases.household import Array
from acs.simulator.cases.plant import DAY, Plant

_FREE = 0.42  # share of memory that is free after a start, about


def leak(plant: Plant, days: float, progress: float, *, kernel: bool) -> None:
    """Leak so fast that ``days`` use up all, with ``progress`` of it gone at the call."""
    plant.aged(days * DAY * progress)
    plant.notes["leaks"] = round(days, 1)
    uptime = plant.uptime()
    gone = np.clip(uptime / (days * DAY), 0, 1.02)
    if plant.maybe("F01.stepwise", 0.25):
        steps = plant.rng.integers(5, 12)
        gone = np.floor(gone * steps) / steps + 0.3 / steps * gone
    lost = gone * _FREE * plant.model.memory
    plant.leaked += lost
    if kernel:
        plant.slab += lost
    starve(plant, gone)


def starve(plant: Plant, gone: Array) -> None:
    """What little memory does: lookups and sessions fail, processes are killed."""
    short = np.clip((gone - 0.78) / 0.22, 0, 1) ** 1.5
    plant.cpu += short * plant.level("F01.cpu", 4, 35)
    plant.dns += short * plant.size("F01.dns", 0.01, 0.25)
    plant.session += short * plant.size("F01.session", 0.5, 5)
    plant.cwmp_faults += short * plant.size("F01.refused", 0.004, 0.08)
    plant.oom += (short > 0.7) * plant.size("F01.kills", 0.01, 0.2)  # noqa: PLR2004 - nearly all gone
    plant.processes += short * plant.level("F01.processes", 0, 5)
    plant.served *= 1 - 0.3 * short


def strike(plant: Plant) -> None:
    """F01."""
    days = plant.hours("F01.days", 4, 35)
    progress = min(1.0, plant.level("F01.progress", 0.8, 1.0))
    plant.begin(days * progress * 24)
    leak(plant, days, progress, kernel=plant.maybe("F01.kernel", 0.4))
    if plant.is_twin:  # the cache takes what is left: less slope to see
        plant.cached += 0.1
