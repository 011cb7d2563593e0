"""F19 a weak or crowded mobile signal, F20 a modem stuck on an old network."""

import numpy as np

from acs.simulator.cases.plant import Plant


def fade(plant: Plant) -> None:
    """F19."""
    plant.begin(plant.hours("F19.age", 12, 24 * 40))
    ill = plant.since()
    if plant.maybe("F19.loaded", 0.4):  # the cell is full in the evening
        plant.notes["kind"] = "cell load"
        full = ill * plant.evening(2.5)
        plant.line["rsrq"] = -full * plant.level("F19.rsrq", 3.5, 8)
        plant.line["sinr"] = -full * plant.level("F19.sinr_load", 5, 12)
        plant.rtt += full * plant.size("F19.delay", 40, 250)
        plant.served *= 1 - 0.4 * full
        return
    plant.notes["kind"] = "weak"
    plant.line["rsrp"] = -ill * plant.level("F19.rsrp", 14, 32)
    plant.line["sinr"] = -ill * plant.level("F19.sinr", 8, 17)
    plant.line["rsrq"] = -ill * plant.level("F19.quality", 1, 4)
    plant.loss += ill * plant.size("F19.loss", 0.003, 0.05)
    plant.served *= 1 - 0.4 * ill
    if plant.is_twin:  # it falls back now and then
        plant.words["rat"] = ["UMTS" if each else "LTE" for each in plant.now_and_then(0.1)]


def stick(plant: Plant) -> None:
    """F20."""
    plant.begin(plant.hours("F20.age", 1, 40))
    ill = plant.since()
    old = "GPRS" if plant.rng.random() < 0.25 else "UMTS"  # noqa: PLR2004 - rarer
    plant.words["rat"] = [old if each else "LTE" for each in ill]
    plant.served *= 1 - ill * plant.level("F20.lost", 0.6, 0.97)
    plant.rtt += ill * plant.size("F20.delay", 60, 500)
    plant.loss += ill * plant.size("F20.loss", 0.002, 0.05)
    if plant.is_twin:
        plant.line["rsrp"] = -ill * 7
        plant.line["sinr"] = -ill * 3
    plant.line.setdefault("rsrq", np.zeros(len(ill)))
