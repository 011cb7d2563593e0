"""The guards stop what a case shows must not happen; a missed one would be seen."""

import pytest

from acs.evaluation.guarding import Guarded, guard
from tests.evaluation.conftest import HOUR, NOW, MakeCase

LOOP = [{"at": NOW - HOUR * hour, "kind": "boot", "cause": "unknown"} for hour in (2, 4, 6, 8)]
SEGMENT = [{"at": NOW - 60, "routers": 40, "offline": 12}]
BURST = [{"at": NOW - 600, "routers": 40, "boots_10min": 20}, {"at": NOW - 60, "routers": 40}]


def test_an_ordinary_router_may_be_rebooted(make_case: MakeCase) -> None:
    assert guard(make_case(240)) == ((), None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"events": LOOP}, "a boot loop"),
        ({"segment_history": SEGMENT}, "an incident in the segment"),
        ({"segment_history": BURST}, "power returned to the segment"),
    ],
)
def test_what_must_not_happen_is_refused(
    make_case: MakeCase, fields: dict[str, object], why: str
) -> None:
    found = guard(make_case(240, **fields))
    assert found.forbidden == why
    assert found.refused
    assert not found.is_violation


def test_a_call_is_never_cut(make_case: MakeCase) -> None:
    found = guard(make_case(240, lambda _: {"voip.call_active": "InCall"}))
    assert found.forbidden == "a call is going on"
    assert "voice" in found.refused


def test_a_violation_is_what_no_guard_refused() -> None:
    assert Guarded((), "a boot loop").is_violation
    assert not Guarded((), None).is_violation
