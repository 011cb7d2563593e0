"""What actions report of themselves; the metrics room implements it."""

from typing import Protocol

from acs.commands import CommandKind
from diagnostics.verdict import Action


class ActionMetrics(Protocol):
    """Counters of verdicts and commands."""

    def judged(self, action: Action) -> None:
        """A verdict was made."""

    def command(self, kind: CommandKind, state: str) -> None:
        """A command came into ``state``."""

    def refused(self, guard: str) -> None:
        """A guard refused."""

    def outcome(self, kind: CommandKind, outcome: str) -> None:
        """A command's effect was verified: helped, unchanged, worse."""
