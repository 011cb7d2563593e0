"""Events page by page and as a stream; what is followed, resumed, filtered, bounded."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import quote

import pytest
from twisted.internet.defer import fail

from acs.api import events as hub_room
from acs.api.access import CHANNEL, SOCKET
from acs.api.app import create_app
from acs.api.events import EventHub
from acs.api.routes import events as room
from acs.api.settings import ApiSettings
from acs.bridge import to_asyncio
from acs.facts import Belongs, Rebooted
from acs.identity import DeviceId
from acs.storage.errors import StorageUnavailableError
from acs.storage.news import Wanted
from acs.storage.settings import Retention
from tests.api.harness import DEVICE, Api

OTHER = DeviceId("Example Networks", "00D09E", "Hub-5", "4C1744001123")
STREAM = {"Accept": "text/event-stream"}


def boots(api: Api, count: int, router_id: str = DEVICE.router_id, at: float = 0.0) -> None:
    facts = (
        Rebooted(router_id=router_id, at=api.now + at + number, cause="power")
        for number in range(count)
    )
    api.commit(*facts)


def seqs(page: dict[str, Any]) -> list[int]:
    return [one["seq"] for one in page["items"]]


# --- pages ----------------------------------------------------------------------------------------


def test_the_newest_come_first_page_by_page(api: Api) -> None:
    api.router()
    boots(api, 5)
    page = api.get("/v1/events?limit=2").json()
    assert seqs(page) == [5, 4]
    assert page["upto"] == 5
    assert page["items"][0] == {
        "seq": 5,
        "at": "2026-03-01T10:13:24Z",
        "kind": "router.boot",
        "router_id": DEVICE.router_id,
        "detail": {"cause": "power"},
    }
    page = api.get(f"/v1/events?limit=3&cursor={page['next']}").json()
    assert (seqs(page), page["next"]) == ([3, 2, 1], None)


def test_after_a_number_the_oldest_come_first(api: Api) -> None:
    api.router()
    boots(api, 5)
    page = api.get("/v1/events?after=1&limit=2").json()
    assert (seqs(page), page["upto"], page["gap"]) == ([2, 3], 3, False)
    page = api.get("/v1/events?after=5").json()
    assert (seqs(page), page["upto"], page["gap"]) == ([], 5, False)
    assert api.get("/v1/events?after=6").json()["gap"] is True


def test_filters(api: Api) -> None:
    api.router()
    api.router(device=OTHER)
    boots(api, 2)
    boots(api, 1, OTHER.router_id)
    api.commit(Belongs(router_id=OTHER.router_id, at=api.now, account="4711"))
    api.post("/v1/reboots/stop", {"reason": "storm"})
    assert seqs(api.get(f"/v1/events?router={quote(OTHER.router_id)}").json()) == [3]
    assert seqs(api.get("/v1/events?subscriber=4711").json()) == [3]
    nobody = f"/v1/events?subscriber=4711&router={quote(DEVICE.router_id)}"
    assert seqs(api.get(nobody).json()) == []
    assert seqs(api.get("/v1/events?kind=router").json()) == [3, 2, 1]
    assert seqs(api.get("/v1/events?kind=reboots.stopped&kind=incident").json()) == [4]
    assert api.get("/v1/events?subscriber=nobody").status_code == 404


@pytest.mark.parametrize(
    "query", ["router=a-b-c-d", "kind=router.bot", "kind=", "after=-1", "after=x", "cursor=1.5"]
)
def test_what_is_not_allowed_is_said(shared: Api, query: str) -> None:
    answer = shared.get(f"/v1/events?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"] in ("router_id", "kind", "after", "cursor")


# --- streams --------------------------------------------------------------------------------------


class Stream:
    """A stream of events, read as it comes."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.gone = asyncio.Event()
        self._rest = b""

    async def receive(self) -> dict[str, Any]:
        if not self.status:
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.pieces.put_nowait(message.get("body", b""))

    async def block(self) -> dict[str, str]:
        """The next block of the stream: its fields."""
        while b"\n\n" not in self._rest:
            self._rest += await asyncio.wait_for(self.pieces.get(), 10)
        text, _, self._rest = self._rest.partition(b"\n\n")
        return dict(line.split(": ", 1) for line in text.decode().splitlines())

    async def event(self) -> tuple[int, str, Any]:
        """The next event: id, name, data."""
        while "event" not in (fields := await self.block()):
            pass
        return int(fields["id"]), fields["event"], json.loads(fields["data"])


@asynccontextmanager
async def following(
    api: Api, query: str = "", headers: dict[str, str] | None = None
) -> AsyncIterator[Stream]:
    found = Stream()
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or STREAM).items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "query_string": query.encode(),
        "headers": raw,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("acsd", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        CHANNEL: SOCKET,
    }
    app = cast("Any", api.app)
    task = asyncio.ensure_future(app(scope, found.receive, found.send))
    try:
        yield found
    finally:
        found.gone.set()
        await asyncio.wait_for(task, 10)


