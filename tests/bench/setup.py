"""What the benchmarks set up: the daemon's settings, the other processes, many stored routers."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from acs.facts import Event, Fact, Informed, Sampled
from acs.identity import DeviceId
from acs.simulator.history import Deliveries
from acs.storage.secrets import load_or_create_key
from acs.storage.settings import StorageSettings
from acs.storage.store import Store

ROOT = Path(__file__).parents[2]
NEVER = "3650d"


def tables(*, collect: bool) -> dict[str, dict[str, Any]]:
    """Settings of the measured daemon: durable SQLite, no limits that the load would meet.

    With ``collect`` every session reads the vitals; without, known routers only inform.
    """
    return {
        "cwmp": {
            "enrolment": "open",
            "collect_interval": "0s" if collect else NEVER,
            "connections_per_address": 20_000,
            "connection_requests": False,
        },
        "actions": {"mode": "advise"},
    }


def loose_guards() -> dict[str, Any]:
    """Guards that let every reboot through: the kill test needs many of them."""
    many = 1_000_000
    return {
        "boot_loop_boots": many,
        "after_boot": "0s",
        "automatic_per_day": many,
        "consented_per_day": many,
        "per_week": many,
        "segment_minimum": many,
        "fleet_share": 1.0,
        "fleet_minimum": many,
        "power_boots": many,
    }


def start(module: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a module of this folder as a process; its standard output is a pipe."""
    return subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def load(port: int, **options: object) -> dict[str, Any]:
    """Run the load generator to its end; return its report."""
    process = start("load", "--port", port, *_arguments(options))
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load generator failed with {process.returncode}")
    report: dict[str, Any] = json.loads(output)
    return report


def _arguments(options: dict[str, object]) -> Iterator[object]:
    for name, value in options.items():
        yield f"--{name.replace('_', '-')}"
        yield value


@contextlib.contextmanager
def floor(database: Path, names: int) -> Iterator[tuple[int, int]]:
    """A running floor: its process id and port."""
    process = start("floor", "--database", database, "--names", names)
    try:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def store_routers(database: Path, count: int, now: float) -> None:
    """Put ``count`` routers with a sample each into the database, through the store."""
    settings = StorageSettings(url=f"sqlite:///{database}")
    deliveries = Deliveries()
    store = Store.open(settings, deliver=deliveries, key=load_or_create_key(settings.key_path))
    waiting = 0

    def done(_result: object) -> None:
        nonlocal waiting
        waiting -= 1

    try:
        for index in range(count):
            while waiting >= 256:
                deliveries.run_one()
            waiting += 1
            store.commit(_stored(index, now)).addCallback(done)
        while waiting:
            deliveries.run_one()
    finally:
        store.close()


def _stored(index: int, now: float) -> list[Fact]:
    device = DeviceId("Stored", "0D0E0F", "S1", f"{index:07}")
    informed = Informed(
        router_id=device.router_id,
        at=now,
        device=device,
        events=(Event("2 PERIODIC"),),
        address="127.0.0.1",
        root="Device.",
        namespace="urn:dslforum-org:cwmp-1-0",
        software_version="1.0",
    )
    vitals = {"sys.uptime": 86_400 + index, "sys.mem_total": 262_144, "sys.mem_free": 120_000}
    return [informed, Sampled(router_id=device.router_id, at=now, vitals=dict(vitals))]
