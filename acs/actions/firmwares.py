"""Watches firmwares, by a timer: counts the fleet in steps, keeps findings, tells the diagnosis.

When one is worse than another stands in ``cohorts``. It writes only through storage.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec
import structlog

from acs.actions.cohort_settings import CohortSettings
from acs.actions.cohorts import Found, Relapses, courses, sentence, still_stands, worse
from acs.actions.telemetry import ActionMetrics
from acs.commands import new_command_id
from acs.storage.cohort_rows import Census, FindingRow, Firmware
from acs.storage.store import Store
from diagnostics.context import Cohort, Context, FirmwareFinding, FirmwareMeasure

log = structlog.get_logger("actions")

_DAY = 86_400.0
_FIRST = 120.0  # seconds after a start: routers that come back go first
_ROUTERS = 5000  # counted at once
_REBOOTS = 1000  # read at once
_WEIGHT: tuple[FirmwareMeasure, ...] = ("relapse_1d", "relapse_7d", "ill")  # which is told first


class Firmwares:
    """Compares firmwares and knows which are worse; each node may run one.

    Args:
        store: where routers, outcomes and findings are remembered.
        settings: of cohorts.
        now: Unix seconds UTC.
        metrics: told of findings.
    """

    def __init__(
        self,
        store: Store,
        settings: CohortSettings,
        *,
        now: Callable[[], float],
        metrics: ActionMetrics,
    ) -> None:
        self._book, self._settings, self._now = store.cohorts, settings, now
        self._metrics = metrics
        self._due_at = now() + _FIRST
        self._told: dict[tuple[str, str, str], Cohort] = {}

    def told(self, context: Context) -> Context:
        """A router's context with the finding on its firmware, if there is one."""
        if not self._told:
            return context
        cohort = self._told.get((context.manufacturer, context.model, context.firmware))
        return context if cohort is None else msgspec.structs.replace(context, cohort=cohort)

    async def load(self) -> None:
        """Know the findings that are open; called at a start and after each sweep."""
        self._tell((await self._book.findings()).items)

    async def look(self) -> None:
        """Do what is due; called every minute or so."""
        now = self._now()
        # After a clock that was set back the next sweep would be far away.
        if now >= self._due_at or now < self._due_at - self._settings.every - _FIRST:
            self._due_at = now + self._settings.every
            await self.sweep()

    async def sweep(self) -> None:
        """Count the fleet, compare all firmwares, open, renew and close findings."""
        now, settings = self._now(), self._settings
        counted = await self._count()
        day = int(now // _DAY)
        oldest = int((now - settings.window) // _DAY)
        await self._book.keep_day(day, counted, oldest)
        days = await self._book.days(oldest)
        known = courses(days, await self._relapses(now - settings.window), settings)
        routers = Counter({each.firmware: each.routers for each in counted})
        standing = {
            (row.firmware, row.measure): msgspec.structs.replace(
                row, routers=routers[row.firmware], seen_at=now
            )
            for row in (await self._book.findings()).items
        }
        found = {
            (each.firmware, each.measure): each
            for each in worse(known, settings)
            if routers[each.firmware]
        }
        fallen = [
            row
            for key, row in standing.items()
            if key not in found and not still_stands(row, known, settings)
        ]
        held = [
            _row(each, standing.get(key), routers[each.firmware], now)
            for key, each in found.items()
        ]
        held += [row for key, row in standing.items() if key not in found and row not in fallen]
        await self._keep(held, fallen, now)
        await self.load()

    async def _count(self) -> list[Census]:
        """All enrolled routers by firmware; other work has its turn between two steps."""
        sums: defaultdict[Firmware, list[int]] = defaultdict(lambda: [0, 0, 0])
        after: str | None = ""
        while after is not None:
            page = await self._book.census(after, _ROUTERS)
            for each in page.items:
                total = sums[each.firmware]
                total[0] += each.routers
                total[1] += each.ill
                total[2] += each.told
            after = page.last
        return [Census(firmware, *total) for firmware, total in sums.items()]

    async def _relapses(self, since: float) -> Relapses:
        found = Relapses()
        after = ("", "")
        while page := await self._book.relapses(since, after, _REBOOTS):
            found.take(page)
            after = (page[-1].router_id, page[-1].command_id)
        return found

    async def _keep(
        self, held: Sequence[FindingRow], fallen: Sequence[FindingRow], now: float
    ) -> None:
        if not held and not fallen:
            return
        new = set(await self._book.keep_findings(held, [row.finding_id for row in fallen], now))
        for row in held:
            if row.finding_id in new:
                self._metrics.finding_opened(row.measure)
                _log("actions.firmware_is_worse", row)
        for row in fallen:
            _log("actions.firmware_is_not_worse", row)

    def _tell(self, rows: Sequence[FindingRow]) -> None:
        ordered = sorted(rows, key=lambda row: _WEIGHT.index(row.measure), reverse=True)
        self._told = {row.firmware: _cohort(row) for row in ordered}
        routers: defaultdict[FirmwareMeasure, list[int]] = defaultdict(list)
        for row in rows:
            routers[row.measure].append(row.routers)
        self._metrics.set_findings(routers)


def _row(found: Found, standing: FindingRow | None, routers: int, now: float) -> FindingRow:
    return FindingRow(
        finding_id=new_command_id(now) if standing is None else standing.finding_id,
        firmware=found.firmware,
        measure=found.measure,
        better=found.better,
        hit=found.here.hit,
        of=found.here.of,
        better_hit=found.there.hit,
        better_of=found.there.of,
        chance=found.chance,
        routers=routers,
        opened_at=now if standing is None else standing.opened_at,
        seen_at=now,
    )


def _cohort(row: FindingRow) -> Cohort:
    finding = FirmwareFinding(
        measure=row.measure,
        hit=row.hit,
        of=row.of,
        better=row.better,
        better_hit=row.better_hit,
        better_of=row.better_of,
    )
    return Cohort(routers=row.routers, finding=finding)


def _log(event: str, row: FindingRow) -> None:
    log.warning(
        event,
        finding=row.finding_id,
        manufacturer=row.firmware.manufacturer,
        model=row.firmware.model,
        firmware=row.firmware.version,
        measure=row.measure,
        says=sentence(row),
        routers=row.routers,
    )
