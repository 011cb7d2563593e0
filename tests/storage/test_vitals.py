"""Vitals as bytes."""

from hypothesis import given
from hypothesis import strategies as st

from acs.storage import vitals
from diagnostics.catalogue import CATALOGUE
from diagnostics.sample import Value

VALUES = st.one_of(
    st.booleans(),
    st.text(max_size=20),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
)
NAMES = st.one_of(st.sampled_from(sorted(CATALOGUE)), st.text(max_size=20))


@given(st.dictionaries(NAMES, VALUES))
def test_vitals_come_back(given_vitals: dict[str, Value]) -> None:
    body = vitals.pack(vitals.code(given_vitals))
    found = vitals.name(vitals.unpack(body))
    assert found == given_vitals
    assert {k: type(v) for k, v in found.items()} == {k: type(v) for k, v in given_vitals.items()}


def test_catalogue_metrics_are_stored_by_id() -> None:
    assert vitals.code({"sys.uptime": 5}) == {1: 5}
    assert vitals.pack({1: 5}) == b"\x81\x01\x05"


def test_ids_of_a_newer_release_are_left_out() -> None:
    assert vitals.name({1: 5, 60_000: 1}) == {"sys.uptime": 5}


def test_numbers_beyond_64_bits_become_floats() -> None:
    body = vitals.pack({1: 2**64, 2: -(2**70), 3: 10**400, 4: -(10**400), 5: 7})
    assert vitals.unpack(body) == {
        1: float(2**64),
        2: -float(2**70),
        3: float("inf"),
        4: float("-inf"),
        5: 7,
    }
