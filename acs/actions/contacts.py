"""Contacts with subscribers: what they were about, and whether they are handed on."""

from collections.abc import Callable
from typing import cast

import msgspec
import structlog
from twisted.internet.defer import Deferred

from acs.actions.supervisor import Supervisor, UnknownRouterError
from acs.actions.telemetry import LearningMetrics
from acs.facts import ContactMade
from acs.storage.rows import ContactRow, Windowed
from acs.storage.store import Store
from diagnostics.context import Contact

log = structlog.get_logger("actions")


class ContactDesk:
    """Takes contacts in.

    Args:
        store: where they are remembered.
        supervisor: judges the router during the contact.
        now: Unix seconds UTC.
        metrics: counts contacts.
    """

    def __init__(
        self,
        store: Store,
        supervisor: Supervisor,
        *,
        now: Callable[[], float],
        metrics: LearningMetrics,
    ) -> None:
        self._store = store
        self._supervisor = supervisor
        self._now = now
        self._metrics = metrics

    def record(self, contact: ContactMade) -> "Deferred[ContactRow]":
        """Store a contact with what it is about, and judge the router in its light.

        What it is about is the leading cause of the verdict that holds while somebody calls. The
        Deferred fails with UnknownRouterError when there is no such router.
        """
        return Deferred.fromCoroutine(self._record(contact))

    async def _record(self, made: ContactMade) -> ContactRow:
        window = await self._store.windowed(made.router_id)
        if window is None:
            raise UnknownRouterError(made.router_id)
        finding = self._finding(window, made)
        (row,) = cast(
            "tuple[ContactRow]",
            await self._store.commit((msgspec.structs.replace(made, finding=finding),)),
        )
        self._metrics.contact(escalated=row.escalated)
        if row.escalated:
            log.warning("actions.escalated", router=row.router_id, finding=row.finding)
        await self._supervisor.judge_again(made.router_id)
        return row

    def _finding(self, window: Windowed, made: ContactMade) -> str | None:
        calling = Contact(self._now(), made.channel, made.action, made.helped)
        context = msgspec.structs.replace(
            window.context, contacts=(*window.context.contacts, calling)
        )
        verdict = self._supervisor.verdict_on(msgspec.structs.replace(window, context=context))
        return verdict.causes[0].cause if verdict.causes else None
