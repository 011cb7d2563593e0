"""Commands: asked for, refused, watched, listed."""

import asyncio

import pytest

from acs.api.routes import commands as routes
from acs.commands import Refusal
from acs.facts import CommandAnswered
from tests.api.harness import NOW, Api

REBOOT = {"kind": "reboot", "reason": "ticket 4711", "consent": True}


def test_a_command_is_queued(api: Api) -> None:
    router_id = api.router()
    token = api.token("act", name="contact-centre")
    answer = api.post(api.url(router_id, "/commands"), REBOOT, token=token)
    assert answer.status_code == 202
    command = answer.json()
    assert answer.headers["location"] == f"/v1/commands/{command['command_id']}"
    assert command["state"] == "queued"
    assert command["finished"] is False
    assert command["asked_by"] == "contact-centre"
    assert command["consent"] is True
    assert command["asked_at"] == "2026-03-01T10:13:20Z"
    assert api.get(answer.headers["location"]).json() == command


def test_a_refused_command_is_409_with_each_reason_and_is_kept(api: Api) -> None:
    router_id = api.router()
    api.refusals = (
        Refusal("voice", "A voice call is active (Connected)."),
        Refusal("per_router", "1 reboot in 24 h.", NOW + 3600),
    )
    answer = api.post(api.url(router_id, "/commands"), REBOOT)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:acsd:problem:refused"
    assert problem["detail"] == "A voice call is active (Connected). 1 reboot in 24 h."
    assert problem["refusals"] == [
        {"guard": "voice", "reason": "A voice call is active (Connected).", "retry_at": None},
        {"guard": "per_router", "reason": "1 reboot in 24 h.", "retry_at": "2026-03-01T11:13:20Z"},
    ]
    stored = api.get(f"/v1/commands/{problem['command_id']}").json()
    assert stored["state"] == "refused"
    assert stored["finished"] is True
    assert stored["refusals"] == problem["refusals"]


def test_a_command_that_waits_can_be_taken_back(api: Api) -> None:
    router_id = api.router()
    where = api.post(api.url(router_id, "/commands"), REBOOT).headers["location"]
    assert api.delete(where, token=api.token("read")).status_code == 403
    answer = api.delete(f"{where}?reason=wrong+router", token=api.token("act", name="anna"))
    assert answer.status_code == 200
    taken = answer.json()
    assert (taken["state"], taken["finished"]) == ("withdrawn", True)
    assert taken["result"] == {"withdrawn_by": "anna", "why": "wrong router"}
    again = api.delete(where)
    assert again.status_code == 409
    assert "it is withdrawn" in again.json()["detail"]
    assert api.delete("/v1/commands/nobodys").status_code == 404


def test_what_only_admins_may_ask_for_only_they_take_back(api: Api) -> None:
    router_id = api.router()
    asked = {"kind": "factory_reset", "reason": "x", "arguments": {}}
    where = api.post(api.url(router_id, "/commands"), asked).headers["location"]
    assert api.delete(where, token=api.token("act")).status_code == 403
    assert api.delete(where).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"kind": "explode", "reason": "x"}, "kind"),
        ({"reason": "x"}, ""),
        ({"kind": "reboot"}, ""),
        ({"kind": "reboot", "reason": ""}, "reason"),
        ({"kind": "reboot", "reason": "x" * 501}, "reason"),
        ({"kind": "reboot", "reason": "a\0b"}, "reason"),
        ({"kind": "reboot", "reason": 7}, "reason"),
        ({"kind": "reboot", "reason": "x", "consent": "yes"}, "consent"),
        ({"kind": "reboot", "reason": "x", "consent": "true"}, "consent"),
        ({"kind": "reboot", "reason": "x", "consent": 1}, "consent"),
        ({"kind": "reboot", "reason": "x", "force": True}, ""),
        ({"kind": "reboot", "reason": "x", "arguments": {"delay": 1}}, "arguments"),
        ({"kind": "get", "reason": "x"}, ""),
        ({"kind": "get", "reason": "x", "arguments": {"paths": []}}, "arguments.paths"),
        ({"kind": "get", "reason": "x", "arguments": {"paths": [""]}}, "arguments.paths[0]"),
        ({"kind": "set", "reason": "x", "arguments": {"values": {}}}, "arguments.values"),
        ({"kind": "set", "reason": "x", "arguments": {"values": {"A": None}}}, None),
        ({"kind": "set", "reason": "x", "arguments": {"values": {"A": 2**64}}}, None),
        ([], ""),
        (None, ""),
    ],
)
def test_a_wrong_body_is_422_and_named(shared: Api, body: object, named: str | None) -> None:
    router_id = shared.router()
    answer = shared.post(shared.url(router_id, "/commands"), body)
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert error["where"] == "body"
    if named is not None:
        assert error.get("name", "") == named


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff", b'{"kind":"\xff"}', b"[" * 100_000, b'"\\ud800"', b"NaN"]
)
def test_an_unreadable_body_is_400_or_422(shared: Api, body: bytes) -> None:
    answer = shared.request("POST", shared.url(shared.router(), "/commands"), content=body)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_413(shared: Api) -> None:
    body = {**REBOOT, "reason": "x" * 1_048_577}
    answer = shared.post(shared.url(shared.router(), "/commands"), body)
    assert answer.status_code == 413


