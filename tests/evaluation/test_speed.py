"""The cost of a verdict is measured on the windows that are handed over."""

from acs.evaluation.speed import measure
from diagnostics.thresholds import Thresholds
from tests.evaluation.conftest import MakeCase


def test_a_sweep_is_measured(make_case: MakeCase) -> None:
    speed = measure([make_case(48, lambda hour: {"eth.fcs_err": hour})] * 5, Thresholds(), most=3)
    assert speed.windows == 3
    assert speed.verdict > 0
    assert speed.sample > 0


def test_nothing_costs_nothing() -> None:
    speed = measure([], Thresholds())
    assert (speed.verdict, speed.sample, speed.windows) == (0, 0, 0) or speed.windows == 0
