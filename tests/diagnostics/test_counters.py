import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.catalogue import CATALOGUE
from diagnostics.counters import NO_DATA, CounterRule, Pair

HOUR = 3600.0
COUNTERS = sorted(name for name, vital in CATALOGUE.items() if vital.kind == "counter")
NARROW = 2**32


@pytest.mark.parametrize(
    ("metric", "readings", "elapsed", "booted", "expected"),
    [
        ("eth.fcs_err", (10, 17), HOUR, False, (Pair.OK, 7)),
        ("eth.fcs_err", (10, 10), HOUR, False, (Pair.OK, 0)),
        ("eth.fcs_err", (500, 3), HOUR, False, (Pair.RESET, 3)),  # silently: admin down and up
        ("eth.fcs_err", (500, 3), HOUR, None, (Pair.RESET, 3)),
        ("eth.fcs_err", (500, 3), HOUR, True, (Pair.RESET, 3)),
        ("eth.fcs_err", (3, 500), HOUR, True, (Pair.AMBIGUOUS, None)),  # usually resets at a boot
        ("eth.fcs_err", (NARROW - 5, 5), HOUR, False, (Pair.AMBIGUOUS, None)),  # wrap or reset
        ("pon.bip_ds", (NARROW - 5, 5), HOUR, False, (Pair.WRAP, 10)),  # only a boot resets it
        ("pon.bip_ds", (NARROW - 5, 5), HOUR, None, (Pair.AMBIGUOUS, None)),
        ("pon.bip_ds", (100, 250), HOUR, True, (Pair.RESET, 250)),
        ("dsl.es", (100, 250), HOUR, True, (Pair.OK, 150)),  # goes on over a boot
        ("dsl.es", (100, 30), HOUR, True, (Pair.RESET, 30)),
        ("dsl.es", (0, 7200), HOUR, False, (Pair.AMBIGUOUS, None)),  # two seconds per second
        ("eth.rx_bytes", (10, 20), HOUR, False, (Pair.AMBIGUOUS, None)),  # 32 bit wrap in 34 s
        ("eth.rx_bytes", (10, 20), 30.0, False, (Pair.OK, 10)),
        ("eth.rx_bytes", (NARROW * 2, NARROW * 2 + 9), HOUR, False, (Pair.OK, 9)),
        ("eth.fcs_err", (NO_DATA, 5), HOUR, False, (Pair.NO_DATA, None)),
        ("eth.fcs_err", (5, NO_DATA), HOUR, False, (Pair.NO_DATA, None)),
        ("eth.fcs_err", (-1, 5), HOUR, False, (Pair.NO_DATA, None)),
        ("eth.fcs_err", (math.nan, 5), HOUR, False, (Pair.NO_DATA, None)),
        ("eth.fcs_err", (1, 5), 0.0, False, (Pair.CLOCK_FAULT, None)),
        ("eth.fcs_err", (1, 5), math.nan, False, (Pair.CLOCK_FAULT, None)),
    ],
)
def test_pairs_are_classified(
    metric: str,
    readings: tuple[float, float],
    elapsed: float,
    booted: bool | None,  # noqa: FBT001 - a column of the table
    expected: tuple[Pair, float | None],
) -> None:
    pair, growth = CounterRule(CATALOGUE[metric]).resolve(*readings, elapsed, booted=booted)
    assert pair is expected[0]
    assert math.isnan(growth) if expected[1] is None else growth == expected[1]


@given(
    st.sampled_from(COUNTERS),
    st.floats(0, 2**64),
    st.floats(0, 2**64),
    st.floats(allow_nan=True),
    st.sampled_from([True, False, None]),
)
def test_growth_is_never_negative_and_only_known_where_it_is_proved(
    metric: str,
    before: float,
    now: float,
    elapsed: float,
    booted: bool | None,  # noqa: FBT001 - drawn by the strategy
) -> None:
    rule = CounterRule(CATALOGUE[metric])
    pair, growth = rule.resolve(before, now, elapsed, booted=booted)
    assert math.isnan(growth) != (pair in {Pair.OK, Pair.WRAP, Pair.RESET})
    assert math.isnan(growth) or 0 <= growth <= rule.fastest * elapsed