def test_an_unknown_router_is_404(shared: Api) -> None:
    assert shared.post(shared.url("00D09E-Hub-NONE", "/commands"), REBOOT).status_code == 404


def test_arguments_are_kept(api: Api) -> None:
    values = {"Device.A": "1\n2", "Device.B": True, "Device.C": -3, "Device.D": 0.5}
    body = {"kind": "set", "reason": "x", "arguments": {"values": values}}
    command = api.post(api.url(api.router(), "/commands"), body).json()
    assert command["arguments"] == {"values": values}
    assert api.get(f"/v1/commands/{command['command_id']}").json()["arguments"]["values"] == values


def queued(api: Api) -> str:
    body = {"kind": "refresh", "reason": "x"}
    command_id = api.post(api.url(api.router(), "/commands"), body).json()["command_id"]
    assert isinstance(command_id, str)
    return command_id


def finish(api: Api, command_id: str, router_id: str) -> None:
    api.do(api.store.claim(router_id, api.now, api.guard))
    api.commit(CommandAnswered(router_id=router_id, at=api.now, command_id=command_id, final=True))


def test_secrets_that_a_command_sets_are_not_shown(api: Api) -> None:
    router_id = api.router()
    values = {"Device.ManagementServer.Password": "CANARY", "Device.WiFi.SSID.1.SSID": "home"}
    body = {"kind": "set", "reason": "r", "arguments": {"values": values}}
    answer = api.post(api.url(router_id, "/commands"), body)
    assert answer.status_code == 202
    assert answer.json()["arguments"]["values"] == {
        "Device.ManagementServer.Password": "[redacted]",
        "Device.WiFi.SSID.1.SSID": "home",
    }
    for path in (answer.headers["location"], "/v1/commands", api.url(router_id, "/status")):
        assert "CANARY" not in api.get(path).text


def test_a_long_poll_ends_when_the_command_does(api: Api) -> None:
    command_id = queued(api)
    router_id = api.router()

    async def main() -> str:
        asked = asyncio.create_task(api.ask("GET", f"/v1/commands/{command_id}?wait=60"))
        await api.watch.began.wait()
        assert not asked.done()
        done = asyncio.get_running_loop().create_future()
        claimed = api.store.claim(router_id, api.now, api.guard)
        claimed.addCallback(
            lambda _: api.store.commit(
                (CommandAnswered(router_id=router_id, at=NOW, command_id=command_id, final=True),)
            )
        ).addCallback(done.set_result)
        await done
        api.watch.changed(command_id)
        state = (await asyncio.wait_for(asked, 10)).json()["state"]
        assert isinstance(state, str)
        return state

    assert api.runner.run(main()) == "done"


def test_a_long_poll_finds_a_change_that_nobody_announced(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LOOK_AGAIN", 0.01)
    command_id = queued(api)
    finish(api, command_id, api.router())
    answer = api.get(f"/v1/commands/{command_id}?wait=60")
    assert answer.json()["state"] == "done"


def test_a_long_poll_gives_up_and_says_how_things_stand(api: Api) -> None:
    assert api.get(f"/v1/commands/{queued(api)}?wait=0.01").json()["state"] == "queued"


def test_a_long_poll_ends_when_the_daemon_stops(api: Api) -> None:
    command_id = queued(api)

    async def main() -> str:
        asked = asyncio.create_task(api.ask("GET", f"/v1/commands/{command_id}?wait=60"))
        await api.watch.began.wait()
        api.watch.close()
        state = (await asyncio.wait_for(asked, 10)).json()["state"]
        assert isinstance(state, str)
        return state

    assert api.runner.run(main()) == "queued"


@pytest.mark.parametrize("wait", ["-1", "120.1", "nan", "inf", "x"])
def test_a_wrong_wait_is_422(shared: Api, wait: str) -> None:
    assert shared.get(f"/v1/commands/1?wait={wait}").status_code == 422


def test_an_unknown_command_is_404(shared: Api) -> None:
    assert shared.get("/v1/commands/none?wait=60").status_code == 404


def test_commands_are_listed_newest_first_and_filtered(api: Api) -> None:
    router_id = api.router()
    ids = []
    for number in range(3):
        api.now = NOW + number
        ids.append(queued(api))
    api.refusals = (Refusal("voice", "A call."),)
    api.now = NOW + 9
    api.post(api.url(router_id, "/commands"), REBOOT)
    page = api.get("/v1/commands", params={"limit": "2"}).json()
    assert [item["state"] for item in page["items"]] == ["refused", "queued"]
    rest = api.get("/v1/commands", params={"limit": "2", "cursor": page["next"]}).json()
    assert [item["command_id"] for item in rest["items"]] == ids[1::-1]
    assert rest["next"] is None
    some = api.get("/v1/commands?state=refused&state=sent").json()["items"]
    assert [item["state"] for item in some] == ["refused"]
    assert len(api.get("/v1/commands", params={"router_id": router_id}).json()["items"]) == 4
    assert api.get("/v1/commands", params={"router_id": "none"}).json()["items"] == []
    assert api.get("/v1/commands?state=vanished").status_code == 422
    assert api.get("/v1/commands?cursor=junk").status_code == 200
