"""The past of a fleet holds what the server would have read from its routers."""

import pytest

from acs.cwmp.plan import compile_plan
from acs.cwmp.readings import read
from acs.simulator.fleet import Member, demo_fleet
from acs.simulator.history import TESTED, readable
from diagnostics.sample import Value

NOW = 1_790_000_000.0
FLEET = demo_fleet(NOW)


def _case(member: Member) -> str:
    return f"{member.model.product_class}-{member.body.illness.name}"


@pytest.mark.parametrize("member", list({_case(m): m for m in FLEET}.values()), ids=_case)
def test_history_and_live_readings_agree(member: Member) -> None:
    tree = member.model.tree(member.serial, member.body)
    vitals = member.body.vitals(NOW)
    values = {name: value for name, _kind, value in tree.values("", vitals)}
    names = [name for name, _writable in tree.infos("", next_level=False)]
    plan = compile_plan(member.model.root, names, values)
    live = read(plan, values)
    past = _without_tests(readable(member, vitals))
    assert _rounded(past) == _rounded(live)


def _without_tests(vitals: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in vitals.items() if name not in TESTED}


def _rounded(vitals: dict[str, Value]) -> dict[str, Value]:
    # a ratio of two counters is never quite the ratio that made them
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in vitals.items()}
