"""Commands asked for again with the same Idempotency-Key are one command."""

import asyncio
from typing import Any

import pytest

from acs.commands import Refusal
from tests.api.harness import Api

WISH = {"kind": "refresh", "reason": "ticket 4711"}
KEY = {"Idempotency-Key": "call-17"}


def ask(api: Api, router_id: str, body: Any = None, **given: Any) -> Any:
    given.setdefault("headers", KEY)
    return api.post(api.url(router_id, "/commands"), body or WISH, **given)


def commands(api: Api) -> int:
    return len(api.get("/v1/commands").json()["items"])


def test_sent_again_it_is_the_same_command(api: Api) -> None:
    router_id = api.router()
    first, again = ask(api, router_id), ask(api, router_id)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["location"] == again.headers["location"]
    assert first.json() == again.json()
    assert commands(api) == 1
    assert ask(api, router_id, headers={"Idempotency-Key": "call-18"}).status_code == 202
    assert ask(api, router_id, headers={}).status_code == 202
    assert commands(api) == 3


def test_it_tells_how_the_command_stands_now(api: Api) -> None:
    router_id = api.router()
    command_id = ask(api, router_id).json()["command_id"]
    assert api.delete(f"/v1/commands/{command_id}").status_code < 300
    assert ask(api, router_id).json()["state"] == "withdrawn"


def test_a_refusal_stays_one(api: Api) -> None:
    router_id = api.router()
    api.refusals = (Refusal("voice", "A call is active."),)
    first = ask(api, router_id, {"kind": "reboot", "reason": "x"})
    api.refusals = ()
    again = ask(api, router_id, {"kind": "reboot", "reason": "x"})
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.json()["refusals"] == again.json()["refusals"]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another"},
        {"kind": "reboot"},
        {"consent": True},
        {"kind": "get", "arguments": {"paths": ["Device."]}},
    ],
)
def test_a_key_is_for_one_wish(api: Api, change: dict[str, Any]) -> None:
    router_id = api.router()
    assert ask(api, router_id).status_code == 202
    assert ask(api, router_id, {**WISH, **change}).status_code == 422
    assert commands(api) == 1


def test_arguments_are_compared(api: Api) -> None:
    router_id = api.router()
    body = {"kind": "get", "reason": "x", "arguments": {"paths": ["Device.DeviceInfo."]}}
    assert ask(api, router_id, body).status_code == 202
    assert ask(api, router_id, body).status_code == 202
    body["arguments"] = {"paths": ["Device.WiFi."]}
    assert ask(api, router_id, body).status_code == 422


def test_an_argument_that_is_left_out_is_another_wish(api: Api) -> None:
    router_id = api.router()
    values = {"Device.X": "1"}
    body = {"kind": "set", "reason": "x", "arguments": {"values": values, "read_back": True}}
    assert ask(api, router_id, body).status_code == 202
    body["arguments"] = {"values": values}
    assert ask(api, router_id, body).status_code == 422


def test_a_key_is_its_tokens_own(api: Api) -> None:
    router_id = api.router()
    one, other = api.token("act", name="crm"), api.token("act", name="bot")
    ids = {ask(api, router_id, token=token).json()["command_id"] for token in (one, other, one)}
    assert len(ids) == 2


def test_twice_at_once_is_one_command(api: Api) -> None:
    router_id = api.router()

    async def both() -> list[Any]:
        path = api.url(router_id, "/commands")
        wishes = (api.ask("POST", path, json=WISH, headers=KEY) for _ in range(5))
        return await asyncio.gather(*wishes)

    answers = api.runner.run(both())
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["command_id"] for answer in answers}) == 1
    assert commands(api) == 1
