import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.combining import COMBINERS, Members
from diagnostics.sample import Value

M32 = 2**32

CASES: list[tuple[str, Members, Value | None]] = [
    ("one", [(5, "")], 5),
    ("one", [(5, ""), (6, "")], None),
    ("min", [(5, ""), (None, ""), (3, "")], 3),
    ("max", [(5, ""), (7, "")], 7),
    ("max", [(None, "")], None),
    ("mean", [(10, ""), (20, "")], 15.0),
    ("extreme", [(-80, ""), (70, "")], -80),
    ("any", [(False, ""), (True, "")], True),
    ("any", [(False, ""), (None, "")], False),
    ("any", [(None, "")], None),
    ("total", [(2, ""), (3, "")], 5),
    # two counters, one about to wrap: the sum wraps as they do
    ("counters", [(M32 - 10, ""), (20, "")], 10),
    ("counters", [(M32 - 1, "")], M32 - 1),
    ("counters", [(M32 - 1, ""), (5, "")], None),
    ("p10", [(float(n), "") for n in range(1, 101)], 10.0),
    ("p10", [(-60, ""), (-80, ""), (-70, "")], -80),
    ("ratio", [(10, "100"), (30, "100")], 0.2),
    ("ratio", [(10, "0")], None),
    ("ratio", [(10, "")], None),
    ("first:link", [("Down", ""), ("Up", "")], "Up"),
    ("first:link", [("Weird", ""), ("Down", "")], "Down"),
    ("first:radio", [("Up", ""), ("Error", "")], "Error"),
    ("first:call", [("Idle", ""), ("Ringing", "")], "Ringing"),
    ("first:call", [("Idle", ""), ("X_Conference", "")], "X_Conference"),
    ("first:registration", [("Up", ""), ("Error", ""), ("Disabled", "")], "Error"),
    ("follow:connection", [("AUTH", "Disconnected"), ("NONE", "connected")], "NONE"),
    # the connection that serves says nothing: another's word is not its own
    ("follow:connection", [("AUTH", "Disconnected"), (None, "Connected")], None),
    ("newest", [("Watchdog", "2026-01-02"), ("Cold", "2026-01-01")], "Watchdog"),
    ("newest", [("Cold", ""), ("Watchdog", "")], "Watchdog"),
]


@pytest.mark.parametrize(("combine", "members", "value"), CASES)
def test_instances_become_one(combine: str, members: Members, value: Value | None) -> None:
    assert COMBINERS[combine](members, M32) == value


@given(
    combine=st.sampled_from(sorted(COMBINERS)),
    members=st.lists(
        st.tuples(
            st.none() | st.integers(-(2**31), 2**64 - 1) | st.booleans() | st.text(max_size=5),
            st.text(max_size=5) | st.integers(0, 2**64).map(str),
        ),
        max_size=5,
    ),
)
def test_no_members_raise(combine: str, members: Members) -> None:
    COMBINERS[combine](members, M32)


@given(
    before=st.lists(st.integers(0, M32 - 2), min_size=2, max_size=4),
    growth=st.lists(st.integers(0, 10_000), min_size=4, max_size=4),
)
def test_a_sum_of_counters_grows_as_they_do(before: list[int], growth: list[int]) -> None:
    after = [(count + more) % M32 for count, more in zip(before, growth, strict=False)]
    first = COMBINERS["counters"]([(count, "") for count in before], M32)
    second = COMBINERS["counters"]([(count, "") for count in after], M32)
    if M32 - 1 in after:
        assert second is None
    else:
        assert isinstance(first, int)
        assert isinstance(second, int)
        assert (second - first) % M32 == sum(growth[: len(before)]) % M32
