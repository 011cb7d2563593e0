"""When the daemon itself proposes a reboot. Decides only; guards and storage come after. No I/O."""

from acs.actions.settings import ActionSettings
from acs.commands import Command
from diagnostics.verdict import Verdict


class Policy:
    """Remembers, for the routers now judged ``reboot``, since when, and when to propose next.

    What it remembers is small (only such routers) and may be lost: after a restart it waits for
    the persistence again, which is the safe side.
    """

    def __init__(self, settings: ActionSettings) -> None:
        self._settings = settings
        self._since: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def wants(self, router_id: str, verdict: Verdict, now: float) -> bool:
        """Whether a reboot is to be proposed now; a true answer counts as having proposed."""
        settings = self._settings
        if settings.mode != "auto":
            return False
        if verdict.action != "reboot" or verdict.confidence < settings.confidence:
            self._since.pop(router_id, None)
            return False
        since = self._since.setdefault(router_id, now)
        if now - since < settings.persistence or now < self._next.get(router_id, 0.0):
            return False
        self._next[router_id] = now + settings.propose_again
        return True

    def answered(self, command: Command, now: float) -> None:
        """Take the answer to a proposal: a refusal with a time may be tried again then."""
        times = [refusal.retry_at for refusal in command.refusals]
        if command.state == "refused" and all(at is not None for at in times):
            again = max((at for at in times if at is not None), default=now)
            self._next[command.router_id] = max(again, now + self._settings.sweep)

    def forget_old(self, now: float) -> None:
        """Drop what can no longer matter, so that memory stays bounded."""
        self._next = {r: at for r, at in self._next.items() if at > now or r in self._since}

    def forget_all(self) -> None:
        """Begin anew: the clock was set, and the times that are remembered mean nothing now."""
        self._since.clear()
        self._next.clear()
