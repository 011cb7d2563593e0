import math

import numpy as np

from diagnostics.trends import NONE, theil_sen


def test_a_slope_survives_outliers() -> None:
    x = np.arange(20.0)
    y = 3 * x + 5
    y[7] = 500
    trend = theil_sen(x, y)
    assert trend.slope == 3
    assert trend.z > 4


def test_noise_has_no_trend() -> None:
    y = np.array([5.0, 3, 6, 4, 5.5, 3.5, 5, 4.5, 3, 6])
    assert abs(theil_sen(np.arange(10.0), y).z) < 2


def test_flat_readings_have_no_trend() -> None:
    assert theil_sen(np.arange(8.0), np.full(8, 2.0)) == (0.0, 0.0)


def test_few_readings_tell_nothing() -> None:
    assert all(math.isnan(figure) for figure in theil_sen(np.arange(5.0), np.arange(5.0)))
    assert all(math.isnan(figure) for figure in NONE)
