from twisted.internet.defer import Deferred, succeed

from acs.cwmp.plan import Plan, encode_plan
from acs.cwmp.plans import Plans

PLAN = Plan("Device.", ("Device.DeviceInfo.UpTime",), (), ())


class Shelf:
    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.asked: list[str] = []

    def load(self, key: str) -> Deferred[bytes | None]:
        self.asked.append(key)
        return succeed(self.bodies.get(key))


def loaded(found: Plan | Deferred[Plan | None]) -> Plan | None:
    assert isinstance(found, Deferred)
    plans: list[Plan | None] = []
    found.addCallback(plans.append)
    return plans[0]


def test_a_plan_is_loaded_once() -> None:
    shelf = Shelf()
    shelf.bodies["k"] = encode_plan(PLAN)
    plans = Plans(shelf.load)
    assert loaded(plans.get("k")) == PLAN
    assert plans.get("k") == PLAN
    assert shelf.asked == ["k"]


def test_missing_and_unreadable_plans_are_none() -> None:
    shelf = Shelf()
    shelf.bodies["bad"] = b"\xc1"
    plans = Plans(shelf.load)
    assert loaded(plans.get("none")) is None
    assert loaded(plans.get("bad")) is None
    assert loaded(plans.get("bad")) is None  # not remembered: it may be made anew


def test_the_least_used_is_dropped() -> None:
    shelf = Shelf()
    shelf.bodies = dict.fromkeys("abc", encode_plan(PLAN))
    plans = Plans(shelf.load, size=2)
    for key in "ab":
        loaded(plans.get(key))
    assert plans.get("a") == PLAN
    loaded(plans.get("c"))
    assert plans.get("a") == PLAN
    assert isinstance(plans.get("b"), Deferred)
