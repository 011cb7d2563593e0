"""A contact centre at work: a call, a reboot, a chat later, a second call in the week."""
# ruff: noqa: RUF001 - Cyrillic letters are meant

import json
from typing import Any

import pytest

from acs.facts import CommandAnswered, CommandConfirmed, CommandVerified
from tests.api.harness import VERDICT, Api

ACCOUNT = "100200300"
DAY = 86_400.0
SAID = {
    "en": {
        "advice": "A remote reboot is likely to help (91% sure).",
        "customer": "We can restart your router from here",
        "first": "The first line can do this.",
        "helped": "The reboot 1 hour ago helped.",
        "again": "The second contact about this within a week: pass it to the second line.",
    },
    "ru": {
        "advice": "Скорее всего, поможет удалённая перезагрузка (уверенность 91%).",
        "customer": "Мы можем перезагрузить ваш роутер отсюда",
        "first": "Это решает первая линия.",
        "helped": "Перезагрузка 1 час назад помогла.",
        "again": "Второе обращение за неделю о том же: передайте на вторую линию.",
    },
}


class Desk:
    """An operator with a token of scope act, who speaks one language."""

    def __init__(self, api: Api, language: str) -> None:
        self.api = api
        self.given: dict[str, Any] = {
            "token": api.token("act", name="crm"),
            "headers": {"Accept-Language": language},
        }

    def get(self, path: str) -> Any:
        answer = self.api.get(path, **self.given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any], status: int) -> Any:
        answer = self.api.post(path, body, **self.given)
        assert answer.status_code == status, answer.text
        return answer.json()

    def status(self) -> Any:
        (router,) = self.get(f"/v1/subscribers/{ACCOUNT}/status")["routers"]
        return router


def rebooted(api: Api, router_id: str, command_id: str) -> None:
    """The router's side: it takes the command, restarts, comes back, and is well."""
    known: dict[str, Any] = {"router_id": router_id, "command_id": command_id}
    api.now += 2
    assert api.do(api.store.claim(router_id, api.now, api.guard)) is not None
    api.commit(CommandAnswered(at=api.now + 1, final=False, **known))
    api.now += 118
    api.commit(CommandConfirmed(at=api.now, **known))
    api.now += 1800
    api.commit(CommandVerified(at=api.now, outcome="helped", result={}, **known))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_week_with_a_subscriber(api: Api, language: str) -> None:
    said, desk = SAID[language], Desk(api, language)
    api.contact_finding = "F01"
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    body = {"phone": "+7 916 123-45-67", "routers": [{"router_id": router_id}]}
    assert api.request("PUT", f"/v1/subscribers/{ACCOUNT}", json=body).status_code < 300

    # The phone rings: whose number is it, and what is to be said?
    (found,) = desk.get("/v1/find?q=89161234567")["items"]
    assert found["account"] == ACCOUNT
    status = desk.status()
    assert status["operator"][0] == said["advice"]
    assert status["customer"].startswith(said["customer"])
    assert status["line"] == {"line": "first", "reason": said["first"]}
    contacts = f"/v1/subscribers/{ACCOUNT}/contacts"
    call = {"channel": "phone", "line": "first", "action": "reboot", "helped": None}
    assert desk.post(contacts, call, 201)["escalated"] is False

    # The customer agrees; the operator watches the two minutes pass.
    wish = {"kind": "reboot", "reason": "ticket 4711", "consent": True}
    command = desk.post(api.url(router_id, "/commands"), wish, 202)
    rebooted(api, router_id, command["command_id"])
    stream = api.get(f"/v1/commands/{command['command_id']}/events", **desk.given).text
    steps = [line.removeprefix("event: ") for line in stream.splitlines() if "event: " in line]
    assert steps == ["queued", "sent", "answered", "back", "verified"]
    assert json.loads(stream.rpartition("data: ")[2])["detail"]["outcome"] == "helped"

    # An hour later in the chat: everything that was done and said is there.
    api.now += 1900
    status = desk.status()
    assert said["helped"] in status["sentence"]
    (contact,) = status["contacts"]
    assert (contact["channel"], contact["action"]) == ("phone", "reboot")
    (done,) = status["commands"]
    assert (done["state"], done["outcome"], done["consent"]) == ("verified", "helped", True)
    line = desk.get(f"/v1/subscribers/{ACCOUNT}/timeline")["items"]
    told = [(each["kind"], each["what"]) for each in line]
    for wanted in (("contact", "phone"), ("command", "queued"), ("command", "verified")):
        assert wanted in told
    assert told.index(("command", "verified")) < told.index(("contact", "phone"))

    # The same trouble within the week is for the second line, whoever takes the call.
    api.now += 3 * DAY
    second = {"line": "second", "reason": said["again"]}
    assert desk.status()["line"] == second, "before anything is recorded"
    again = desk.post(contacts, {"channel": "chat", "line": "first"}, 201)
    assert again["escalated"] is True
    assert desk.status()["line"] == second

    # Who did all this stands in the log.
    log = api.get("/v1/audit?who=crm&order=oldest").json()["items"]
    assert [(e["what"].split("/")[-1], e["outcome"]) for e in log] == [
        ("contacts", "done"),
        ("commands", "done"),
        ("contacts", "done"),
    ]
