"""``acs demo``: a daemon with two weeks of history and a fleet of virtual routers, to watch.

Builds and ends everything; what is shown is made in ``screen``, who the routers are in ``fleet``.
"""

import shutil
import signal
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
from rich.console import Console
from rich.live import Live

from acs import log as logging
from acs.bridge import install_reactor
from acs.simulator import screen
from acs.simulator.client import RouterClient, Target
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.fleet import Member, demo_fleet
from acs.simulator.history import Deliveries, load
from acs.simulator.illness import HOUR
from acs.simulator.service import Service, ServiceError
from acs.storage.secrets import load_or_create_key
from acs.storage.settings import StorageSettings
from acs.storage.store import Store

OFFLINE_AFTER = 30.0  # s
_LOOK = 1.0  # s between two looks at the API
_PAGE = 500  # entries asked for at a time


class DemoOptions(msgspec.Struct, frozen=True):
    """How the demonstration runs.

    Attributes:
        routers: size of the fleet.
        cwmp_port: where the daemon listens for routers, on the loopback; 0: any free port.
        api_port: where it listens for operators; 0: any free port.
        state_dir: folder of its files, kept afterwards; None: a temporary one, deleted afterwards.
        seconds: end after so long; None: at Ctrl-C or SIGTERM.
        seed: of the fleet.
        inform_interval: of the routers, s.
        reboot_takes: how long a router is away, s.
    """

    routers: int = 50
    cwmp_port: int = 0
    api_port: int = 0
    state_dir: Path | None = None
    seconds: float | None = None
    seed: int = 1
    inform_interval: float = 6.0
    reboot_takes: float = 8.0


def run(options: DemoOptions, console: Console | None = None) -> None:
    """Run the demonstration until it is ended.

    Raises:
        SystemExit: with 1 when the daemon did not start or ended by itself.
    """
    console = console or Console()
    logging.configure(logging.LogSettings(level="warning"))
    # until the reactor takes signals, an end must still stop the daemon
    signal.signal(signal.SIGTERM, _end)
    folder = options.state_dir or Path(tempfile.mkdtemp(prefix="acs-demo-"))
    service = Service(folder, demo_tables(), cwmp_port=options.cwmp_port, api_port=options.api_port)
    try:
        now = time.time()
        fleet = demo_fleet(now, routers=options.routers, seed=options.seed)
        _load_history(service, fleet, now, console)
        took = service.start()
        console.print(f"daemon ready in {took:.1f} s; configuration {service.config}")
        _Show(service, fleet, options, console).run()
    except ServiceError as error:
        console.print(str(error), markup=False)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        pass
    finally:
        service.stop()
        if options.state_dir is None:
            shutil.rmtree(folder, ignore_errors=True)


