"""Worlds differ in every figure, and one world is always the same."""

import numpy as np
import pytest

from acs.simulator.cases.parameters import Parameters


def test_without_spread_every_figure_is_the_one_given() -> None:
    assert Parameters()("a", 3.5) == 3.5
    assert Parameters(7, 0.0)("a", 3.5) == 3.5


def test_a_world_scales_each_figure_by_a_factor_of_its_own() -> None:
    world = Parameters(7, 0.5)
    assert world("a", 2.0) == pytest.approx(2 * world("a", 1.0))
    assert world("a", 1.0) != world("b", 1.0)
    assert world("a", 1.0) == Parameters(7, 0.5)("a", 1.0) != Parameters(8, 0.5)("a", 1.0)


def test_factors_have_the_spread_asked_for() -> None:
    world = Parameters(1, 0.5)
    logs = np.log([world(f"figure {number}", 1.0) for number in range(400)])
    assert abs(logs.mean()) < 0.1
    assert logs.std() == pytest.approx(0.5, abs=0.06)


def test_a_probability_stays_one() -> None:
    assert all(Parameters(seed, 2.0).chance("a", 0.9) < 1 for seed in range(50))
