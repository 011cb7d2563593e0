"""Finds the gentle action for a router: what its stored tree offers and what was tried lately."""

from collections.abc import Callable, Mapping
from typing import cast

from twisted.internet.defer import Deferred, succeed

from acs.actions.gentle import LOOKED_AT, GentleSettings, Offer, Parameter, choose, offers
from acs.commands import GentleAction
from acs.storage.store import Store
from diagnostics.verdict import Verdict

_LATELY = 50  # commands of a router among which what was tried in a day is looked for
Arguments = dict[str, object]


class GentleChoice:
    """Asks storage; the rules are in ``gentle``.

    Args:
        store: trees and commands.
        settings: which action is for which cause.
        now: Unix seconds UTC.
    """

    def __init__(self, store: Store, settings: GentleSettings, now: Callable[[], float]) -> None:
        self._store = store
        self._settings = settings
        self._now = now

    def instead(self, router_id: str, verdict: Verdict) -> "Deferred[Arguments | None]":
        """Arguments of the gentle action to try before the reboot; None: there is none."""
        causes = verdict.causes
        if not causes or not self._settings.for_cause(causes[0].cause):
            return succeed(None)
        return Deferred.fromCoroutine(self._instead(router_id, verdict))

    async def _instead(self, router_id: str, verdict: Verdict) -> Arguments | None:
        found = await self._offers(router_id)
        page = await self._store.commands(router_id, None, _LATELY, None)
        action = choose(verdict, found, page.items, self._settings, self._now())
        return None if action is None else _arguments(action, found)

    def whole(self, router_id: str, asked: Mapping[str, object]) -> "Deferred[Arguments]":
        """Arguments as they were asked for, with the parameter, if the router offers it."""
        action = cast("GentleAction", asked["action"])
        return self._offers(router_id).addCallback(lambda found: _arguments(action, found))

    def _offers(self, router_id: str) -> "Deferred[dict[GentleAction, Offer]]":
        tree = self._store.learned.parameters_below(router_id, LOOKED_AT)
        return tree.addCallback(
            lambda entries: offers(Parameter(e.path, e.value, e.writable) for e in entries)
        )


def _arguments(action: GentleAction, found: Mapping[GentleAction, Offer]) -> Arguments:
    offer = found.get(action)
    return {
        "action": action,
        "path": "" if offer is None else offer.path,
        "value": "true" if offer is None else offer.value,
    }
