"""What happened, through the API: of a router, of all routers of a subscriber, page by page."""

import pytest

from acs.facts import Noted
from acs.identity import DeviceId
from tests.api.harness import DEVICE, VERDICT, Api

SECOND = DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744001133")


def test_a_call_is_told_from_the_contact_to_the_command(api: Api) -> None:
    router = api.router(verdict=VERDICT)
    api.post(api.url(router, "/contacts"), {"channel": "phone", "note": "slow since Monday"})
    api.now += 60
    wish = {"kind": "reboot", "reason": "ticket 4711", "consent": True}
    command = api.post(api.url(router, "/commands"), wish).json()
    page = api.get(api.url(router, "/timeline")).json()
    first, second = page["items"][:2]
    assert (first["kind"], first["what"], first["about"]) == (
        "command",
        "queued",
        command["command_id"],
    )
    assert first["detail"]["reason"] == "ticket 4711"
    assert (second["kind"], second["what"]) == ("contact", "phone")
    assert second["detail"]["note"] == "slow since Monday"
    assert ("verdict", "reboot") in [(each["kind"], each["what"]) for each in page["items"]]
    assert page["next"] is None


def test_a_subscribers_routers_make_one_line(api: Api) -> None:
    one, other = api.router(), api.router(SECOND)
    body = {"routers": [{"router_id": one}, {"router_id": other}]}
    assert api.request("PUT", "/v1/subscribers/100200300", json=body).status_code < 300
    for number in range(12):
        whose = one if number % 3 else other
        api.commit(Noted(router_id=whose, at=api.now + number // 2, kind=f"n{number}"))
    path = "/v1/subscribers/100200300/timeline"
    whole = api.get(f"{path}?limit=500").json()["items"]
    assert {each["router_id"] for each in whole} == {one, other}
    assert [each["at"] for each in whole] == sorted((e["at"] for e in whole), reverse=True)
    paged, cursor = [], ""
    while cursor is not None:
        page = api.get(f"{path}?limit=3&cursor={cursor}").json()
        paged += page["items"]
        cursor = page["next"]
    key = str
    assert sorted(paged, key=key) == sorted(whole, key=key)


@pytest.mark.parametrize("cursor", ["x", "nan", "inf", "1e999"])
def test_a_bad_cursor_is_refused(api: Api, cursor: str) -> None:
    router = api.router(DEVICE)
    assert api.get(api.url(router, f"/timeline?cursor={cursor}")).status_code == 422


def test_who_is_not_known_is_not_found(api: Api) -> None:
    assert api.get("/v1/subscribers/none/timeline").status_code == 404
    assert api.get("/v1/routers/00D09E-X/timeline").status_code == 404
