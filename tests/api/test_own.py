"""Self-service: one subscriber asks about his own routers, and learns nothing else."""

import json
from typing import Any

import pytest

from acs.api.openapi import needs_by_route
from acs.commands import Refusal
from acs.facts import CommandAnswered, CommandConfirmed, IncidentOpened
from acs.identity import DeviceId
from tests.api.harness import NOW, VERDICT, Api

ACCOUNT = "100200300"
OTHER = DeviceId("Example Networks", "00D09E", "Hub-5", "NEIGHBOUR")
REBOOT = {"consent": True}


def belongs(api: Api, account: str, *router_ids: str) -> None:
    body = {"phone": "+7 916 123-45-67", "routers": [{"router_id": each} for each in router_ids]}
    assert api.request("PUT", f"/v1/subscribers/{account}", json=body).status_code == 200


def visit(api: Api, account: str = ACCOUNT, **body: Any) -> str:
    answer = api.post(f"/v1/subscribers/{account}/tokens", body, token=api.token("act"))
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["token"])


@pytest.fixture
def own(api: Api) -> tuple[str, str]:
    """The subscriber's router and his token."""
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    belongs(api, ACCOUNT, router_id)
    return router_id, visit(api)


def test_simple_answers_to_simple_questions(api: Api, own: tuple[str, str]) -> None:
    told = api.get("/v1/self", token=own[1]).json()
    assert told["outage"] is None
    (router,) = told["routers"]
    assert (router["router"], router["online"], router["reboot_helps"]) == (1, True, True)
    assert router["connection"] == "Your router is on line."
    assert told["sentence"] == router["advice"]
    assert router["reboot"] is None


def test_nothing_technical_and_nobody_is_named(api: Api, own: tuple[str, str]) -> None:
    api.post(api.url(own[0], "/contacts"), {"channel": "phone", "note": "was rude to anna"})
    text = api.get("/v1/self", token=own[1]).text
    for secret in (own[0], "4C1744001122", "192.0.2.17", ACCOUNT, "916", "anna", "mem_free", "F01"):
        assert secret not in text


def test_it_speaks_russian(api: Api, own: tuple[str, str]) -> None:
    told = api.get("/v1/self", token=own[1], headers={"Accept-Language": "ru"}).json()
    assert told["routers"][0]["connection"] == "Ваш роутер на связи."


def test_a_reboot_with_consent_is_followed(api: Api, own: tuple[str, str]) -> None:
    router_id, token = own
    answer = api.post("/v1/self/reboots", REBOOT, token=token)
    assert answer.status_code == 202
    assert answer.json()["progress"] == "waiting"
    where = answer.headers["location"]
    command = api.get(f"/v1/commands/{answer.json()['command_id']}").json()
    assert (command["kind"], command["consent"], command["router_id"]) == (
        "reboot",
        True,
        router_id,
    )
    assert command["asked_by"].startswith("self-service-")
    api.do(api.store.claim(router_id, NOW, api.guard))
    assert api.get(where, token=token).json()["progress"] == "restarting"
    known: dict[str, Any] = {"router_id": router_id, "command_id": command["command_id"]}
    api.commit(CommandAnswered(at=NOW + 1, final=False, **known))
    told = api.get("/v1/self", token=token).json()
    assert told["sentence"] == "Your router is restarting: this takes about two minutes."
    api.commit(CommandConfirmed(at=NOW + 100, **known))
    back = api.get(f"{where}?wait=5", token=token).json()
    assert back["sentence"] == "Your router has restarted and is back."


def test_a_reboot_asked_for_again_is_the_same(api: Api, own: tuple[str, str]) -> None:
    headers = {"Idempotency-Key": "button"}
    made = [
        api.post("/v1/self/reboots", REBOOT, token=own[1], headers=headers).json() for _ in range(2)
    ]
    assert made[0]["command_id"] == made[1]["command_id"]


@pytest.mark.parametrize("body", [{}, {"consent": False}, {"consent": True, "router": 2}])
def test_no_reboot_without_consent_or_router(
    api: Api, own: tuple[str, str], body: dict[str, Any]
) -> None:
    assert api.post("/v1/self/reboots", body, token=own[1]).status_code == 422


