"""Times at the API's border."""

import math
from datetime import UTC

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.api.times import before, moment


def test_a_moment_is_written_in_utc_with_z() -> None:
    assert msgspec.json.encode(moment(1_700_000_000)) == b'"2023-11-14T22:13:20Z"'
    assert msgspec.json.encode(moment(1.25)) == b'"1970-01-01T00:00:01.250000Z"'
    assert moment(None) is None


@pytest.mark.parametrize("at", [math.inf, -math.inf, math.nan, 1e300, -5.0])
def test_what_has_no_date_becomes_the_nearest_that_has_one(at: float) -> None:
    assert moment(at).tzinfo is UTC


@given(st.floats(min_value=0, max_value=253_402_300_799))
def test_there_and_back_to_the_millisecond(at: float) -> None:
    assert moment(at).timestamp() == pytest.approx(at, abs=0.001)


@given(st.floats(min_value=1, max_value=4e9))
def test_before_is_before_by_no_more_than_two_milliseconds(at: float) -> None:
    assert 0 < at - before(at).timestamp() <= 0.0021
