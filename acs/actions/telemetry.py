"""What actions report of themselves; the metrics room implements it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from acs.commands import CommandKind, IncidentKind
from diagnostics.context import FirmwareMeasure
from diagnostics.verdict import Action


class ActionMetrics(Protocol):
    """Counters of verdicts and commands."""

    def judged(self, action: Action) -> None:
        """A verdict was made."""

    def command(self, kind: CommandKind, state: str) -> None:
        """A command came into ``state``."""

    def refused(self, guard: str) -> None:
        """A guard refused."""

    def incident_opened(self, kind: IncidentKind) -> None:
        """An incident was opened by this node."""

    def set_incidents(
        self, counts: Mapping[IncidentKind, int], routers: Mapping[IncidentKind, int]
    ) -> None:
        """So many incidents are open in the whole fleet, with so many routers in their places.

        Kinds that are left out have none.
        """

    def outcome(self, kind: CommandKind, outcome: str) -> None:
        """A command's effect was verified: helped, unchanged, worse."""

    def silent(self) -> None:
        """A router did not come back from a reboot."""

    def set_findings(self, routers: Mapping[FirmwareMeasure, Sequence[int]]) -> None:
        """Open findings on firmware, by measure the routers of each; others have none."""

    def finding_opened(self, measure: FirmwareMeasure) -> None:
        """A firmware was found to be worse than another."""


class LearningMetrics(Protocol):
    """Counters of what actions were worth, and where policy and switches stand."""

    def checked(self, stage: str, arm: str, outcome: str) -> None:
        """A later look at an action, or at a router that was only watched: "unknown", too."""

    def contact(self, *, escalated: bool) -> None:
        """A contact with a subscriber was recorded."""

    def set_standing(self, *, is_stopped: bool, policy: str, tried: int, models: int) -> None:
        """The kill switch, the policy's state, routers that it was tried on, stopped models."""
