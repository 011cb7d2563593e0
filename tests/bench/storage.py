"""What many stored routers cost: size, start, status, prune. ``python -m tests.bench.storage``.

A fleet is made by copying the rows of a few, so that it takes minutes; the same figures are then
taken of a fleet of a twentieth of the size: work must not grow with the number of routers.
"""

import argparse
import contextlib
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import psutil

from acs.duration import Duration
from acs.simulator.fleet import demo_fleet
from acs.simulator.history import Deliveries, load
from acs.simulator.illness import DAY
from acs.simulator.service import Service
from acs.storage.secrets import load_or_create_key
from acs.storage.settings import Retention, StorageSettings
from acs.storage.store import Store
from tests.bench import setup
from tests.bench.sessions import MIB, Bar

PATTERNS = 20  # routers that are copied; they have 14 days of hourly samples
SHIFT = 15 * DAY  # their samples are there twice, so that the oldest are 29 days old
ASKED = 400  # statuses that are asked for
PRUNED = 500  # rows of one prune
IDLE = 20.0  # s; how long the daemon is watched with nothing to do
OWN = {
    "router_id": "printf('%s-%07d', t.router_id, n.n)",
    "serial_number": "printf('%s-%07d', t.serial_number, n.n)",
    "account": "printf('A%07d', n.n)",
    "segment": "printf('segment-%05d', n.n / 32)",
    "username": "NULL",
    "connection_secret": "NULL",  # it is sealed for its router
}


class Plan(NamedTuple):
    """How large a fleet is."""

    routers: int
    deep: int  # of them with samples of four weeks


FULL = Plan(1_000_000, 20_000)
QUICK = Plan(40_000, 800)


class Figures(NamedTuple):
    """What was measured of one fleet; seconds and bytes."""

    made: float
    router_bytes: float
    sample_bytes: float
    start: float
    rss: float
    idle_share: float
    status_p50: float
    status_p99: float
    prune: float


def make(path: Path, plan: Plan, now: float, own: Mapping[str, str] = OWN) -> None:
    """A database with so many routers; ``own`` is what each has in place of its pattern's."""
    settings = StorageSettings(url=f"sqlite:///{path}")
    deliveries = Deliveries()
    store = Store.open(settings, deliver=deliveries, key=load_or_create_key(settings.key_path))
    fleet = demo_fleet(now, routers=PATTERNS)
    try:
        load(store, deliveries, fleet, now)
    finally:
        store.close()
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA cache_size = -262144")
        ids = [member.router_id for member in fleet]
        database.execute("CREATE TEMP TABLE pattern (n INTEGER PRIMARY KEY, router_id TEXT)")
        database.executemany("INSERT INTO pattern VALUES (?, ?)", enumerate(ids))
        database.execute("CREATE TEMP TABLE number (n INTEGER PRIMARY KEY)")
        database.execute(
            "INSERT INTO number WITH RECURSIVE c(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM c"
            " WHERE n + 1 < ?) SELECT n FROM c",
            (PATTERNS, plan.routers),
        )
        for table in ("routers", "windows", "verdicts"):
            _copy(database, table, plan.routers, own)
        _copy(database, "samples", plan.deep, own)
        _copy(database, "samples", plan.deep, {**own, "at": f"t.at - {SHIFT}"})


def _copy(database: sqlite3.Connection, table: str, until: int, own: Mapping[str, str]) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(own.get(column, f"t.{column}") for column in columns)
    database.execute(
        f"INSERT INTO {table} SELECT {values} FROM number n"  # noqa: S608 - our own names
        f" JOIN pattern p ON p.n = n.n % {PATTERNS} JOIN {table} t ON t.router_id = p.router_id"
        " WHERE n.n < ? ORDER BY n.n",
        (until,),
    )