def run(api: Api, story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(story(), 30)

    api.runner.run(bounded())


async def boot(api: Api, router_id: str = DEVICE.router_id) -> None:
    fact = Rebooted(router_id=router_id, at=api.now, cause="power")
    await to_asyncio(api.store.commit((fact,)))


def gauge(api: Api) -> float | None:
    return api.services.registry.get_sample_value("acs_events_streams")


def test_events_are_told_as_they_happen(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_room, "LOOK_AGAIN", 3600.0)  # only what wakes it is at work
    api.router()
    boots(api, 3)

    async def story() -> None:
        async with following(api) as told, following(api, "kind=verdict") as other:
            assert await told.block() == {"retry": "3000"}
            assert await other.block() == {"retry": "3000"}
            assert told.headers["content-type"].startswith("text/event-stream")
            assert gauge(api) == 2
            for number in range(4, 7):
                await boot(api)
                seq, name, data = await told.event()
                assert (seq, name, data["seq"]) == (number, "router.boot", number)
            assert other.pieces.empty()
        assert gauge(api) == 0

    run(api, story)


def test_what_another_process_writes_is_found(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_room, "LOOK_AGAIN", 0.01)
    api.store.news.listeners._calls.clear()
    api.router()

    async def story() -> None:
        async with following(api) as told:
            await told.block()
            await boot(api)
            assert (await told.event())[0] == 1

    run(api, story)


def test_who_comes_again_is_told_what_came_meanwhile(api: Api) -> None:
    api.router()
    boots(api, 1200)  # more than one look takes

    async def story() -> None:
        async with following(api, "", {**STREAM, "Last-Event-ID": "2"}) as told:
            await told.block()
            for number in range(3, 1201):
                assert (await told.event())[0] == number
            await boot(api)
            assert (await told.event())[0] == 1201
        async with following(api, "after=1200") as told:
            assert (await told.event())[0] == 1201

    run(api, story)


def test_a_stream_that_falls_behind_reads_on_by_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_room, "KEPT", 3)
    monkeypatch.setattr(hub_room, "PAGE", 4)
    api.router()

    async def story() -> None:
        hub = EventHub(api.store.news, 5)
        async with hub.follower():
            await boot(api)
            position = 0
            seen: list[int] = []
            for count in range(1, 12):
                for _ in range(count):
                    await boot(api)
                if count % 3 == 0:
                    while len(seen) < sum(range(count + 1)) + 1:
                        await hub.wait(position, 5.0)
                        found = await hub.after(position, Wanted())
                        seen += [one.seq for one in found.events]
                        position = found.upto
            assert seen == list(range(1, len(seen) + 1))
            assert len(seen) > 40

    run(api, story)


def test_what_is_not_kept_any_more_is_a_gap(api: Api) -> None:
    api.router()
    boots(api, 5)
    late = api.now + 8 * 86_400.0
    boots(api, 1, at=8 * 86_400.0)
    kept = Retention()
    api.do(api.store.prune(late + 1, kept, 100))

    async def story() -> None:
        async with following(api, "", {**STREAM, "Last-Event-ID": "2"}) as told:
            assert await told.event() == (5, "gap", {"asked": 2, "oldest": 6, "newest": 6})
            assert (await told.event())[0] == 6
        async with following(api, "after=9") as told:
            assert await told.event() == (5, "gap", {"asked": 9, "oldest": 6, "newest": 6})
        async with following(api, "after=5") as told:
            assert (await told.event())[:2] == (6, "router.boot")

    run(api, story)
    assert api.get("/v1/events?after=2").json()["gap"] is True


def test_silence_is_broken_with_the_number_to_go_on_from(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "BEAT", 0.05)
    api.router()
    boots(api, 3)

    async def story() -> None:
        async with following(api, "kind=verdict&after=1") as told:
            assert await told.block() == {"retry": "3000"}
            assert await told.block() == {"id": "3", "": "still here"}

    run(api, story)


def test_there_are_only_so_many_and_each_ends_after_a_while(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.app = create_app(api.services, ApiSettings(event_streams=1))

    async def story() -> None:
        async with following(api) as told:
            await told.block()
            async with following(api) as second:
                await asyncio.wait_for(second.pieces.get(), 10)
            assert second.status == 503
            assert second.headers["retry-after"] == "30"
            monkeypatch.setattr(room, "LIFE", 0.05)
        async with following(api) as told:
            await told.block()
            assert await asyncio.wait_for(told.pieces.get(), 10) == b""  # the end

    run(api, story)


def test_streams_end_when_the_daemon_stops(api: Api) -> None:
    async def story() -> None:
        async with following(api) as told:
            await told.block()
            api.watch.close()
            assert await asyncio.wait_for(told.pieces.get(), 10) == b""

    run(api, story)


def test_an_id_that_we_never_gave_is_refused(shared: Api) -> None:
    answer = shared.get("/v1/events", headers={**STREAM, "Last-Event-ID": "x1"})
    assert answer.status_code == 422


def test_a_database_that_is_away_for_a_moment_ends_no_stream(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_room, "LOOK_AGAIN", 0.01)
    api.router()
    boots(api, 1)
    real = api.store.news.after
    failing: list[Exception] = []

    def after(seq: int, wanted: Wanted, limit: int) -> Any:
        return fail(failing.pop()) if failing else real(seq, wanted, limit)

    monkeypatch.setattr(api.store.news, "after", after)

    async def story() -> None:
        async with following(api) as told:
            await told.block()
            await boot(api)
            assert (await told.event())[0] == 2
            failing.extend((StorageUnavailableError("away"), RuntimeError("odd")))
            for number in (3, 4, 5):
                await boot(api)
                assert (await told.event())[0] == number
            assert failing == []

    run(api, story)
