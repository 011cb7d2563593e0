"""Ranges against a plain reading of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.files.ranges import UnsatisfiableError, wanted_range


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 40))
def test_a_range_is_what_slicing_gives(size: int, first: int, last: int) -> None:
    data = bytes(range(size))
    header = f"bytes={first}-{last}"
    if last < first:
        assert wanted_range(header, None, '"e"', size) is None
    elif first >= size:
        with pytest.raises(UnsatisfiableError, match=rf"bytes \*/{size}"):
            wanted_range(header, None, '"e"', size)
    else:
        found = wanted_range(header, None, '"e"', size)
        assert found is not None
        assert data[found[0] : found[0] + found[1]] == data[first : last + 1]


@given(st.integers(1, 30), st.integers(1, 40))
def test_a_suffix_is_the_end(size: int, count: int) -> None:
    data = bytes(range(size))
    found = wanted_range(f"bytes=-{count}", None, '"e"', size)
    assert found is not None
    assert data[found[0] :] == data[-count:]
    assert found[0] + found[1] == size


@given(st.text(max_size=30))
def test_whatever_is_written_there_is_understood_or_ignored(header: str) -> None:
    try:
        found = wanted_range(header, None, '"e"', 100)
    except UnsatisfiableError:
        return
    assert found is None or 0 <= found[0] < found[0] + found[1] <= 100


def test_no_suffix_and_huge_figures() -> None:
    with pytest.raises(UnsatisfiableError):
        wanted_range("bytes=-0", None, '"e"', 10)
    assert wanted_range(f"bytes=0-{'9' * 400}", None, '"e"', 10) is None
