"""What the page of the whole fleet shows, gathered from storage. Nothing is judged here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from acs.actions.effectiveness import Worth, report
from acs.actions.settings import GuardSettings
from acs.api.learning_documents import RebootsDocument
from acs.api.routes.reboots import reboots_document
from acs.api.services import Services
from acs.bridge import to_asyncio
from acs.storage.incident_rows import IncidentRow
from acs.storage.overview import ModelCount
from diagnostics.verdict import ACTIONS, Action

_QUARTER = 90 * 86_400.0
_WINDOW = 600.0  # of the reboot budget
_MOST_INCIDENTS = 50
_MOST_MODELS = 100


@dataclass(frozen=True)
class ModelLine:
    """One model: how many routers, how many of them with each verdict; None: not judged yet."""

    manufacturer: str
    model: str
    routers: int
    counts: dict[Action | None, int]

    @property
    def ill(self) -> int:
        """Routers that need something."""
        return sum(n for action, n in self.counts.items() if action not in (None, "none"))


@dataclass(frozen=True)
class Overview:
    """All that the template shows.

    Attributes:
        counts: enrolled routers by verdict, in the order of ``ACTIONS``; None: not judged yet.
        actions: those that any router has, in that order.
        budget: reboots that the fleet may have in ten minutes; ``sent``: that it has had.
        worths: what actions were worth in all and by cause.
    """

    routers: int
    counts: dict[Action | None, int]
    actions: tuple[Action, ...]
    models: tuple[ModelLine, ...]
    more_models: int
    incidents: tuple[IncidentRow, ...]
    reboots: RebootsDocument
    sent: int
    budget: int
    worths: tuple[Worth, ...]


async def overview_of(services: Services, guards: GuardSettings) -> Overview:
    """The fleet as it stands."""
    store, now = services.store, services.clock()
    by_model, incidents, reboots, sent, tallies = await asyncio.gather(
        to_asyncio(store.verdicts_by_model()),
        to_asyncio(store.incidents(closed=False, limit=_MOST_INCIDENTS, cursor=None)),
        reboots_document(services),
        to_asyncio(store.reboots_sent(now - _WINDOW)),
        to_asyncio(store.learned.tallies(now - _QUARTER)),
    )
    lines = model_lines(by_model)
    counts: dict[Action | None, int] = {
        action: sum(line.counts.get(action, 0) for line in lines) for action in (*ACTIONS, None)
    }
    total = sum(counts.values())
    learning = services.learning
    worths = report(tallies, shrinkage=learning.shrinkage, least=learning.least_known, stage=None)
    return Overview(
        routers=total,
        counts=counts,
        actions=tuple(action for action in ACTIONS if counts[action]),
        models=tuple(lines[:_MOST_MODELS]),
        more_models=max(0, len(lines) - _MOST_MODELS),
        incidents=tuple(incidents.items),
        reboots=reboots,
        sent=sent,
        budget=max(guards.fleet_minimum, int(guards.fleet_share * total)),
        worths=tuple(worth for worth in worths if not (worth.model or worth.firmware)),
    )


def model_lines(counts: Iterable[ModelCount]) -> list[ModelLine]:
    """Counts by model, those with most routers that need something first."""
    found: defaultdict[tuple[str, str], dict[Action | None, int]] = defaultdict(dict)
    for each in counts:
        found[each.manufacturer, each.model][each.action] = each.routers
    lines = [
        ModelLine(maker, model, sum(by_action.values()), by_action)
        for (maker, model), by_action in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.ill, -line.routers, line.model))
