"""F04 a hung radio, F05 poor coverage, F06 a crowded channel."""

import numpy as np

from acs.simulator.cases.household import Array
from acs.simulator.cases.plant import HOUR, Plant


def hang(plant: Plant) -> None:
    """F04: the radio or its driver hangs; cables go on working."""
    plant.begin(plant.hours("F04.age", 0.5, 40))
    ill = plant.since()
    is_whole = plant.rng.random() < 0.35 + 0.6 * plant.severity
    left = 0.0 if is_whole else plant.rng.uniform(0.15, 0.5)
    plant.notes["radio"] = "dead" if is_whole else "one band dead"
    if not plant.model.stale:
        plant.associated *= 1 - ill * (1 - left)
    plant.served *= 1 - ill * plant.home.wireless * (1 - left)
    plant.radio_resets += ill * plant.size("F04.resets", 0.04, 1.2)
    plant.retries += ill * (0 if is_whole else plant.size("F04.retries", 0.03, 0.15))
    plant.key_failures += ill * plant.size("F04.keys", 0.3, 6)
    if plant.maybe("F04.reports", 0.15):
        plant.radio = ["Error" if each else "Up" for each in ill]
    if plant.is_twin:
        plant.signal -= 9


def spread(plant: Plant, weaker: Array) -> None:
    """Make the farthest clients so many dB weaker and let that have its effect."""
    plant.signal -= weaker
    weak = np.clip(weaker / 25, 0, 1.3)
    plant.retries += weak * plant.p("F05.retries", 0.16) * (0.6 + 0.6 * plant.present)
    plant.served *= 1 - 0.25 * weak * plant.present
    plant.notes["db"] = round(float(np.mean(weaker)), 1)


def place(plant: Plant) -> None:
    """F05: the clients are too far away, or something stands between."""
    is_new = plant.maybe("F05.moved", 0.3)
    plant.begin(plant.hours("F05.age", 3, 200) if is_new else 24 * 60)
    weaker = plant.level("F05.weaker", 9, 25)
    room = 5.0 * plant.now_and_then(0.35)
    room[-2:] = 5.0 * (plant.rng.random() < 0.8)  # noqa: PLR2004 - one calls from the bad room
    spread(plant, plant.since() * (weaker + room - 2))
    if plant.is_twin:  # as if hung: nobody holds a connection at the call
        quarter = plant.since(plant.call_at - plant.rng.uniform(0.3, 3) * HOUR)
        plant.associated *= 1 - 0.8 * quarter
        plant.radio_resets += 0.02
    elif plant.maybe("F05.drops", 0.3):
        plant.associated *= 1 - plant.since() * 0.4 * plant.now_and_then(0.3)


def crowd(plant: Plant) -> None:
    """F06: neighbours' access points take the air in the evening."""
    plant.begin(plant.hours("F06.age", 20, 24 * 40))
    peak = plant.level("F06.foreign", 28, 68)
    plant.foreign += plant.since() * peak * (0.25 + 0.75 * plant.evening(2.6))
    plant.air += plant.since() * 8 * plant.evening(2.6)
    plant.neighbours += plant.level("F06.neighbours", 3, 13)
    plant.retries += plant.since() * plant.size("F06.retries", 0.07, 0.24) * plant.evening(2.6)
    plant.noise += plant.since() * plant.level("F06.noise", 0, 4) * plant.evening(3)
    plant.served *= 1 - 0.3 * plant.severity * plant.evening()
    if plant.maybe("F06.hops", 0.4):
        plant.rechannels += plant.since() * plant.size("F06.hopping", 0.1, 0.6)
    if plant.is_twin:  # the gateway is slower in the evening, too
        plant.rtt += 8 * plant.evening()
