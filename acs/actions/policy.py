"""When the daemon itself proposes a reboot. Decides only; guards and storage come after. No I/O."""

import random
from collections.abc import Callable, Iterable

from acs.actions.costing import Costs, gain
from acs.actions.settings import ActionSettings
from acs.commands import Command, Lot
from diagnostics.model import shipped
from diagnostics.verdict import Verdict


class Policy:
    """Remembers, for the routers now judged ``reboot``, since when, and when to propose next.

    What it remembers is small (only such routers) and may be lost: after a restart it waits for
    the persistence again, which is the safe side.

    Args:
        settings: mode, limits, learning.
        costs: the cost matrix; None: the shipped one.
        uniform: a random number between two.
    """

    def __init__(
        self,
        settings: ActionSettings,
        costs: Costs | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._settings = settings
        self._costs = shipped().costs if costs is None else costs
        self._uniform = uniform
        self._name = name_of(settings)
        self._since: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def wants(self, router_id: str, verdict: Verdict, now: float) -> bool:
        """Whether a reboot is to be proposed now; a true answer counts as having proposed.

        It is when the diagnosis chose it, when it is likely enough to be right, and when it is
        expected to save enough against the best alternative: the chance alone does not say
        whether another action would do nearly as well.
        """
        settings = self._settings
        if settings.mode != "auto":
            return False
        if (
            verdict.action != "reboot"
            or verdict.confidence < settings.confidence
            or gain(verdict, self._costs) < settings.gain
        ):
            self._since.pop(router_id, None)
            return False
        since = self._since.setdefault(router_id, now)
        if now - since < settings.persistence or now < self._next.get(router_id, 0.0):
            return False
        self._next[router_id] = now + settings.propose_again
        return True

    def lot(self, verdict: Verdict) -> Lot:
        """What a proposal on this verdict is subject to: the canary, or the hold-out."""
        learning = self._settings.learning
        is_close = gain(verdict, self._costs) < learning.hold_out_gain
        return Lot(
            policy=self._name,
            draw=self._uniform(0.0, 1.0),
            canary=learning.canary,
            canary_share=learning.canary_share,
            hold_out=learning.hold_out if is_close else 0.0,
            hold_for=learning.hold_for,
        )

    def answered(self, command: Command, now: float) -> None:
        """Take the answer to a proposal: a refusal with a time may be tried again then.

        At random a little later, so that those whom one guard refused do not come all at once.
        """
        times = [refusal.retry_at for refusal in command.refusals]
        if command.state == "refused" and all(at is not None for at in times):
            again = max((at for at in times if at is not None), default=now)
            late = self._uniform(0.0, self._settings.guards.jitter)
            self._next[command.router_id] = max(again, now + self._settings.sweep) + late

    def forget_old(self, now: float) -> None:
        """Drop what can no longer matter, so that memory stays bounded."""
        self._next = {r: at for r, at in self._next.items() if at > now or r in self._since}

    def forget_all(self) -> None:
        """Begin anew: the clock was set, and the times that are remembered mean nothing now."""
        self._since.clear()
        self._next.clear()


def name_of(settings: ActionSettings) -> str:
    """The policy in words; settings under which it would act otherwise give another name."""
    if settings.mode != "auto":
        return settings.mode
    parts: Iterable[str] = (
        f"confidence {settings.confidence:g}",
        f"gain {settings.gain:g}",
        f"persistence {settings.persistence:g} s",
    )
    return f"auto: {', '.join(parts)}"
