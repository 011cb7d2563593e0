"""Webhooks through the API: set up, listed, tried, retried, removed; what may not be set up."""

import json
from typing import Any

import pytest

from acs.facts import Rebooted
from acs.storage import webhooks
from acs.storage.webhook_rows import Result
from acs.webhooks.signing import body_of, secret_of
from tests.api.harness import DEVICE, Api

URL = "https://crm.example.net/acsd?key=canary"
SECRET = "whsec_" + "QUFB" * 8


def add(api: Api, **body: Any) -> str:
    answer = api.post("/v1/webhooks", {"url": URL, **body})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["webhook_id"])


def claim(api: Api) -> Any:
    terms: dict[str, Any] = {"now": api.now, "lease": "a", "until": api.now + 30}
    return api.do(api.store.webhooks.claim(body_of, **terms, limit=9, parcels=9, give_up=86_400.0))


def test_a_webhook_from_its_beginning_to_its_end(api: Api) -> None:
    api.router()
    answer = api.post("/v1/webhooks", {"url": URL, "kinds": ["router", "incident.opened"]})
    made = answer.json()
    assert len(secret_of(made["secret"])) == 32
    name = made["webhook_id"]
    api.commit(Rebooted(router_id=DEVICE.router_id, at=api.now, cause="power"))
    (run,) = claim(api).runs
    assert (run.url, run.secret) == (URL, secret_of(made["secret"]))
    assert json.loads(run.parcels[0].body)["data"] == api.get("/v1/events").json()["items"][0]
    failed = Result(state="waiting", status=503, fault="status 503", failures=1, due_at=api.now + 5)
    terms: dict[str, Any] = {"now": api.now, "lease": "a", "until": api.now + 30}
    api.do(api.store.webhooks.settle(name, 1, failed, **terms))
    (one,) = api.get("/v1/webhooks").json()["items"]
    assert one == {
        "webhook_id": name,
        "url": URL,
        "kinds": ["incident.opened", "router"],
        "state": "active",
        "created_at": "2026-03-01T10:13:20Z",
        "failures": 1,
        "next_try_at": "2026-03-01T10:13:25Z",
        "waiting": 1,
        "dead": 0,
        "oldest_waiting_at": "2026-03-01T10:13:20Z",
    }
    page = api.get(f"/v1/webhooks/{name}/deliveries?state=waiting").json()
    assert page["items"] == [
        {
            "seq": 1,
            "at": "2026-03-01T10:13:20Z",
            "kind": "router.boot",
            "state": "waiting",
            "attempts": 1,
            "tried_at": "2026-03-01T10:13:20Z",
            "status": 503,
            "fault": "status 503",
        }
    ]
    assert api.get(f"/v1/webhooks/{name}/deliveries?state=dead").json()["items"] == []
    assert api.request("DELETE", f"/v1/webhooks/{name}").status_code == 204
    assert api.request("DELETE", f"/v1/webhooks/{name}").status_code == 404
    assert api.get("/v1/webhooks").json()["items"] == []


def test_a_test_and_a_retry(api: Api) -> None:
    name = add(api, kinds=["verdict"], secret=SECRET)
    assert api.request("POST", f"/v1/webhooks/{name}/test").status_code == 202
    (run,) = claim(api).runs
    assert json.loads(run.parcels[0].body)["type"] == "webhook.test"
    gone = Result(state="gone", status=410, fault="status 410", failures=1, due_at=api.now)
    api.do(api.store.webhooks.settle(name, 1, gone, now=api.now, lease="a", until=api.now + 30))
    assert api.get("/v1/webhooks").json()["items"][0]["state"] == "gone"
    assert api.request("POST", f"/v1/webhooks/{name}/test").status_code == 409
    assert api.post(f"/v1/webhooks/{name}/retry", {"seq": 9}).json() == {"retried": 0}
    assert api.post(f"/v1/webhooks/{name}/retry", {}).json() == {"retried": 1}
    assert api.get("/v1/webhooks").json()["items"][0]["state"] == "active"
    for path, body in (("test", None), ("retry", {})):
        assert api.request("POST", f"/v1/webhooks/nobody/{path}", json=body).status_code == 404
    assert api.get("/v1/webhooks/nobody/deliveries").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"url": "http://crm.example.net/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://u:p@crm.example.net/"}, "url"),
        ({"url": URL, "kinds": ["router.bot"]}, "kinds"),
        ({"url": URL, "secret": "canary"}, "secret"),
        ({"url": URL, "more": 1}, ""),
    ],
)
def test_what_may_not_be_set_up(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/v1/webhooks", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0].get("name", "") == field
    assert "canary" not in answer.text
    assert api.get("/v1/webhooks").json()["items"] == []


def test_neither_secret_nor_address_is_told_elsewhere(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = add(api, secret=SECRET)
    api.request("POST", f"/v1/webhooks/{name}/test")
    monkeypatch.setattr(webhooks, "MOST", 1)
    full = api.post("/v1/webhooks", {"url": URL, "secret": SECRET})
    assert full.status_code == 409
    log = api.get("/v1/audit?limit=500").text
    assert name in log
    out = capsys.readouterr()
    for text in (log, full.text, api.get("/v1/events").text, out.out, out.err):
        assert "QUFB" not in text
        assert "canary" not in text
    assert "QUFB" not in api.get("/v1/webhooks").text
