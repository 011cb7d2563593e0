"""What a simulated router has to tell by itself: how jobs ended, and which parameters changed.

When it does so is the business of ``cpe``.
"""

from collections.abc import Callable
from random import Random

from acs.facts import Event
from acs.simulator import soap_jobs
from acs.simulator.jobs import Jobs
from acs.simulator.product import Model
from acs.simulator.tree import Snapshot, Tree
from acs.simulator.trials import conclude, reset_state

WATCH_EVERY = 1.0  # s between two looks at parameters with active notification
_PASSIVE, _ACTIVE = 1, 2
Look = Callable[[], Snapshot]


class Endings:
    """The ends of jobs: results in the tree, events, and calls of the router's own.

    Args:
        model: of the router.
        tree: of the router.
        jobs: of the router.
        random: of its tests' results.
    """

    def __init__(self, model: Model, tree: Tree, jobs: Jobs, random: Random) -> None:
        self._model, self._tree, self._jobs, self._random = model, tree, jobs, random
        self._to_tell: list[tuple[str, str]] = []
        self.is_telling = False

    def collect(self, now: float, vitals: Snapshot) -> tuple[list[Event], str | None]:
        """Events of jobs that have ended, and the version of firmware that was installed.

        ``vitals`` are the router's now: tests find what they say.
        """
        version = self._tree.text(f"{self._model.root}DeviceInfo.SoftwareVersion")
        found = self._jobs.collect(now, version)
        for job in found.tests:
            conclude(self._tree, job.path, self._random, job.done, vitals)
        for job in found.transfers:
            assert job.done is not None
            done = job.done
            body = soap_jobs.transfer_complete(
                job.key, done.fault, done.text, done.began, done.ended
            )
            self._to_tell.append(("TransferComplete", body))
        for key, units in found.units:
            body = soap_jobs.units_complete(key, units, now)
            self._to_tell.append(("DUStateChangeComplete", body))
        return found.events, found.version

    def break_off(self, *, tests_only: bool) -> None:
        """The router restarts: tests under way have no result, and other jobs go on or are gone."""
        for path in self._jobs.forget(tests_only=tests_only):
            reset_state(self._tree, path)

    def forget(self) -> None:
        """There is nothing to tell any more (factory reset)."""
        self._to_tell.clear()

    def call(self) -> str:
        """The body of the next call; "" when there is none."""
        self.is_telling = bool(self._to_tell)
        return self._to_tell[0][1] if self._to_tell else ""

    def answered(self, method: str) -> str | None:
        """The call that the server has answered; None when it answered with something else."""
        self.is_telling = False
        name = self._to_tell[0][0]
        if method != f"{name}Response":
            return None
        self._to_tell.pop(0)
        return name


class Watch:
    """Parameters whose changes are to be told (A.3.2.4).

    Args:
        tree: of the router.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._was: dict[str, str] = {}

    @property
    def is_urgent(self) -> bool:
        """Whether any is to be told at once."""
        return bool(self._tree.notified(_ACTIVE))

    def must_tell(self, look: Look) -> bool:
        """Whether one of those that are to be told at once has changed."""
        return any(self._was.get(name) != text for name, text in self._now(look, _ACTIVE))

    def changed(self, look: Look) -> list[str]:
        """Names of all that have changed since they were told."""
        return [name for name, text in self._now(look, _PASSIVE) if self._was.get(name) != text]

    def told(self, look: Look) -> None:
        """The server knows the values as they are."""
        self._was = dict(self._now(look, _PASSIVE))

    def _now(self, look: Look, least: int) -> list[tuple[str, str]]:
        names = self._tree.notified(least)
        if not names:
            return []
        vitals = look()
        return [(n, text) for name in names for n, _, text in self._tree.values(name, vitals)]
