"""Durations as written in a configuration."""

import pytest

from acs.duration import Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("30s", 30), ("1.5m", 90), ("24h", 86_400), ("14d", 1_209_600)],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert Duration.parse(text) == seconds


@pytest.mark.parametrize("bad", ["30", "s", "-3s", "1 h", "5min", 30, None, True])
def test_anything_else_is_refused_with_what_is_allowed(bad: object) -> None:
    with pytest.raises(ValueError, match="allowed is a duration such as") as caught:
        Duration.parse(bad)
    assert repr(bad) in str(caught.value)
