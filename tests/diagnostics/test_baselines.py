import math

import numpy as np
import pytest

from diagnostics.baselines import NONE, Baseline, medians, summarise


def test_summary_leaves_gaps_out() -> None:
    values = np.array([[1, 5, np.nan, 3, 4], [np.nan] * 5, [7, np.nan, np.nan, np.nan, np.nan]])
    summary = summarise(values.astype("<f4"))
    assert summary[0].tolist() == [4, 3.5, 1, 1, 5]
    assert summary[1, 0] == 0
    assert np.isnan(summary[1, 1:]).all()
    assert summary[2].tolist() == [1, 7, 0, 7, 7]
    assert medians(values.astype("<f4"))[0] == 3.5


def test_z_has_a_floor() -> None:
    normal = Baseline(20, 10.0, 0.0, 9, 11, 8, 12, math.nan, math.nan)
    assert normal.z(13, 1.5) == 2
    assert normal._replace(mad=2.0).z(13, 1.5) == pytest.approx(3 / 2.9652)
    assert math.isnan(NONE.z(13, 1.5))
