"""Contacts by account, what actions were worth, the policy: over the API."""

import pytest

from acs.commands import Lot, Proposal
from acs.facts import Belongs, Checked
from acs.identity import DeviceId
from tests.api.harness import DEVICE, NOW, Api


def subscriber(api: Api, *devices: DeviceId) -> str:
    for device in devices:
        api.router(device)
        api.commit(Belongs(router_id=device.router_id, at=NOW, account="100 200"))
    return "/v1/subscribers/100%20200/contacts"


def test_a_subscriber_with_one_router(api: Api) -> None:
    path = subscriber(api, DEVICE)
    answer = api.post(path, {"channel": "chat", "line": "second"})
    assert (answer.status_code, answer.json()["router_id"]) == (201, DEVICE.router_id)
    (listed,) = api.get(path).json()["items"]
    assert (listed["channel"], listed["line"]) == ("chat", "second")
    assert api.get(api.url(DEVICE.router_id, "/contacts")).json()["items"] == [listed]


def test_with_several_one_has_to_be_named(api: Api) -> None:
    other = DeviceId("Example Networks", "00D09E", "Hub-5", "OTHER")
    path = subscriber(api, DEVICE, other)
    assert api.post(path, {"channel": "phone"}).status_code == 422
    body = {"channel": "phone", "router_id": other.router_id}
    assert api.post(path, body).json()["router_id"] == other.router_id
    stranger = {"channel": "phone", "router_id": "00D09E-Hub-NONE"}
    assert api.post(path, stranger).status_code == 422
    assert api.post("/v1/subscribers/none/contacts", {"channel": "chat"}).status_code == 404
    assert api.get("/v1/subscribers/none/contacts").status_code == 404


def test_a_second_contact_is_escalated(api: Api) -> None:
    router_id = api.router()
    path = api.url(router_id, "/contacts")
    api.contact_finding = "F05"
    assert api.post(path, {"channel": "phone"}).json()["escalated"] is False
    api.now += 86_400
    found = api.post(path, {"channel": "phone"}).json()
    assert (found["finding"], found["escalated"]) == ("F05", True)


def test_who_may_do_what(api: Api) -> None:
    read, act = api.token("read"), api.token("act")
    path = api.url(api.router(), "/contacts")
    assert api.post(path, {"channel": "chat"}, token=read).status_code == 403
    assert api.post(path, {"channel": "chat"}, token=act).status_code == 201
    assert api.get(path, token=read).status_code == 200
    assert api.get("/v1/effectiveness", token=read).status_code == 200
    assert api.get("/v1/reboots", token=read).status_code == 200
    assert api.post("/v1/reboots/stop", token=read).status_code == 403
    assert api.post("/v1/reboots/resume", {"policy": True}, token=act).status_code == 403


def test_effectiveness_is_not_known_at_first(api: Api) -> None:
    found = api.get("/v1/effectiveness").json()
    assert found["items"] == []
    assert found["says"].startswith("not known yet")


@pytest.mark.parametrize(("draw", "arm"), [(0.1, "treated"), (0.9, "control")])
def test_one_side_alone_is_not_known_either(api: Api, draw: float, arm: str) -> None:
    router_id = api.router()
    lot = Lot(policy="auto", draw=draw, hold_out=0.5)
    wish = Proposal("c1", router_id, "reboot", "policy", "x", NOW, NOW + 3600, lot=lot)
    api.do(api.store.propose(wish, api.guard))
    look = Checked(router_id=router_id, at=NOW + 9, command_id="c1", stage="24h", outcome="helped")
    api.commit(look)
    found = api.get("/v1/effectiveness", params={"stage": "24h"}).json()
    assert found["items"]
    for item in found["items"]:
        assert item[arm] == 1
        assert item["success"] is item["without"] is item["uplift"] is None
        assert item["says"].startswith("not known yet")
    assert api.get("/v1/effectiveness", params={"stage": "30m"}).json()["items"] == []


def test_the_policy_is_shown_and_resumed(api: Api) -> None:
    learned = api.store.learned
    policy = api.do(learned.announce("auto: x", "auto", 50, NOW))
    api.do(learned.move_policy(policy, "stopped", "it helped nobody", NOW + 1))
    shown = api.get("/v1/reboots").json()["policy"]
    assert (shown["state"], shown["why"], shown["canary"], shown["tried"]) == (
        "stopped",
        "it helped nobody",
        50,
        0,
    )
    resumed = api.post("/v1/reboots/resume", {"policy": True}).json()
    assert (resumed["policy"]["state"], resumed["policy"]["round"]) == ("canary", 2)
    assert api.post("/v1/reboots/resume", {"model": "none"}).status_code == 404


def test_a_contact_told_again_with_its_key_is_one(api: Api) -> None:
    path = api.url(api.router(), "/contacts")
    body = {"channel": "remote_session", "link": "https://remote.example.net/4711"}
    headers = {"Idempotency-Key": "call-17"}
    first, again = (api.post(path, body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["link"] == body["link"]
    other = api.post(path, {**body, "note": "another"}, headers=headers)
    assert other.status_code == 422
    assert len(api.get(path).json()["items"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"channel": "video", "link": "javascript:alert(1)"},
        {"channel": "video", "link": "http://plain.example.net"},
        {"channel": "video", "link": "https://user:secret@v.example.net/"},
        {"channel": "video", "link": "https://v.example.net/" + "x" * 2000},
    ],
)
def test_a_wrong_channel_or_link_is_refused(shared: Api, wrong: dict[str, str]) -> None:
    assert shared.post(shared.url(shared.router(), "/contacts"), wrong).status_code == 422


def test_remedies_are_told_with_their_doubt(api: Api) -> None:
    path = api.url(api.router(), "/contacts")
    for helped in (True, True, False, None):
        api.post(path, {"channel": "phone", "action": "reboot", "helped": helped})
    (row,) = api.get("/v1/remedies").json()["items"]
    assert (row["contacts"], row["helped"], row["in_vain"]) == (4, 2, 1)
    assert row["share"] == 0.6667
    low, high = row["interval"]
    assert (round(low, 2), round(high, 2)) == (0.21, 0.94)
