"""The audit log through the API: every act and every refusal leaves its line."""

from datetime import datetime
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler

from acs.api.app import ROUTES
from acs.audit import Chain, Entry, detail
from acs.commands import Refusal
from acs.facts import Quarantined
from tests.api.harness import DEVICE, Api

READS = {"GET", "HEAD"}


def log(api: Api) -> list[dict[str, Any]]:
    """All entries, the oldest first; the chain is whole."""
    answer = api.get("/v1/audit?order=oldest&limit=500")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def acts(api: Api) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    """A request of each route that changes something; for those that need it, after others."""
    router = api.router()
    quoted = api.url(router)
    other = DEVICE.__class__("Other", "00D09E", "Hub-5", "Q1")
    api.commit(
        Quarantined(router_id=other.router_id, at=api.now, device=other, address="192.0.2.9")
    )
    queued = api.post(f"{quoted}/commands", {"kind": "refresh", "reason": "x"}).json()
    api.post("/v1/tokens", {"name": "old", "scopes": ["read"]})
    hook = {"url": "https://crm.example.net/a-canary"}
    name = api.post("/v1/webhooks", hook).json()["webhook_id"]
    return {
        "POST /v1/webhooks": ("/v1/webhooks", {**hook, "kinds": ["reboots.stopped"]}, {}),
        "POST /v1/webhooks/{webhook_id:str}/test": (
            f"/v1/webhooks/{name}/test",
            None,
            {"webhook_tested": name},
        ),
        "POST /v1/webhooks/{webhook_id:str}/retry": (
            f"/v1/webhooks/{name}/retry",
            {},
            {"webhook_retried": name, "seq": None},
        ),
        "DELETE /v1/webhooks/{webhook_id:str}": (
            f"/v1/webhooks/{name}",
            None,
            {"webhook_removed": name},
        ),
        "POST /v1/routers/{router_id:str}/commands": (
            f"{quoted}/commands",
            {"kind": "reboot", "reason": "ticket 4711", "consent": True},
            {"kind": "reboot"},
        ),
        "DELETE /v1/commands/{command_id:str}": (
            f"/v1/commands/{queued['command_id']}",
            None,
            {"withdrawn": queued["command_id"]},
        ),
        "POST /v1/routers/{router_id:str}/contacts": (
            f"{quoted}/contacts",
            {"channel": "phone"},
            {"contact": "phone"},
        ),
        "PUT /v1/subscribers/{account:str}": (
            "/v1/subscribers/100200300",
            {"routers": [{"router_id": router}]},
            {"account": "100200300"},
        ),
        "POST /v1/subscribers/{account:str}/contacts": (
            "/v1/subscribers/100200300/contacts",
            {"channel": "chat"},
            {"contact": "chat"},
        ),
        "POST /v1/reboots/stop": ("/v1/reboots/stop", {"reason": "x"}, {"reboots_stopped": True}),
        "POST /v1/reboots/resume": ("/v1/reboots/resume", None, {"reboots_stopped": False}),
        "POST /v1/routers/{router_id:str}/enrol": (
            f"{api.url(other.router_id)}/enrol",
            {"username": "u1", "password": "a canary"},
            {"enrolled": "u1"},
        ),
        "POST /v1/enrolments": (
            "/v1/enrolments",
            {"lines": [{"oui": "0A2001", "serial": "S1", "password": "a canary"}]},
            {},
        ),
        "POST /v1/subscribers/{account:str}/tokens": (
            "/v1/subscribers/100200300/tokens",
            {"minutes": 5},
            {"account": "100200300", "scopes": ["self-service"]},
        ),
        "POST /v1/tokens": ("/v1/tokens", {"name": "new", "scopes": ["read"]}, {"token": "new"}),
        "DELETE /v1/tokens/{name:str}": ("/v1/tokens/old", None, {"token_removed": "old"}),
    }


# Held elsewhere: tests/api/test_files.py and test_trees.py send bodies that take some making,
# tests/api/test_own.py has the token of a subscriber, test_bulk.py many lines.
ELSEWHERE = {
    "POST /v1/subscribers",
    "POST /v1/self/reboots",
    "POST /v1/files",
    "DELETE /v1/files/{file_id:str}",
    "PUT /v1/datamodels/{name:str}",
    "DELETE /v1/datamodels/{name:str}",
}


