"""A command followed by server-sent events."""

import asyncio
import json
from typing import Any

import pytest

from acs.api import streams
from acs.api.routes import commands
from acs.bridge import to_asyncio
from acs.commands import Refusal
from acs.facts import CommandAnswered, CommandWithdrawn
from tests.api.harness import Api


def told(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """The events of a stream: id, name, data."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def queued(api: Api) -> tuple[str, str]:
    router_id = api.router()
    body = {"kind": "refresh", "reason": "ticket 4711"}
    return router_id, api.post(api.url(router_id, "/commands"), body).json()["command_id"]


def finish(api: Api, router_id: str, command_id: str) -> None:
    fact = CommandAnswered(router_id=router_id, at=api.now, command_id=command_id, final=True)
    api.commit(fact)


def test_what_was_is_told_and_the_stream_ends_with_the_command(api: Api) -> None:
    router_id, command_id = queued(api)
    api.now += 5
    api.do(api.store.claim(router_id, api.now, api.guard))
    api.now += 2
    finish(api, router_id, command_id)
    answer = api.get(f"/v1/commands/{command_id}/events")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("retry: 3000\n\n")
    events = told(answer.text)
    assert [(number, name) for number, name, _ in events][:2] == [(1, "queued"), (2, "sent")]
    assert events[-1][1] == "done"
    assert events[0][2]["detail"]["reason"] == "ticket 4711"
    assert events[1][2]["at"] == "2026-03-01T10:13:25Z"
    later = api.get(f"/v1/commands/{command_id}/events", headers={"Last-Event-ID": "2"})
    assert [number for number, _, _ in told(later.text)] == [n for n, _, _ in events if n > 2]


def test_a_refused_command_is_told_in_one_event(api: Api) -> None:
    router_id = api.router()
    api.refusals = (Refusal("voice", "A call is active."),)
    refused = api.post(api.url(router_id, "/commands"), {"kind": "reboot", "reason": "x"}).json()
    ((_, name, data),) = told(api.get(f"/v1/commands/{refused['command_id']}/events").text)
    assert name == "refused"
    assert data["detail"]["refusals"] == [{"guard": "voice", "reason": "A call is active."}]


def test_what_comes_is_told_when_it_comes(api: Api) -> None:
    router_id, command_id = queued(api)

    async def follow() -> str:
        asking = asyncio.ensure_future(api.ask("GET", f"/v1/commands/{command_id}/events"))
        await asyncio.wait_for(api.watch.began.wait(), 10)
        fact = CommandWithdrawn(
            router_id=router_id, at=api.now + 9, command_id=command_id, by="anna"
        )
        await to_asyncio(api.withdraw(fact))
        return (await asyncio.wait_for(asking, 10)).text

    assert [name for _, name, _ in told(api.runner.run(follow()))] == ["queued", "withdrawn"]


def test_a_silent_stream_beats(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, command_id = queued(api)
    monkeypatch.setattr(commands, "BEAT", 0.0)
    monkeypatch.setattr(commands, "LOOK_AGAIN", 0.01)

    async def follow() -> str:
        asking = asyncio.ensure_future(api.ask("GET", f"/v1/commands/{command_id}/events"))
        await asyncio.wait_for(api.watch.began.wait(), 10)
        api.watch.close()
        return (await asyncio.wait_for(asking, 10)).text

    assert ": still here" in api.runner.run(follow())


def test_an_unknown_command_is_not_found(api: Api) -> None:
    assert api.get("/v1/commands/none/events").status_code == 404


@pytest.mark.parametrize("text", ["", "x", "-1", "1e3", "²", "9" * 10])
def test_an_id_that_is_not_ours_counts_for_none(text: str) -> None:
    assert streams.seen(text) == 0
