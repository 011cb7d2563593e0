"""F11 a bent or dirty fibre, F12 an ageing laser or supply of the optical unit."""

import numpy as np

from acs.simulator.cases.plant import DAY, Plant


def bend(plant: Plant) -> None:
    """F11: light is lost on the way."""
    plant.begin(plant.hours("F11.age", 2, 24 * 12))
    lost = plant.level("F11.lost", 1.8, 8.5)
    shape = plant.ramp(plant.rng.uniform(3, 9) * DAY) if plant.maybe("F11.slow", 0.3) else None
    dim = lost * (plant.since() if shape is None else shape)
    plant.line["light"] = -dim
    power = plant.words.setdefault("light_before", [float(plant.rng.uniform(-24, -17))])[0]
    margin = power - dim + 26.5  # dB above what the receiver needs
    hurt = 1 / (1 + np.exp(2.2 * margin))
    plant.line["bip"] = hurt * plant.size("F11.bip", 300, 20_000) + 2 * (dim > 2)  # noqa: PLR2004 - 2 dB
    plant.line["uncorrectable"] = hurt * plant.size("F11.uncorrectable", 60, 5000)
    plant.line["corrected"] = np.clip(dim, 0, None) ** 2 * 400
    plant.loss += hurt * plant.size("F11.loss", 0.01, 0.2)
    plant.served *= 1 - hurt * 0.7
    plant.words["sd"] = [bool(each) for each in hurt > 0.3]  # noqa: PLR2004 - signal degrade
    dark = (margin < -2.5) & (plant.rng.random(len(margin)) < 0.5)  # noqa: PLR2004 - loses the OLT
    plant.reachable &= ~dark
    if plant.is_twin:
        plant.line["bias"] = 0.12 * plant.since()


def age(plant: Plant) -> None:
    """F12: the laser draws more current for less light, and gets warm."""
    plant.begin(24 * plant.hours("F12.days", 20, 200))
    old = np.clip((plant.at - plant.onset) / (plant.call_at - plant.onset), 0, 1)
    plant.line["bias"] = plant.level("F12.bias", 0.3, 1.6) * (0.55 + 0.45 * old)
    plant.line["sent"] = -plant.level("F12.sent", 0.6, 3.6) * (0.4 + 0.6 * old)
    plant.line["heat"] = plant.level("F12.heat", 3, 24) * (0.6 + 0.4 * old)
    plant.line["supply"] = -plant.level("F12.supply", 0, 260) * old
    plant.loss += old * plant.size("F12.loss", 0.002, 0.04)
    plant.line["uncorrectable"] = old * plant.size("F12.uncorrectable", 0.2, 40)
    gone = plant.now_and_then(0.02 + 0.06 * plant.severity) * (old > 0.8)  # noqa: PLR2004 - late in its life
    plant.reachable &= gone < 0.5  # noqa: PLR2004 - a mask
    plant.reachable[-1] = True
    if plant.is_twin:
        plant.line["light"] = -0.8 * plant.since()
