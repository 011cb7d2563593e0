"""Incidents over the API: pages, one with its routers, who may see them."""

from acs.facts import IncidentClosed, IncidentOpened
from acs.identity import DeviceId
from tests.api.harness import NOW, Api

DEVICES = [DeviceId("Example", "00D09E", "Hub", f"N{number}") for number in range(4)]


def opened(api: Api, incident_id: str = "i1", place: str = "olt-3/1") -> None:
    ids = tuple(api.router(device) for device in DEVICES)
    api.commit(
        IncidentOpened(
            at=NOW,
            incident_id=incident_id,
            basis="segment",
            place=place,
            kind="offline",
            began_at=NOW - 90,
            routers=ids,
            affected=ids[:3],
            figures={"odds": 30.0},
        )
    )


def test_open_ones_are_listed_with_their_figures_in_words(api: Api) -> None:
    assert api.get("/v1/incidents").json() == {"items": [], "next": None}
    opened(api)
    (found,) = api.get("/v1/incidents").json()["items"]
    assert (found["kind"], found["basis"], found["place"]) == ("offline", "segment", "olt-3/1")
    assert (found["routers"], found["affected"], found["is_open"]) == (4, 3, True)
    assert found["closed_at"] is None
    assert found["says"] == (
        "3 of 4 routers of segment olt-3/1 were lost together; when it opened that was 10^13 "
        "times likelier than by chance."
    )


def test_those_that_are_over_are_listed_when_asked_for(api: Api) -> None:
    opened(api, "i1")
    opened(api, "i2", "olt-3/2")
    api.commit(IncidentClosed(at=NOW + 60, incident_id="i1"))
    assert [i["incident_id"] for i in api.get("/v1/incidents").json()["items"]] == ["i2"]
    first = api.get("/v1/incidents", params={"closed": "true", "limit": 1}).json()
    assert ([i["incident_id"] for i in first["items"]], first["next"]) == (["i2"], "i2")
    query = {"closed": "true", "limit": 1, "cursor": first["next"]}
    second = api.get("/v1/incidents", params=query).json()
    assert [i["is_open"] for i in second["items"]] == [False]
    assert second["next"] is None


def test_one_has_its_routers_page_by_page(api: Api) -> None:
    opened(api)
    path = "/v1/incidents/i1"
    first = api.get(path, params={"limit": 3}).json()
    assert first["incident"]["place"] == "olt-3/1"
    assert [router["affected"] for router in first["items"]] == [True] * 3
    second = api.get(path, params={"limit": 3, "cursor": first["next"]}).json()
    (last,) = second["items"]
    assert (last["router_id"], last["affected"]) == (DEVICES[3].router_id, False)
    assert second["next"] is None
    assert api.get("/v1/incidents/none").status_code == 404


def test_who_may_see_them(api: Api) -> None:
    assert api.get("/v1/incidents", token=api.token("read")).status_code == 200
    assert api.get("/v1/incidents", token=api.token("metrics")).status_code == 403
