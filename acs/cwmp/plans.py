"""Collection plans by their key: many routers share one. Only the ones last used are kept."""

from collections import OrderedDict
from collections.abc import Callable

from twisted.internet.defer import Deferred

from acs.cwmp.plan import Plan, UnreadablePlanError, decode_plan


class Plans:
    """A bounded memory of plans.

    Args:
        load: the encoded plan from storage, None if it is not there.
        size: plans kept at most.
    """

    def __init__(self, load: Callable[[str], Deferred[bytes | None]], size: int = 1_000) -> None:
        self._load = load
        self._size = size
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    def get(self, key: str) -> Plan | Deferred[Plan | None]:
        """The plan, at once if it is remembered; None if storage has none that we can read."""
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
            return plan
        return self._load(key).addCallback(self._loaded, key)

    def _loaded(self, encoded: bytes | None, key: str) -> Plan | None:
        if encoded is None:
            return None
        try:
            plan = decode_plan(encoded)
        except UnreadablePlanError:  # of another release: the router is discovered again
            return None
        self._plans[key] = plan
        if len(self._plans) > self._size:
            self._plans.popitem(last=False)
        return plan
