"""What a reboot is expected to save against the best of the other actions. Pure."""

from collections.abc import Mapping

from diagnostics.model import merged
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import ACTIONS, Verdict

Costs = Mapping[str, Mapping[str, float]]


def costs_of(thresholds: Thresholds) -> Costs:
    """The cost matrix that the diagnosis decides by: right action, chosen action, cost."""
    return merged(thresholds.priors, thresholds.costs, thresholds.likelihoods).costs


def gain(verdict: Verdict, costs: Costs) -> float:
    """Expected cost of the best action but a reboot, less that of a reboot.

    In the units of the cost matrix, where a technician's visit is 100. Negative: another action
    is better. A probability alone would not do: at the same one, a reboot may cost next to
    nothing more than the alternatives, or stand between two of equal worth.
    """
    expected = {
        action: sum(p * costs[right][action] for right, p in verdict.probabilities.items())
        for action in ACTIONS
    }
    reboot = expected.pop("reboot")
    return min(expected.values()) - reboot
