"""F22: nothing lasting. Something felt slow for a moment; or it only looks like a fault."""

from collections.abc import Callable

from acs.simulator.cases.faults.copper import reprofile
from acs.simulator.cases.faults.session import recover
from acs.simulator.cases.plant import HOUR, Plant


def _hiccup(plant: Plant) -> None:
    """A moment of more delay or retries, as anybody has."""
    bump = plant.since(plant.call_at - 1.2 * HOUR) * plant.rng.random(3)[:, None]
    plant.rtt += 9 * bump[0]
    plant.retries += 0.04 * bump[1]
    plant.loss += 0.002 * bump[2]


def _cache(plant: Plant) -> None:
    """Twin of F01: a page cache that fills memory and would give it back."""
    plant.aged(plant.rng.uniform(6, 60) * 24 * HOUR)
    plant.cached += 0.28


def _away(plant: Plant) -> None:
    """Twin of F04: nobody is at home, so no client is on the air."""
    gone = plant.since(plant.call_at - plant.rng.uniform(3, 60) * HOUR)
    plant.present *= 1 - gone
    plant.demand *= 1 - 0.97 * gone
    plant.associated *= 1 - gone


def _unplugging(plant: Plant) -> None:
    """Twin of F17: somebody unplugs it again and again."""
    for _ in range(int(plant.rng.integers(2, 5))):
        plant.restart(plant.call_at - float(plant.rng.uniform(0.3, 20)) * HOUR, "power")


def _evening(plant: Plant) -> None:
    """Twin of F06 and F07: a busy evening within bounds."""
    plant.rtt += 6 * plant.evening()
    plant.foreign += 12 * plant.evening()


def _visitor(plant: Plant) -> None:
    """Twin of F05: one far device for an hour."""
    plant.signal -= 10 * plant.since(plant.call_at - 1.5 * HOUR)


def _new_firmware(plant: Plant) -> None:
    """Twin of F18: a recent update that did no harm."""
    updated = plant.call_at - float(plant.rng.uniform(1, 10)) * 24 * HOUR
    plant.notes["updated_at"] = updated
    plant.restart(updated, "unknown")


_TWINS: tuple[Callable[[Plant], None], ...] = (
    _cache, _away, _unplugging, _evening, _visitor, _new_firmware, recover,
)  # fmt: skip


def strike(plant: Plant) -> None:
    """F22."""
    plant.begin(plant.rng.uniform(0.2, 2))
    _hiccup(plant)
    if plant.is_twin:
        twins = (*_TWINS, reprofile) if plant.model.access == "xDSL" else _TWINS
        twin = twins[int(plant.rng.integers(len(twins)))]
        plant.notes["twin"] = twin.__name__.strip("_")
        twin(plant)


def confuse(plant: Plant) -> None:
    """Harmless oddities that any router may have beside its fault."""
    if plant.maybe("odd.cache", 0.1) and plant.model.cached == 0:
        plant.cached += 0.2
    if plant.maybe("odd.evening", 0.15):
        _evening(plant)
    if plant.maybe("odd.weak", 0.12):
        plant.signal -= plant.rng.uniform(3, 9)
    if plant.maybe("odd.cord", 0.05):
        plant.lan_broken += plant.rng.uniform(1e-6, 2e-5)
    if plant.maybe("odd.slow_host", 0.08):  # a television with a 100 Mbit/s port, as ever
        plant.lan_speed[:] = 100.0
