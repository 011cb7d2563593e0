"""Switches for the whole fleet: enrolment, the kill switch, tokens."""

import pytest

from acs.api.tokens import is_token
from acs.commands import GuardFacts, Refusal
from acs.identity import DeviceId
from tests.api.harness import Api


def test_a_router_is_let_in_with_a_made_up_password(api: Api) -> None:
    router_id = api.router()
    answer = api.request("POST", api.url(router_id, "/enrol"))
    assert answer.status_code == 200
    assert answer.json() == {
        "router_id": router_id,
        "username": router_id,
        "password": "made-up-password",
    }
    assert answer.headers["cache-control"] == "no-store"


def test_a_given_password_is_not_repeated(api: Api) -> None:
    body = {"username": "cpe7", "password": "S3cret-canary"}
    answer = api.post(api.url(api.router(), "/enrol"), body)
    assert answer.json()["username"] == "cpe7"
    assert answer.json()["password"] is None
    assert "canary" not in answer.text


def test_a_router_may_be_enrolled_before_it_is_seen(api: Api) -> None:
    router_id = DeviceId("", "00D09E", "Hub-5", "NEW").router_id
    assert api.post(api.url(router_id, "/enrol")).status_code == 200
    assert api.get(api.url(router_id)).json()["enrolment"] == "enrolled"


@pytest.mark.parametrize("router_id", ["A-b-c-d", "A-", "x" * 1601, "a b-c-d-e"])
def test_what_is_no_router_id_is_not_enrolled(shared: Api, router_id: str) -> None:
    assert shared.post(shared.url(router_id, "/enrol")).status_code == 422


def test_a_user_name_belongs_to_one_router(api: Api) -> None:
    api.post(api.url(api.router(), "/enrol"), {"username": "cpe7"})
    other = api.router(DeviceId("", "00D09E", "Hub", "OTHER"))
    answer = api.post(api.url(other, "/enrol"), {"username": "cpe7"})
    assert answer.status_code == 409


def test_reboots_are_stopped_and_resumed(api: Api) -> None:
    seen: list[bool] = []

    def guard(_command: object, facts: GuardFacts) -> tuple[Refusal, ...]:
        seen.append(facts.stopped)
        return ()

    api.guard = guard  # type: ignore[method-assign, assignment]
    router_id = api.router()
    body = {"kind": "reboot", "reason": "x"}
    for action, stopped in (("stop", True), ("resume", False)):
        moved = api.post(f"/v1/reboots/{action}", {"reason": "ticket 4711"}).json()
        assert moved == {
            "stopped": stopped,
            "by": "socket",
            "at": "2026-03-01T10:13:20Z",
            "reason": "ticket 4711",
            "policy": None,
            "models": [],
        }
        assert api.get("/v1/reboots").json() == moved
        api.post(api.url(router_id, "/commands"), body)
    assert seen == [True, False]


def test_who_acts_may_stop_but_not_resume(api: Api) -> None:
    token = api.token("act")
    assert api.post("/v1/reboots/stop", token=token).status_code == 200
    assert api.post("/v1/reboots/resume", token=token).status_code == 403


def test_a_token_is_made_and_shown_once(api: Api) -> None:
    body = {"name": "grafana", "scopes": ["read"], "expires_at": "2026-03-02T00:00:00Z"}
    answer = api.post("/v1/tokens", body)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert is_token(made["token"])
    assert api.get("/v1/routers", token=made["token"]).status_code == 200
    listed = api.get("/v1/tokens")
    assert listed.json()["items"] == [
        {
            "name": "grafana",
            "scopes": ["read"],
            "created_at": "2026-03-01T10:13:20Z",
            "expires_at": "2026-03-02T00:00:00Z",
            "account": None,
        }
    ]
    assert made["token"] not in listed.text
    assert api.post("/v1/tokens", body).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expires_at": "2030-01-01T00:00:00"},
        {"name": "x", "scopes": ["read"], "expires_at": 1_900_000_000},
    ],
)
def test_a_wrong_wish_for_a_token_is_422(shared: Api, body: object) -> None:
    assert shared.post("/v1/tokens", body).status_code == 422
