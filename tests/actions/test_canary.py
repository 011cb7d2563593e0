"""When a policy on trial goes on, opens, stops."""

import msgspec
import pytest

from acs.actions.canary import assess
from acs.actions.learning_settings import LearningSettings
from acs.commands import CheckOutcome, PolicyState, Stage
from acs.storage.effects import Tally
from acs.storage.policies import Policy

SETTINGS = LearningSettings()
POLICY = Policy("auto", 1, "canary", 50, 0.0, 0.0)


def tally(arm: str, outcome: CheckOutcome | None, count: int, stage: Stage = "24h") -> Tally:
    return Tally("reboot", "F01", "A", "M", "1", arm, 0.5, True, stage, outcome, count)


def sides(treated: int, control: int, n: int = 30, stage: Stage = "24h") -> list[Tally]:
    """So many of ``n`` on each side went well."""
    return [
        tally("treated", "helped", treated, stage),
        tally("treated", "relapsed", n - treated, stage),
        tally("control", "helped", control, stage),
        tally("control", "unchanged", n - control, stage),
    ]


@pytest.mark.parametrize(
    ("tallies", "tried", "to_come", "state"),
    [
        ([], 0, 0, "canary"),
        (sides(25, 10), 49, 0, "canary"),
        (sides(25, 10), 50, 1, "canary"),
        (sides(25, 10), 50, 0, "open"),
        (sides(10, 10), 50, 0, "open"),  # no better, and not below the interval
        (sides(3, 18), 20, 9, "stopped"),
        (sides(3, 18, stage="30m"), 20, 40, "stopped"),
        (sides(0, 3, n=4), 10, 9, "canary"),  # too few to stop for
        ([tally("treated", "helped", 50)], 50, 0, "canary"),  # nothing to compare with
        ([tally("treated", None, 50), tally("control", None, 50)], 50, 0, "canary"),
    ],
)
def test_what_becomes_of_a_canary(
    tallies: list[Tally], tried: int, to_come: int, state: PolicyState
) -> None:
    found = assess(POLICY, tallies, tried=tried, to_come=to_come, settings=SETTINGS)
    assert found.state == state
    assert found.why


def test_the_boundary_of_stopping_is_the_lower_end_of_the_interval() -> None:
    """18 of 30 without: the interval begins at 42.2 %; the mean of 12 of 30 is 40.6 %."""
    at = {
        good: assess(POLICY, sides(good, 18), tried=9, to_come=1, settings=SETTINGS).state
        for good in (12, 13)
    }
    assert at == {12: "stopped", 13: "canary"}


def test_an_open_policy_is_watched_too() -> None:
    policy = msgspec.structs.replace(POLICY, state="open", why="it went well")
    good = assess(policy, sides(25, 10), tried=500, to_come=3, settings=SETTINGS)
    assert good == ("open", "it went well")
    bad = assess(policy, sides(3, 18), tried=500, to_come=3, settings=SETTINGS)
    assert bad.state == "stopped"
    assert "3 of 30" in bad.why
    assert "18 of 30" in bad.why


def test_without_comparison_it_says_that_nothing_is_known() -> None:
    tallies = [tally("treated", "helped", 50)]
    found = assess(POLICY, tallies, tried=50, to_come=0, settings=SETTINGS)
    assert found.why.startswith("not known yet")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("canary", -1),
        ("canary_share", 1.05),
        ("hold_out", 0.6),
        ("shrinkage", 0),
        ("least_known", 0),
    ],
)
def test_settings_out_of_range(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name}: found"):
        LearningSettings(**{name: value})  # type: ignore[arg-type]
