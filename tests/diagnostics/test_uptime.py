import math

import pytest

from diagnostics.uptime import Epoch, step


@pytest.mark.parametrize(
    ("before", "now", "wall", "epoch", "seconds"),
    [
        (1000, 4600, 3600, Epoch.SAME, 3600),
        (1000, 4590, 3650, Epoch.SAME, 3590),  # the router's own difference is the time base
        (100_000, 60, 3600, Epoch.BOOTED, 3600),
        (600, 900, 3600, Epoch.BOOTED, 3600),  # higher, but too young for the time gone by
        (30, 20, 60, Epoch.BOOTED, 60),
        (86_400, 86_395, 5, Epoch.SAME, 5),  # jitter, no boot
        (42_949_000, 1000, 1672.96, Epoch.SAME, 1672.96),  # sysUpTime wraps after 497 days
        (1000, 90_000, 3600, Epoch.CLOCK_FAULT, None),
        (90_000, 90_000, 3600, Epoch.CLOCK_FAULT, None),  # frozen
        (math.nan, 500, 3600, Epoch.UNKNOWN, 3600),
        (500, math.nan, 3600, Epoch.UNKNOWN, 3600),
        (500, 600, 0, Epoch.CLOCK_FAULT, None),
    ],
)
def test_steps(before: float, now: float, wall: float, epoch: Epoch, seconds: float | None) -> None:
    found = step(1e9, before, 1e9 + wall, now)
    assert found.epoch is epoch
    assert math.isnan(found.seconds) if seconds is None else found.seconds == pytest.approx(seconds)
    assert math.isnan(found.booted_at) == (epoch is not Epoch.BOOTED)
