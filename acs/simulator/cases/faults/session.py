"""F16 a session that stuck after an event of the gateway, F21 one that is refused on purpose."""

import numpy as np

from acs.simulator.cases.plant import HOUR, Plant


def _down(plant: Plant, state: str, *, told: float) -> None:
    """The session is down since the onset; ``told`` of the samples get out all the same."""
    ill = plant.since()
    plant.words["dial"] = [state if each else "up" for each in ill]
    plant.reachable &= ~((ill > 0) & (plant.rng.random(len(ill)) > told))


def stick(plant: Plant) -> None:
    """F16: its neighbours recovered, it did not."""
    plant.begin(plant.hours("F16.age", 0.3, 14))
    ill = plant.since()
    plant.served *= 1 - ill * plant.level("F16.lost", 0.8, 1.0)
    plant.dns += ill * plant.level("F16.dns", 0.3, 0.95)
    _down(plant, "stuck", told=plant.p.chance("F16.told", 0.75))
    if plant.maybe("F16.event", 0.7):  # the gateway's event itself, over by now
        hood = plant.hood
        hood.begin = plant.onset - 300
        hood.end = plant.onset + plant.hours("F16.over", 0.05, 0.5) * HOUR
        hood.offline, hood.failing = 0.4, 0.5
    if plant.is_twin and plant.maybe("F16.refused_once", 0.4):
        plant.words["auth"] = [bool(each) for each in ill * (plant.rng.random(len(ill)) < 0.15)]  # noqa: PLR2004 - now and then


def block(plant: Plant) -> None:
    """F21: an unpaid bill or a wrong setting; often from midnight on."""
    hours = (plant.hour[-1] % 24) + 24 * plant.rng.integers(0, 3)
    is_midnight = plant.maybe("F21.midnight", 0.7) and hours > 0.5  # noqa: PLR2004 - half an hour
    plant.begin(float(hours) if is_midnight else plant.hours("F21.age", 0.5, 40))
    ill = plant.since()
    walled = plant.maybe("F21.walled", 0.4)
    plant.notes["walled garden"] = walled
    plant.served *= 1 - ill * plant.level("F21.lost", 0.85, 0.99)
    if walled:  # the session stands, all names lead to the cashier's page
        plant.dns += ill * plant.level("F21.dns", 0.0, 0.35)
        return
    _down(plant, "refused", told=plant.p.chance("F21.told", 0.8))
    plant.words["auth"] = [bool(each) for each in ill]
    plant.dns += ill * plant.level("F21.dns_down", 0.4, 0.95)
    if plant.is_twin:
        keep = plant.rng.random(len(ill)) < 0.5  # noqa: PLR2004 - the error is not always there to read
        plant.words["auth"] = [bool(each) for each in (ill > 0) & keep]


def recover(plant: Plant) -> None:
    """A short loss of the session that is over: no fault."""
    at = plant.call_at - plant.rng.uniform(0.2, 3) * HOUR
    plant.off(at, at + 600)
    plant.words["redialled"] = [float(at + 600)]
    plant.served *= 1 - 0.3 * np.exp(-np.abs(plant.at - at) / HOUR)