def test_a_refusal_says_no_more_than_that(api: Api, own: tuple[str, str]) -> None:
    api.refusals = (Refusal("segment_incident", "9 of 24 neighbours at sw-17/4 are offline."),)
    answer = api.post("/v1/self/reboots", REBOOT, token=own[1])
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Your router cannot be restarted right now."
    assert "sw-17" not in answer.text


def test_an_outage_is_said_first(api: Api, own: tuple[str, str]) -> None:
    body = {"routers": [{"router_id": own[0], "segment": "sw-17/4"}]}
    assert api.request("PUT", f"/v1/subscribers/{ACCOUNT}", json=body).status_code == 200
    api.commit(
        IncidentOpened(
            at=NOW - 600,
            incident_id="i1",
            basis="segment",
            place="sw-17/4",
            kind="offline",
            began_at=NOW - 700,
            routers=(own[0],),
            affected=(own[0],),
        )
    )
    told = api.get("/v1/self", token=own[1]).json()
    assert told["sentence"].startswith("There is a fault in the network near you")
    assert told["outage"]["ended_at"] is None


def test_others_reboots_are_unknown(api: Api, own: tuple[str, str]) -> None:
    other = api.router(OTHER)
    belongs(api, "other", other)
    asked = api.post("/v1/self/reboots", REBOOT, token=visit(api, "other")).json()
    assert api.get(f"/v1/self/reboots/{asked['command_id']}", token=own[1]).status_code == 404
    refresh = api.post(api.url(own[0], "/commands"), {"kind": "refresh", "reason": "x"}).json()
    assert api.get(f"/v1/self/reboots/{refresh['command_id']}", token=own[1]).status_code == 404


def test_every_other_door_is_shut(api: Api, own: tuple[str, str]) -> None:
    tried = 0
    for (method, path), need in needs_by_route(api.app).items():
        if need in ("open", "self-service") or path == "/metrics":
            continue
        real = path.replace("{router_id}", own[0]).replace("{account}", ACCOUNT)
        status = api.request(method.upper(), real.replace("{", "").replace("}", ""), token=own[1])
        assert status.status_code == 403, (method, path)
        tried += 1
    assert tried > 40


def test_the_token_lives_for_minutes_and_leaves_nothing_behind(
    api: Api, own: tuple[str, str]
) -> None:
    api.now += 15 * 60
    assert api.get("/v1/self", token=own[1]).status_code == 401
    api.now += 1
    visit(api, minutes=5)
    listed = api.get("/v1/tokens").json()["items"]
    assert [each["account"] for each in listed if each["account"]] == [ACCOUNT]


def test_a_token_is_about_one_subscriber_or_none(api: Api) -> None:
    admin = api.token("admin")
    for wrong in (
        {"name": "a", "scopes": ["self-service"]},
        {"name": "b", "scopes": ["read"], "account": ACCOUNT},
        {"name": "c", "scopes": ["self-service", "act"], "account": ACCOUNT},
    ):
        answer = api.post("/v1/tokens", wrong, token=admin)
        assert answer.status_code == 422, answer.text
    right = {"name": "d", "scopes": ["self-service"], "account": ACCOUNT}
    made = api.post("/v1/tokens", right, token=admin)
    assert made.status_code == 201
    told = api.get("/v1/self", token=made.json()["token"]).json()
    assert told["routers"] == []
    assert told["sentence"] == "We know of no router of yours."


def test_an_unknown_subscriber_gets_no_token(api: Api) -> None:
    assert api.post("/v1/subscribers/nobody/tokens", {}, token=api.token("act")).status_code == 404


def test_what_a_subscriber_does_is_in_the_audit_log(api: Api, own: tuple[str, str]) -> None:
    assert api.post("/v1/self/reboots", REBOOT, token=own[1]).status_code == 202
    newest = api.get("/v1/audit?limit=1").json()["items"][0]
    assert newest["who"].startswith("self-service-")
    assert newest["what"] == "POST /v1/self/reboots"


def test_making_a_token_is_in_the_audit_log_without_its_secret(
    api: Api, own: tuple[str, str]
) -> None:
    log = json.dumps(api.get("/v1/audit").json())
    assert own[1] not in log
    assert ACCOUNT in log
