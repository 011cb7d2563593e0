"""What reacts to committed facts: judging, metrics, those who wait for a command. No rules."""

from collections.abc import Callable, Sequence

from acs.actions.supervisor import Supervisor
from acs.actions.telemetry import ActionMetrics
from acs.commands import Command
from acs.facts import Fact, RouterRecord


class Newsroom:
    """Hands what was committed to those whom it concerns.

    Args:
        supervisor: judges samples.
        changed: told the id of each command that changed.
        metrics: counts commands by the state they came into, and outcomes.
    """

    def __init__(
        self, supervisor: Supervisor, changed: Callable[[str], None], metrics: ActionMetrics
    ) -> None:
        self._supervisor = supervisor
        self._changed = changed
        self._metrics = metrics

    def committed(self, facts: Sequence[Fact], results: Sequence[object]) -> None:
        """Facts are durable; ``results`` are storage's: for a command's fact, the command.

        An Inform may have ended some, too.
        """
        self._supervisor.committed(facts, results)
        for result in results:
            if isinstance(result, Command):
                self.command(result)
            elif isinstance(result, RouterRecord):
                for command in result.ended:
                    self.command(command)

    def command(self, command: Command) -> None:
        """A command came into another state."""
        self._metrics.command(command.kind, command.state)
        if command.state == "verified" and command.outcome is not None:
            self._metrics.outcome(command.kind, command.outcome)
        self._changed(command.command_id)