def changing() -> set[str]:
    """All routes that change something."""
    found = set()
    for handler in ROUTES:
        assert isinstance(handler, HTTPRouteHandler)
        for method in handler.http_methods - READS:
            found |= {f"{method} {path}" for path in handler.paths}
    return found


def test_every_act_leaves_a_line_that_says_who_and_what(api: Api) -> None:
    requests = acts(api)
    assert set(requests) | ELSEWHERE == changing(), "say what a new route leaves in the log"
    token = api.token("admin", name="crm")
    for route, (path, body, told) in requests.items():
        before = len(log(api))
        method = route.partition(" ")[0]
        answer = api.request(method, path, json=body, token=token)
        assert answer.status_code < 300, (route, answer.text)
        new = log(api)[before:]
        assert new, f"{route} left no line"
        assert {(line["who"], line["channel"], line["outcome"]) for line in new} == {
            ("crm", "api", "done")
        }
        assert new[0]["what"] == route.replace(":str}", "}")
        assert {key: new[0]["detail"].get(key) for key in told} == told
    text = api.get("/v1/audit?limit=500").text
    assert "canary" not in text


def test_every_refusal_leaves_a_line(api: Api) -> None:
    router = api.router()
    reader, actor = api.token("read", name="reader"), api.token("act", name="actor")
    path = f"{api.url(router)}/commands"
    wish = {"kind": "reboot", "reason": "x"}
    assert api.post(path, wish, token=reader).status_code == 403
    assert api.get("/v1/audit", token=actor).status_code == 403
    assert api.post(path, {"kind": "reboot", "bogus": 1}, token=actor).status_code == 422
    assert api.delete("/v1/commands/none", token=actor).status_code == 404
    api.refusals = (Refusal("voice_call", "A call is active."),)
    assert api.post(path, wish, token=actor).status_code == 409
    told = [(line["who"], line["outcome"], line["detail"]) for line in log(api)]
    assert told[:3] == [
        ("reader", "refused", {"needs": "act", "status": 403}),
        ("actor", "refused", {"needs": "admin", "status": 403}),
        ("actor", "refused", {"status": 422}),
    ]
    assert told[3][:2] in {("actor", "nothing"), ("actor", "refused")}
    assert told[4][1] == "refused"
    assert told[4][2]["refused_by"] == ["voice_call"]
    assert len(told) == 5


def test_who_is_not_known_leaves_none(api: Api) -> None:
    for token in ("nonsense", "acs_" + "a" * 43):
        assert api.post("/v1/reboots/stop", {}, token=token).status_code == 401
    assert log(api) == []


def test_reading_leaves_none(api: Api) -> None:
    router = api.router()
    for path in ("/v1/routers", api.url(router), "/v1/tokens", "/v1/audit"):
        assert api.get(path).status_code == 200
    assert log(api) == []


def test_anybody_can_count_the_chain_again(api: Api) -> None:
    for number in range(5):
        api.post("/v1/tokens", {"name": f"t{number}", "scopes": ["read"]})
        api.now += 0.0004
    chain = Chain()
    for line in log(api):
        at = line.pop("at")
        values = {**line, "detail": detail(line["detail"]), "digest": bytes.fromhex(line["digest"])}
        assert chain.take((Entry(at=datetime.fromisoformat(at).timestamp(), **values),)), (
            chain.broken
        )
    assert chain.checked == 5


def test_pages_and_filters(api: Api) -> None:
    for number in range(5):
        api.post("/v1/tokens", {"name": f"t{number}", "scopes": ["read"]})
        api.now += 10
    page = api.get("/v1/audit?limit=2").json()
    assert [item["seq"] for item in page["items"]] == [5, 4]
    page = api.get(f"/v1/audit?limit=3&cursor={page['next']}").json()
    assert ([item["seq"] for item in page["items"]], page["next"]) == ([3, 2, 1], None)
    assert api.get("/v1/audit?who=nobody").json()["items"] == []
    assert len(api.get("/v1/audit?who=socket").json()["items"]) == 5


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "cursor=" + "9" * 19, "since=today"])
def test_a_bad_query_is_refused(api: Api, query: str) -> None:
    assert api.get(f"/v1/audit?{query}").status_code == 422
