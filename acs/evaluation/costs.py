"""What an action costs when the case was really another: the one rule for all policies.

The table is the diagnosis' own (``diagnostics/costs.tsv``), where a technician's visit is 100.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagnostics.cases import Label
from diagnostics.model import shipped
from diagnostics.verdict import ACTIONS

Costs = NDArray[np.float64]

EXCESS = 2.0
"""What an acceptable action costs more than the right one, at most."""

INDEX: dict[str, int] = {action: number for number, action in enumerate(ACTIONS)}


def label_costs(right: str, acceptable: Sequence[str]) -> list[float]:
    """What each of ``ACTIONS`` costs for a case.

    Args:
        right: the right action.
        acceptable: actions that cost at most ``EXCESS`` more than the right one.
    """
    row = shipped().costs[right]
    most = row[right] + EXCESS
    return [min(row[each], most) if each in acceptable else row[each] for each in ACTIONS]


def cost_table(labels: Sequence[Label]) -> Costs:
    """Cost of each of ``ACTIONS`` (columns) for each label (rows)."""
    return np.array([label_costs(label.right, label.acceptable) for label in labels]).reshape(
        len(labels), len(ACTIONS)
    )
