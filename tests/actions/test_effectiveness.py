"""The report: uplift with intervals, never a rate of success alone."""

import pytest

from acs.actions.effectiveness import NOT_YET, TOO_FEW, Worth, report
from acs.commands import CheckOutcome, Stage
from acs.storage.effects import Tally


def tally(
    arm: str,
    outcome: CheckOutcome | None,
    count: int,
    *,
    cause: str = "F01",
    model: str = "M",
    probability: float | None = 0.5,
    stage: Stage = "24h",
) -> Tally:
    drawn = probability is not None and 0 < probability < 1
    return Tally("reboot", cause, "A", model, "1.0", arm, probability, drawn, stage, outcome, count)


def made(*tallies: Tally) -> dict[tuple[str, str], Worth]:
    """The report by cause and model; "" means all."""
    rows = report(tallies, shrinkage=10.0, least=10)
    return {(row.cause, row.model): row for row in rows}


def test_uplift_is_the_difference_of_two_rates() -> None:
    rows = made(
        tally("treated", "helped", 30),
        tally("treated", "unchanged", 10),
        tally("control", "helped", 8),
        tally("control", "unchanged", 32),
    )
    whole = rows["", ""]
    assert (whole.treated, whole.control) == (40, 40)
    assert whole.uplift is not None
    assert whole.success is not None
    assert whole.without is not None
    assert whole.uplift.value == pytest.approx(whole.success.value - whole.without.value)
    assert whole.uplift.low > 0
    assert whole.success.low < 0.75 < whole.success.high
    assert "more routers are well than without it (95 % interval +" in whole.says


@pytest.mark.parametrize(
    "alone",
    [
        [tally("treated", "helped", 500)],
        [tally("asked", "helped", 500, probability=None)],
        [tally("treated", "helped", 500, probability=1.0)],
        [tally("treated", "helped", 500), tally("control", None, 50)],
    ],
)
def test_without_a_control_no_success_is_shown(alone: list[Tally]) -> None:
    for row in made(*alone).values():
        assert (row.success, row.without, row.uplift, row.says) == (None, None, None, NOT_YET)


def test_too_few_on_one_side_is_not_known_either() -> None:
    rows = made(tally("treated", "helped", 50), tally("control", "unchanged", 9))
    assert (rows["", ""].uplift, rows["", ""].says) == (None, TOO_FEW)
    rows = made(tally("treated", "helped", 50), tally("control", "unchanged", 10))
    assert rows["", ""].uplift is not None


def test_a_relapse_is_no_success_and_the_unknown_counts_on_no_side() -> None:
    rows = made(
        tally("treated", "relapsed", 20),
        tally("treated", None, 5),
        tally("control", "unchanged", 20),
    )
    whole = rows["", ""]
    assert (whole.treated, whole.unknown) == (20, 5)
    assert whole.uplift is not None
    assert whole.uplift.value == pytest.approx(0.0)
    assert whole.says.endswith("whether it helps is not sure")


def test_a_model_is_shrunk_to_its_cause() -> None:
    rows = made(
        tally("treated", "helped", 90),
        tally("treated", "unchanged", 10),
        tally("control", "unchanged", 100),
        tally("treated", "unchanged", 12, model="N"),
        tally("control", "unchanged", 12, model="N"),
    )
    small = rows["F01", "N"].success
    assert small is not None
    assert 0.1 < small.value < 0.5  # none of its own went well, most of the cause's did


def test_strata_of_other_probabilities_do_not_bias_the_rate() -> None:
    """In a canary half are held out, later 5 %: who is well must not depend on that."""
    rows = made(
        tally("treated", "helped", 50, probability=0.5),
        tally("treated", "unchanged", 50, probability=0.5),
        tally("control", "unchanged", 100, probability=0.5),
        tally("treated", "helped", 950, probability=0.95),
        tally("treated", "unchanged", 0, probability=0.95),
        tally("control", "helped", 50, probability=0.95),
    )
    whole = rows["", ""]
    assert whole.success is not None
    assert whole.without is not None
    assert whole.success.value == pytest.approx(
        (50 / 0.5 + 950 / 0.95) / (100 / 0.5 + 1000), abs=0.01
    )
    assert whole.without.value == pytest.approx(1000 / 1200, abs=0.05)


def test_stages_stand_apart() -> None:
    rows = report(
        [tally("treated", "helped", 1, stage="30m"), tally("treated", "relapsed", 1, stage="7d")],
        shrinkage=10.0,
        least=1,
        stage="7d",
    )
    assert {row.stage for row in rows} == {"7d"}
    assert report([], shrinkage=10.0, least=1) == []