def sizes(path: Path, plan: Plan) -> tuple[float, float]:
    """Bytes of a router without its samples, and of a sample; indexes included."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        pages = dict(
            database.execute(
                "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"  # its own sums are of 32 bits
            )
        )
        indexes = dict(database.execute("SELECT name, tbl_name FROM sqlite_master"))
        samples = database.execute("SELECT count(*) FROM samples").fetchone()[0]
    of_samples = sum(size for name, size in pages.items() if indexes.get(name, name) == "samples")
    return (sum(pages.values()) - of_samples) / plan.routers, of_samples / samples


def prune(path: Path, now: float) -> float:
    """Seconds of one prune of 10,000 samples."""
    settings = StorageSettings(url=f"sqlite:///{path}")
    deliveries = Deliveries()
    store = Store.open(settings, deliver=deliveries, key=load_or_create_key(settings.key_path))
    took = []
    try:
        for _ in range(5):
            done: list[object] = []
            began = time.perf_counter()
            store.prune(now, Retention(samples=Duration(20 * DAY)), PRUNED).addBoth(done.append)
            while not done:
                deliveries.run_one()
            took.append(time.perf_counter() - began)
            if done != [PRUNED]:
                raise RuntimeError(f"the prune found {done}, not {PRUNED} rows")
    finally:
        store.close()
    return statistics.median(took)


def ask(service: Service, plan: Plan) -> tuple[float, float]:
    """Median and 99th percentile of a router's status over the socket, seconds; any router."""
    chosen = random.Random(1)  # noqa: S311 - which routers, no secrets
    with contextlib.closing(sqlite3.connect(service.database)) as database:
        ids = [
            database.execute(
                "SELECT router_id FROM routers WHERE account = ?",
                (f"A{chosen.randrange(PATTERNS, plan.routers):07}",),
            ).fetchone()[0]
            for _ in range(ASKED)
        ]
    took = []
    with service.client(timeout=30.0) as client:
        for router_id in ids:
            began = time.perf_counter()
            client.get(f"/v1/routers/{quote(router_id, safe='')}/status").raise_for_status()
            took.append(time.perf_counter() - began)
    took.sort()
    return statistics.median(took), took[int(0.99 * len(took))]


def measure(folder: Path, plan: Plan) -> Figures:
    """All figures of one fleet."""
    service = Service(folder, setup.tables(collect=False))
    now = time.time()
    began = time.monotonic()
    make(service.database, plan, now)
    made = time.monotonic() - began
    router_bytes, sample_bytes = sizes(service.database, plan)
    start = service.start(patience=300.0)
    try:
        process = psutil.Process(service.pid)
        p50, p99 = ask(service, plan)
        before = process.cpu_times()
        time.sleep(IDLE)  # what a daemon does by itself is what is looked at
        after = process.cpu_times()
        idle = (after.user + after.system - before.user - before.system) / IDLE
        rss = process.memory_info().rss
    finally:
        service.stop()
    took = prune(service.database, now)
    return Figures(made, router_bytes, sample_bytes, start, rss, idle, p50, p99, took)


def describe(plan: Plan, found: Figures) -> str:
    """The figures of one fleet in a few lines."""
    return (
        f"{plan.routers:,} routers, {plan.deep:,} with samples of four weeks"
        f" (made in {found.made:.0f} s)\n"
        f"  a router {found.router_bytes:,.0f} bytes, a sample {found.sample_bytes:,.0f} bytes\n"
        f"  ready after {found.start:.2f} s, {found.rss / MIB:.0f} MiB"
        f" ({found.rss / plan.routers:,.0f} bytes a router), with nothing to do"
        f" {100 * found.idle_share:.1f} % of a core\n"
        f"  status p50 {1000 * found.status_p50:.1f} ms, p99 {1000 * found.status_p99:.1f} ms;"
        f" prune of {PRUNED:,} rows {1000 * found.prune:.0f} ms\n"
    )


def main() -> None:
    """Measure both fleets and print the bars; exit 1 with ``--strict`` if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--routers", type=int, help="of the large fleet, in place of a million")
    options = parser.parse_args()
    large = QUICK if options.quick else FULL
    if options.routers:
        large = Plan(options.routers, options.routers // 50)
    small = Plan(large.routers // 20, large.deep // 20)
    found = []
    for plan in (small, large):
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(Path(folder), plan))
        sys.stdout.write(describe(plan, found[-1]))
        sys.stdout.flush()
    few, many = found
    bars = [
        Bar("status p50, large against small", many.status_p50 / few.status_p50, 1.3, "x"),
        Bar("prune of as many rows, large against small", many.prune / few.prune, 1.5, "x"),
        Bar(
            "bytes of a router, large against small", many.router_bytes / few.router_bytes, 1.1, "x"
        ),
    ]
    sys.stdout.write("\n".join(map(str, bars)) + "\n")
    if options.strict and not all(bar.kept for bar in bars):
        sys.exit(1)


if __name__ == "__main__":
    main()
