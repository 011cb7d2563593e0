"""Subscribers: whose router is whose, the status of all of theirs, contacts."""

from urllib.parse import quote

import pytest
from msgspec.structs import replace

from acs.identity import DeviceId
from tests.api.harness import VERDICT, Api

OTHER = DeviceId("", "00D09E", "Hub", "OTHER")


def put(api: Api, account: str, *router_ids: str, **more: object) -> None:
    body = {"phone": "+1 555 0100", "routers": [{"router_id": r} for r in router_ids], **more}
    answer = api.request("PUT", f"/v1/subscribers/{quote(account, safe='')}", json=body)
    assert answer.status_code == 200, answer.text


def routers_of(api: Api, account: str) -> list[str]:
    found = api.get(f"/v1/subscribers/{account}/status").json()
    return [status["router_id"] for status in found["routers"]]


def test_the_router_that_needs_most_comes_first(api: Api) -> None:
    well = api.router(OTHER, vitals={"sys.uptime": 1}, verdict=replace(VERDICT, action="none"))
    ill = api.router(vitals={"sys.uptime": 1}, verdict=VERDICT)
    put(api, "77", well, ill, login="user17")
    found = api.get("/v1/subscribers/77/status").json()
    assert (found["account"], found["phone"], found["login"]) == ("77", "+1 555 0100", "user17")
    assert [status["router_id"] for status in found["routers"]] == [ill, well]
    assert found["sentence"] == found["routers"][0]["sentence"]
    assert found["sentence"].startswith("A remote reboot is likely to help")


def test_where_a_router_is_is_kept(api: Api) -> None:
    router_id = api.router()
    where = {"router_id": router_id, "segment": "sw-1", "access": "FTTB", "utc_offset": 10_800}
    answer = api.request("PUT", "/v1/subscribers/77", json={"routers": [where]})
    router = answer.json()["routers"][0]["router"]
    assert router["segment"] == "sw-1"
    assert router["access"] == "FTTB"
    assert router["utc_offset_seconds"] == 10_800
    assert router["account"] == "77"


def test_a_put_names_all_of_the_subscriber_s_routers(api: Api) -> None:
    first, second = api.router(), api.router(OTHER)
    put(api, "77", first, second)
    put(api, "77", second)
    assert routers_of(api, "77") == [second]
    assert api.get(api.url(first)).json()["account"] is None
    put(api, "77")
    assert routers_of(api, "77") == []
    status = api.get("/v1/subscribers/77/status").json()
    assert status["sentence"] == "No router of this subscriber is known."


def test_a_router_goes_over_to_another_subscriber(api: Api) -> None:
    router_id = api.router()
    put(api, "77", router_id)
    put(api, "78", router_id)
    assert routers_of(api, "77") == []
    assert routers_of(api, "78") == [router_id]


def test_a_router_may_be_named_before_it_is_seen(api: Api) -> None:
    put(api, "77", "00D09E-Hub-NEW")
    found = api.get("/v1/subscribers/77/status").json()
    assert found["sentence"].startswith("The router has never been heard.")
    assert found["routers"][0]["router"]["enrolment"] == "quarantined"


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("77", {}, ""),
        ("77", {"routers": []}, "routers"),
        ("77", {"routers": [{}]}, None),
        ("77", {"routers": [{"router_id": "a b"}]}, "router_id"),
        ("77", {"routers": [{"router_id": "A-b-c-d"}]}, "router_id"),
        ("77", {"routers": [{"router_id": "A"}], "account": "78"}, "account"),
        ("77", {"routers": [{"router_id": "A", "access": "carrier pigeon"}]}, None),
        ("77", {"routers": [{"router_id": "A", "utc_offset": 90_000}]}, None),
        ("x" * 257, {"routers": [{"router_id": "A"}]}, "account"),
    ],
)
def test_a_wrong_subscriber_is_422(shared: Api, path: str, body: object, named: str | None) -> None:
    answer = shared.request("PUT", f"/v1/subscribers/{path}", json=body)
    assert answer.status_code == 422, answer.text
    if named is not None:
        assert answer.json()["errors"][0].get("name", "") == named


def test_an_unknown_subscriber_is_404(shared: Api) -> None:
    assert shared.get("/v1/subscribers/none/status").status_code == 404


def test_a_contact_is_kept(api: Api) -> None:
    router_id = api.router()
    body = {"channel": "phone", "action": "reboot", "helped": False, "note": "again tomorrow"}
    answer = api.post(api.url(router_id, "/contacts"), body)
    assert answer.status_code == 201
    assert answer.json() == {
        "router_id": router_id,
        "number": 1,
        "at": "2026-03-01T10:13:20Z",
        "channel": "phone",
        "line": "",
        "action": "reboot",
        "helped": False,
        "note": "again tomorrow",
        "finding": None,
        "escalated": False,
        "link": "",
    }
    contact = api.do(api.store.contacts(router_id, 0))[0]
    assert (contact.channel, contact.action, contact.helped) == ("phone", "reboot", False)
    assert contact.note == "again tomorrow"
    assert api.post(api.url("00D09E-Hub-NONE", "/contacts"), body).status_code == 404
    assert api.post(api.url(router_id, "/contacts"), {"channel": ""}).status_code == 422
