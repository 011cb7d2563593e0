"""The pages on a real store: asked in memory, or listening for a real browser."""

import asyncio
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx
import pytest
from msgspec import structs
from twisted.internet.defer import Deferred

from acs.actions.settings import GuardSettings
from acs.api.app import create_app
from acs.api.serving import ApiServer
from acs.api.settings import ApiSettings
from acs.bridge import to_asyncio
from acs.facts import Belongs, Enrolled, Fact, Rebooted, Sampled
from acs.pages.site import site
from diagnostics.sample import Value
from tests.api.harness import DATABASE, DEVICE, VERDICT, Api

KEY = b"p" * 32
HOUR = 3600.0


class Pages:
    """A browser of sorts: it keeps cookies, follows nothing and runs no script."""

    def __init__(self, api: Api) -> None:
        self.api = api
        pages = site(api.services, KEY, GuardSettings())
        self.app = create_app(api.services, ApiSettings(), *pages)

        self.cookies: dict[str, str] = {}

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **given: Any
    ) -> httpx.Response:
        return self.api.runner.run(self._ask(method, path, dict(headers or {}), **given))

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], **given: Any
    ) -> httpx.Response:
        app: Any = self.app
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Accept": "text/html", **headers}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://acsd", cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, headers=headers, **given)
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value in ("", '""'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("GET", path, named)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.request("POST", path, data=fields)

    def form(self, path: str) -> str:
        """What forms of this page bring with them."""
        found = re.search(r'name="form" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def log_in(self, token: str, **fields: str) -> httpx.Response:
        return self.post("/login", token=token, form=self.form("/login"), **fields)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema made, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    Api(folder).close()
    return folder / DATABASE


@pytest.fixture
def api(tmp_path: Path, empty: Path) -> Iterator[Api]:
    shutil.copy(empty, tmp_path)
    made = Api(tmp_path)
    yield made
    made.close()


@pytest.fixture
def pages(api: Api) -> Pages:
    return Pages(api)


def card_url(router_id: str) -> str:
    return f"/routers/{quote(router_id, safe='')}"


def ill_router(api: Api) -> str:
    """A router with two weeks of a leak and one boot, judged, of account S-4711."""
    router_id = api.router()
    now = api.now
    facts: list[Fact] = [
        Enrolled(router_id=router_id, at=now, username="u", ha1="0" * 32),
        Belongs(
            router_id=router_id,
            at=now,
            account="S-4711",
            phone="+7 916 123-45-67",
            login="",
            segment="olt-3/1",
            access="GPON",
            utc_offset=10_800,
        ),
    ]
    for hour in range(13 * 24, 0, -1):
        up = (13 * 24 - hour) % 200
        vitals: dict[str, Value] = {
            "sys.uptime": up * HOUR + 60,
            "sys.mem_free": 60_000 - up * 250,
            "sys.cpu_util": 20 + hour % 7,
            "eth.fcs_err": up * 3 if hour > 100 else up * 9,
        }
        facts.append(Sampled(router_id=router_id, at=now - hour * HOUR, vitals=vitals))
    api.commit(*facts)
    api.commit(Rebooted(router_id=router_id, at=now - 112 * HOUR, cause="power"))
    api.router(DEVICE, None, structs.replace(VERDICT, judged_at=now - 30))
    return router_id


class Live:
    """The pages behind a listener, on a loop in a thread of its own."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.loop = api.runner.get_loop()
        self.url = ""
        self._pages = site(api.services, KEY, GuardSettings())
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: api.runner.run(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(15)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(15)

    async def _serve(self) -> None:
        settings = ApiSettings(listen="127.0.0.1:0", socket="")
        app = create_app(self.api.services, settings, *self._pages)
        server = ApiServer(app, settings, self.api.watch)
        addresses = await server.start()
        assert addresses.tcp is not None
        self.url = f"http://127.0.0.1:{addresses.tcp[1]}"
        self._ready.set()
        await self._stop.wait()
        await server.stop()

    def do(self, begin: "Callable[[], Deferred[Any]]") -> Any:
        """The result of a Deferred that is made in the loop's thread."""

        async def wait() -> Any:
            return await to_asyncio(begin())

        found: Future[Any] = asyncio.run_coroutine_threadsafe(wait(), self.loop)
        return found.result(15)

    def commit(self, *facts: Fact) -> None:
        """Store facts, and tell who waits for their commands."""
        self.do(lambda: self.api.store.commit(facts))
        for fact in facts:
            command_id = getattr(fact, "command_id", "")
            if command_id:
                self.loop.call_soon_threadsafe(self.api.watch.changed, command_id)
