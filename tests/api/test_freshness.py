"""A status with fresh readings: the router is asked first, once, and waited for."""

import asyncio
from typing import Any

import pytest

from acs.api.freshness import JUST_NOW
from acs.bridge import to_asyncio
from acs.commands import Refusal
from acs.facts import CommandAnswered, CommandFailed, Fact, Sampled
from tests.api.harness import VERDICT, Api

OLD = {"sys.uptime": 9}


def refreshes(api: Api) -> list[dict[str, Any]]:
    items = api.get("/v1/commands").json()["items"]
    return [each for each in items if each["kind"] == "refresh"]


async def answer(api: Api, router_id: str, *, fault: bool = False) -> None:
    """The router's side: it comes when it is asked, and answers with its vitals."""
    await api.watch.began.wait()
    command = await to_asyncio(api.store.claim(router_id, api.now, api.guard))
    assert command is not None
    known: dict[str, Any] = {"router_id": router_id, "command_id": command.command_id}
    known["at"] = api.now = api.now + 2
    facts: tuple[Fact, ...] = (
        Sampled(router_id=router_id, at=api.now, vitals={"sys.uptime": 700}),
        CommandAnswered(**known, final=True),
    )
    if fault:
        facts = (CommandFailed(**known, result={"error": "9002 Internal error"}),)
    await to_asyncio(api.store.commit(facts))
    api.watch.changed(command.command_id)


def asked(api: Api, path: str, router_id: str, *, times: int = 1, fault: bool = False) -> Any:
    async def both() -> Any:
        asking = [api.ask("GET", path) for _ in range(times)]
        return (await asyncio.gather(*asking, answer(api, router_id, fault=fault)))[:-1]

    answers = api.runner.run(both())
    assert all(each.status_code == 200 for each in answers), answers[0].text
    return [each.json() for each in answers]


def test_the_router_is_asked_and_the_status_rests_on_its_answer(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    (status,) = asked(api, api.url(router_id, "/status?fresh=30"), router_id)
    assert status["fresh"]["outcome"] == "fresh"
    assert status["fresh"]["why"] is None
    assert status["data"]["collected_age_seconds"] == 0
    assert status["router"]["vitals"]["sys.uptime"] == 700
    # nobody judges as samples come here: the verdict is that of the fresh diagnosis
    assert status["verdict"]["action"] == VERDICT.action
    (command,) = refreshes(api)
    assert command["command_id"] == status["fresh"]["command_id"]
    assert command["state"] == "done"


def test_who_asks_at_once_shares_one_refresh(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    found = asked(api, api.url(router_id, "/status?fresh=30"), router_id, times=5)
    assert {each["fresh"]["outcome"] for each in found} == {"fresh"}
    assert len({each["fresh"]["command_id"] for each in found}) == 1
    assert len(refreshes(api)) == 1


def test_readings_of_just_now_are_fresh_enough(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    api.commit(Sampled(router_id=router_id, at=api.now - JUST_NOW + 1, vitals=dict(OLD)))
    status = api.get(api.url(router_id, "/status?fresh=30")).json()
    assert status["fresh"] == {
        "outcome": "recent",
        "waited_seconds": 0.0,
        "command_id": None,
        "why": None,
    }
    assert refreshes(api) == []


def test_a_router_that_does_not_come_is_not_asked_twice(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD), verdict=VERDICT)
    path = api.url(router_id, "/status?fresh=0.01")
    first = api.get(path).json()
    assert first["fresh"]["outcome"] == "waiting"
    assert "has not come for it yet" in first["fresh"]["why"]
    assert first["verdict"]["judged_at"] == "2026-03-01T10:12:20Z"
    api.now += 60
    again = api.get(path).json()
    assert again["fresh"]["command_id"] == first["fresh"]["command_id"]
    assert len(refreshes(api)) == 1


def test_a_router_that_answers_with_a_fault_is_told(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    (status,) = asked(api, api.url(router_id, "/status?fresh=30"), router_id, fault=True)
    assert status["fresh"]["outcome"] == "failed"
    assert "9002" in status["fresh"]["why"]


def test_a_guard_may_refuse(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    api.refusals = (Refusal("enrolment", "It waits in quarantine."),)
    fresh = api.get(api.url(router_id, "/status?fresh=30")).json()["fresh"]
    assert (fresh["outcome"], fresh["why"]) == ("refused", "It waits in quarantine.")


def test_all_routers_of_a_subscriber_are_asked(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    body = {"routers": [{"router_id": router_id}]}
    assert api.request("PUT", "/v1/subscribers/77", json=body).status_code == 200
    (status,) = asked(api, "/v1/subscribers/77/status?fresh=30", router_id)
    assert status["routers"][0]["fresh"]["outcome"] == "fresh"


def test_who_may_read_may_ask_and_is_named(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    token = api.token("read", name="crm")
    answered = api.get(api.url(router_id, "/status?fresh=0.01"), token=token)
    assert answered.status_code == 200
    (command,) = refreshes(api)
    assert command["asked_by"] == "crm"


@pytest.mark.parametrize("seconds", ["-1", "31", "soon", "nan"])
def test_a_wrong_wait_is_422(shared: Api, seconds: str) -> None:
    answered = shared.get(shared.url(shared.router(), f"/status?fresh={seconds}"))
    assert answered.status_code == 422


def test_ages_and_waits_make_no_other_document(api: Api) -> None:
    router_id = api.router(vitals=dict(OLD))
    api.commit(Sampled(router_id=router_id, at=api.now, vitals=dict(OLD)))
    plain = api.get(api.url(router_id, "/status"))
    fresh = api.get(api.url(router_id, "/status?fresh=5"))
    assert plain.headers["etag"] == fresh.headers["etag"]