def _end(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def demo_tables() -> dict[str, dict[str, Any]]:
    """The daemon's settings with all waits shortened so that a minute shows a whole story."""
    return {
        "cwmp": {
            "enrolment": "open",
            "collect_interval": "4s",
            "connections_per_address": 1000,
            "connection_request_interval": "1s",
        },
        "actions": {
            "mode": "auto",
            "confidence": 0.4,  # whatever the likeliest help is
            "propose_again": "60s",
            "expires": "5m",
            "confirm": "60s",
            "settle": "12s",
            "verify_within": "10m",
            "sweep": "1s",
            "offline_after": f"{OFFLINE_AFTER:.0f}s",
            "learning": {"canary": 0},  # what a day later would show has no time here
            "guards": {
                "after_boot": "20s",
                "segment_minimum": 2,
                "fleet_minimum": 10,
                "proactive_hours": "00:00-24:00",
                "proactive_mbps": float("inf"),
            },
        },
    }


def _load_history(service: Service, fleet: list[Member], now: float, console: Console) -> None:
    settings = StorageSettings(url=f"sqlite:///{service.database}")
    deliveries = Deliveries()
    key = load_or_create_key(settings.key_path)
    began = time.monotonic()
    store = Store.open(settings, deliver=deliveries, key=key)
    try:
        facts = load(store, deliveries, fleet, now, step=HOUR * max(1, len(fleet) // 250))
    finally:
        store.close()
    console.print(
        f"two weeks of {len(fleet)} routers stored: {facts} facts in "
        f"{time.monotonic() - began:.1f} s"
    )


class _Show:
    """The routers at work and what the API says of them, until the end."""

    def __init__(
        self, service: Service, fleet: list[Member], options: DemoOptions, console: Console
    ) -> None:
        self._service, self._console, self._options = service, console, options
        self._reactor = install_reactor()
        self._live: Live | None = None
        self._rows: list[screen.Row] = []
        self._story: list[str] = []
        self._api = service.client()
        self._failure: str | None = None
        target = Target("127.0.0.1", service.cwmp_port)
        settings = CpeSettings(options.inform_interval, options.reboot_takes, retry_scale=0.2)
        random = Random(options.seed)  # noqa: S311 - waits, not secrets
        self._clients = [
            RouterClient(
                self._reactor,
                Cpe(
                    member.model,
                    member.serial,
                    member.body,
                    settings,
                    random=random,
                    now=time.time(),
                    bootstrap=False,
                ),
                target,
            )
            for member in fleet
        ]

    @property
    def _heading(self) -> str:
        service = self._service
        return (
            f"API http://127.0.0.1:{service.api_port} and {service.socket} · "
            f"metrics http://127.0.0.1:{service.api_port}/metrics · Ctrl-C ends"
        )

    def run(self) -> None:
        """Show until the reactor is stopped by a signal or the time."""
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, screen=True)
            self._live.start()
        else:
            self._console.print(self._heading, markup=False, soft_wrap=True)
        if self._options.seconds is not None:
            self._reactor.callLater(self._options.seconds, self._reactor.stop)
        self._reactor.callWhenRunning(self._look)
        try:
            self._reactor.run()
        finally:
            if self._live is not None:
                self._live.stop()
            for client in self._clients:
                client.stop()
            self._api.close()
        if self._failure is not None:
            raise ServiceError(self._failure)
        self._console.print(screen.summary(self._rows), markup=False, soft_wrap=True)

    def _look(self) -> None:
        self._reactor.callInThread(self._fetch)

    def _fetch(self) -> None:
        try:
            commands = self._get("/v1/commands", None)
            rows = screen.rows_of(
                self._routers(),
                msgspec.json.decode(commands, type=screen.CommandPage).items,
                time.time(),
                OFFLINE_AFTER,
            )
        except httpx.HTTPError as error:
            self._reactor.callFromThread(self._missed, error)
        else:
            self._reactor.callFromThread(self._show, rows)

    def _get(self, path: str, cursor: str | None) -> bytes:
        params: dict[str, str | int] = {"limit": _PAGE}
        if cursor is not None:
            params["cursor"] = cursor
        return self._api.get(path, params=params).raise_for_status().content

    def _routers(self) -> list[screen.Router]:
        found: list[screen.Router] = []
        cursor: str | None = None
        while True:
            page = msgspec.json.decode(self._get("/v1/routers", cursor), type=screen.RouterPage)
            found += page.items
            cursor = page.next
            if cursor is None:
                return found

    def _missed(self, error: httpx.HTTPError) -> None:
        if self._service.is_running():
            self._tell([f"the API does not answer: {error}"])
            self._reactor.callLater(_LOOK, self._look)
            return
        self._failure = f"the daemon ended unexpectedly; see {self._service.log}"
        self._reactor.stop()

    def _show(self, rows: list[screen.Row]) -> None:
        self._tell(screen.changes(self._rows, rows))
        self._rows = rows
        if self._live is not None:
            height = self._console.size.height
            view = screen.render(rows, self._story, self._heading, height)
            self._live.update(view, refresh=True)
        self._reactor.callLater(_LOOK, self._look)

    def _tell(self, lines: list[str]) -> None:
        said = screen.stamped(lines, time.time())
        self._story = [*self._story, *said][-50:]
        if self._live is None:
            for line in said:
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)
