"""The costs are those of the tables, and give the two ends of the scale that they should."""

import pytest

from acs.evaluation.costs import cost_table, label_costs
from acs.simulator.cases.classes import shares
from diagnostics.cases import Label
from diagnostics.verdict import ACTIONS


def cost(right: str, chosen: str, *acceptable: str) -> float:
    return label_costs(right, acceptable)[ACTIONS.index(chosen)]


def test_single_costs_are_the_tables() -> None:
    assert cost("none", "technician") == 100
    assert cost("reboot", "reboot") == 4
    assert cost("incident", "none") == 152
    assert cost("technician", "incident") == 267
    assert cost("replace", "replace") == 60


def test_an_acceptable_action_costs_at_most_two_more() -> None:
    assert cost("consult_wifi", "reboot") == 32
    assert cost("consult_wifi", "reboot", "reboot") == 10
    assert cost("firmware", "reboot", "reboot") == 8
    assert cost("incident", "incident", "incident") == 2


def test_always_reboot_and_the_oracle_cost_what_the_shares_say() -> None:
    classes, odds = shares("FTTB")
    rows = [label_costs(each.right, each.acceptable) for each in classes]
    reboot = sum(
        share * row[ACTIONS.index("reboot")] for share, row in zip(odds, rows, strict=True)
    )
    oracle = sum(share * min(row) for share, row in zip(odds, rows, strict=True))
    assert reboot == pytest.approx(48.9, abs=0.05)
    assert oracle == pytest.approx(13.3, abs=0.05)


def test_a_table_has_a_row_for_each_label() -> None:
    labels = [Label("a", "F22", "none"), Label("b", "F18", "firmware", ["reboot"])]
    table = cost_table(labels)
    assert table.shape == (2, len(ACTIONS))
    assert table[1, ACTIONS.index("reboot")] == 8
    assert cost_table([]).shape == (0, len(ACTIONS))
