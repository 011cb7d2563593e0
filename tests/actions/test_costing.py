"""What a reboot is expected to save, and that it is asked beside the chance."""

import pytest

from acs.actions.costing import costs_of, gain
from acs.actions.policy import Policy
from acs.actions.settings import ActionSettings
from diagnostics.thresholds import Thresholds
from diagnostics.verdict import Verdict

COSTS = costs_of(Thresholds())


def verdict(**probabilities: float) -> Verdict:
    return Verdict("reboot", probabilities["reboot"], probabilities, (), (), (), 0.0)


@pytest.mark.parametrize(
    ("probabilities", "saved"),
    [
        ({"reboot": 1.0}, 20.0),  # 24 for nothing, 4 for the reboot
        ({"reboot": 0.5, "none": 0.5}, 8.0),
        ({"reboot": 0.5, "consult_wifi": 0.5}, 2.0),  # advice does nearly as well
        ({"reboot": 0.1, "none": 0.9}, -1.6),
    ],
)
def test_the_gain_is_against_the_best_alternative(
    probabilities: dict[str, float], saved: float
) -> None:
    assert gain(verdict(**probabilities), COSTS) == pytest.approx(saved)


def test_at_the_same_chance_only_the_reboot_that_pays_is_proposed() -> None:
    policy = Policy(ActionSettings(mode="auto"), COSTS)
    assert policy.wants("leak", verdict(reboot=0.55, none=0.45), 0.0)
    assert not policy.wants("torn", verdict(reboot=0.55, consult_wifi=0.45), 0.0)
    assert not policy.wants("unsure", verdict(reboot=0.49, none=0.51), 0.0)


def test_costs_of_ones_own_count() -> None:
    dear = Thresholds(costs={"none": {"reboot": 30.0}})
    assert gain(verdict(reboot=0.5, none=0.5), costs_of(dear)) == pytest.approx(-5.0)
