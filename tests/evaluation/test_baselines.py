"""The simple policies do what their names say; a threshold is the best one there is."""

import numpy as np
import pytest

from acs.evaluation.baselines import SIMPLE, best_thresholds
from acs.evaluation.costs import cost_table
from acs.evaluation.features import Matrix, feature_names
from diagnostics.cases import Label
from diagnostics.verdict import ACTIONS

DAY = 86_400.0
REBOOT, NONE = ACTIONS.index("reboot"), ACTIONS.index("none")


def rows(**columns: list[float]) -> Matrix:
    count = len(next(iter(columns.values())))
    table = np.full((count, len(feature_names())), np.nan)
    for name, values in columns.items():
        table[:, feature_names().index(f"context:{name}")] = values
    return table


@pytest.mark.parametrize("days", [7, 14, 30])
def test_uptime_rules(days: int) -> None:
    table = rows(uptime=[(days - 0.1) * DAY, (days + 0.1) * DAY, np.nan])
    assert SIMPLE[f"uptime > {days} d"](table).tolist() == [NONE, REBOOT, NONE]


def test_always_and_never() -> None:
    table = rows(uptime=[0.0, 1.0])
    assert SIMPLE["always reboot"](table).tolist() == [REBOOT, REBOOT]
    assert SIMPLE["never"](table).tolist() == [NONE, NONE]


def test_six_hours_without_ping() -> None:
    assert SIMPLE["6 h without ping"](rows(unpinged=[5 * 3600.0, 7 * 3600.0])).tolist() == [
        NONE,
        REBOOT,
    ]


def test_the_best_threshold_parts_what_can_be_parted() -> None:
    errors = [0.0, 1.0, 2.0, 50.0, 60.0, np.nan]
    rights = ["none", "none", "none", "incident", "incident", "none"]
    labels = [Label(str(n), "F", right) for n, right in enumerate(rights)]  # type: ignore[arg-type]
    table = rows(error=errors, calls=[1.0, 2, 1, 2, 1, 2])
    costs = cost_table(labels)
    best = best_thresholds(table, costs)[0]
    assert best.feature == "context:error"
    assert best.cost == pytest.approx(costs.min(axis=1).mean())
    assert best.choose(table).tolist() == [ACTIONS.index(right) for right in rights]
    assert "incident, else none" in str(best)
