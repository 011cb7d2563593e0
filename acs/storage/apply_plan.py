"""Facts about a router's parameter tree and its collection plan. No SQL beyond ``Work``."""

from acs.facts import Discovered, PlanChanged
from acs.storage.apply_tree import remember_names
from acs.storage.state import ALL
from acs.storage.work import Work


def apply_discovered(work: Work, fact: Discovered) -> None:
    """Keep the tree's names and the plan that was made of them."""
    state = work.router(fact.router_id)
    remember_names(work, fact)
    work.plans[fact.plan_key] = (fact.plan_key, fact.plan)
    state.root = fact.root
    state.plan_key, state.planned_for = fact.plan_key, fact.software_version
    state.model_name = fact.model_name or state.model_name
    state.dirty |= ALL
    detail: dict[str, object] = {
        "names": len(fact.names),
        "software_version": fact.software_version,
    }
    work.event(state, fact.at, "discovered", detail)


def apply_plan_changed(work: Work, fact: PlanChanged) -> None:
    """Keep the new plan; it stays valid for the same software version."""
    state = work.router(fact.router_id)
    work.plans[fact.plan_key] = (fact.plan_key, fact.plan)
    state.plan_key = fact.plan_key
    state.dirty |= ALL
    work.event(state, fact.at, "plan_changed", {"dropped": list(fact.dropped)})
