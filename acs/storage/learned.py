"""The store's door to what was learned: policies, trials and their worth, stopped models."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from acs.commands import PolicyState, Stage
from acs.storage import effects, policies, silences, tree_lookup
from acs.storage.effects import DueCheck, Tally
from acs.storage.policies import Policy
from acs.storage.silences import SilentModel
from acs.storage.tree_pages import Entry

T = TypeVar("T")


class _Run(Protocol):
    def __call__(self, call: Callable[[Connection], T]) -> "Deferred[T]": ...


class _Write(Protocol):
    def __call__(
        self, call: Callable[[Connection], Any], told: dict[str, object] | None = None
    ) -> Any: ...


class Learned:
    """Reads and writes; each returns a Deferred, as the store's own do.

    Args:
        read: runs a call in a reader's thread.
        write: runs a call in the writer's transaction, under the lock of budgets; the audit log
            tells of it what is given with it.
    """

    def __init__(self, read: _Run, write: _Write) -> None:
        self._read = read
        self._write = write

    # --- worth --------------------------------------------------------------------------------

    def due_checks(self, now: float, limit: int) -> "Deferred[list[DueCheck]]":
        """Looks at what actions were worth whose time has come, the most overdue first."""
        return self._read(lambda c: effects.due_checks(c, now, limit))

    def tallies(self, since: float, policy: str | None = None) -> "Deferred[list[Tally]]":
        """All outcomes since a time, counted; those of one policy's round, if it is named."""
        return self._read(lambda c: effects.tallies(c, since, policy))

    def open_checks(self, policy: str, stage: Stage) -> "Deferred[int]":
        """Looks of a policy's round that are still to come, at one stage."""
        return self._read(lambda c: effects.open_checks(c, policy, stage))

    # --- policies -----------------------------------------------------------------------------

    def policy(self) -> "Deferred[Policy | None]":
        """The policy that was announced last."""
        return self._read(policies.latest)

    def treated(self, trial: str) -> "Deferred[int]":
        """Routers that a policy's round has been tried on."""
        return self._read(lambda c: policies.treated(c, trial))

    def announce(self, name: str, mode: str, canary: int, now: float) -> "Deferred[Policy]":
        """This is what the daemon may do from now on; if that is a change, it begins anew."""
        done: Deferred[Policy] = self._write(
            lambda c: policies.announce(c, name, mode, canary, now)
        )
        return done

    def move_policy(
        self, policy: Policy, state: PolicyState, why: str, now: float
    ) -> "Deferred[bool]":
        """Change a policy's state, if it still is as it was seen; whether it did."""
        done: Deferred[bool] = self._write(lambda c: policies.move(c, policy, state, why, now))
        return done

    def resume_policy(self, now: float) -> "Deferred[Policy | None]":
        """An operator lets a stopped policy go on: with a new canary."""
        done: Deferred[Policy | None] = self._write(
            lambda c: policies.again(c, now), {"policy_resumed": True}
        )
        return done

    # --- trees ---------------------------------------------------------------------------------

    def parameters_below(
        self, router_id: str, paths: tuple[str, ...]
    ) -> "Deferred[tuple[Entry, ...]]":
        """Entries of a router's stored tree at or below any of these paths."""
        return self._read(lambda c: tuple(tree_lookup.entries_below(c, router_id, *paths)))

    # --- models -------------------------------------------------------------------------------

    def silent_models(self) -> "Deferred[tuple[SilentModel, ...]]":
        """Models with routers that did not come back from a reboot."""
        return self._read(silences.list_models)

    def resume_model(self, model: str) -> "Deferred[int]":
        """An operator has looked at a model; how many silent routers were forgotten."""
        done: Deferred[int] = self._write(
            lambda c: silences.resume(c, model), {"model_resumed": model}
        )
        return done
