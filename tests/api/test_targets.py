"""Devices that are polled, listed."""

from acs.facts import TargetSet
from acs.identity import DeviceId
from agents.targets import Target
from tests.api.harness import NOW, Api


def test_targets_are_listed_page_by_page(api: Api) -> None:
    ids = []
    for number in range(3):
        router_id = api.router(DeviceId("Example", "0A1002", "E5", f"C{number}"))
        ids.append(router_id)
        api.commit(
            TargetSet(
                router_id=router_id,
                at=NOW,
                target=Target(
                    router_id=router_id, address=f"192.0.2.{number + 1}", credential="modems"
                ),
                due_at=NOW + 60,
            )
        )
    first = api.get("/v1/targets?limit=2").json()
    assert [each["router_id"] for each in first["items"]] == ids[:2]
    rest = api.get("/v1/targets", params={"limit": 2, "cursor": first["next"]}).json()
    assert [each["router_id"] for each in rest["items"]] == ids[2:]
    assert rest["next"] is None
    (one,) = api.get("/v1/targets", params={"router_id": ids[1]}).json()["items"]
    assert (one["address"], one["credential"], one["due_at"]) == (
        "192.0.2.2",
        "modems",
        "2026-03-01T10:14:20Z",
    )
    assert api.get("/v1/targets?cursor=x").status_code == 422
