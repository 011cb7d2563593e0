"""What the operators' API costs while routers speak. ``python -m tests.bench.api``.

A large stored fleet, a real daemon, sessions of routers at a fixed rate, and callers who ask at
random times however slow the answers are (``tests.bench.asking``). The floor is a route that does
nothing, asked in the same way: what the machine, the sockets and the framework take.
"""

import argparse
import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
import psutil

from acs.simulator.illness import DAY
from acs.simulator.service import Service
from tests.bench import setup, storage
from tests.bench.asking import Asked, Plan, Report
from tests.bench.sessions import Bar

ROUND = 400  # different routers that are asked for


class Size(NamedTuple):
    """How much is measured; ``deep`` routers have two weeks of samples and more."""

    routers: int
    deep: int
    seconds: float


FULL = Size(200_000, 2_000, 10.0)
QUICK = Size(10_000, 200, 4.0)
CALLS = 300.0  # statuses a second
LOOKS = 100.0  # searches a second
PAGES = 5.0  # lists a second
SESSIONS = 200.0  # of routers, a second
BAR, LIST_BAR = 0.02, 0.05  # s, of the 99th percentile
SPEAKING = 1000  # routers that have them

# Each router has what a caller could name.
OWN = {
    **storage.OWN,
    "serial_number": "printf('%012X', 0x0A1000000000 + n.n)",
    "address": "printf('10.%d.%d.%d', n.n / 65536, n.n / 256 % 256, n.n % 256)",
    "model_name": "printf('Model %d', n.n % 8)",
    "verdict": "CASE n.n % 50 WHEN 0 THEN 'reboot' WHEN 1 THEN 'technician' ELSE 'none' END",
    "last_inform_at": "t.last_inform_at - CASE n.n % 100 WHEN 0 THEN 1e7 ELSE 0 END",
}
SUBSCRIBERS = (
    "INSERT OR REPLACE INTO subscribers (account, phone, login, phone_key, contract)"
    " SELECT r.account, '+7916' || substr(r.account, 2), lower(r.account) || '@isp',"
    " '916' || substr(r.account, 2), 'C-' || r.account FROM routers r"
    " WHERE r.account LIKE 'A_______'"
)
NAMED = (
    "SELECT r.router_id, r.serial_number, r.address, s.account, s.phone, s.login, s.contract"
    " FROM routers r JOIN subscribers s ON s.account = r.account WHERE r.account = ?"
)
FLOOR = [("no such path", "/v1/nothing")]
NAMES = ("router_id", "serial", "address", "account", "phone", "login", "contract", "mac")


def make(path: Path, size: Size) -> None:
    """The stored fleet."""
    storage.make(path, storage.Plan(size.routers, size.deep), time.time(), OWN)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(SUBSCRIBERS)


def names(path: Path, size: Size) -> dict[str, list[str]]:
    """Each identifier of some routers, by the identifier's name."""
    chosen = random.Random(1)  # noqa: S311 - which routers, no secrets
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    with contextlib.closing(sqlite3.connect(path)) as database:
        for _ in range(ROUND):
            number = chosen.randrange(storage.PATTERNS, size.routers)
            row = database.execute(NAMED, (f"A{number:07}",)).fetchone()
            for name, text in zip(NAMES, row, strict=False):
                found[name].append(text)
            serial = row[1]
            found["mac"].append(":".join(serial[at : at + 2] for at in range(0, 12, 2)))
    return found


def ask(plan: Plan) -> Report:
    """Have the callers ask; what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.asking"],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        check=True,
        cwd=setup.ROOT,
    )
    return msgspec.json.decode(done.stdout, type=Report)


@contextlib.contextmanager
def sessions(service: Service, rate: float) -> Iterator[None]:
    """Routers that speak meanwhile, so many sessions a second; what came of them is printed."""
    process = setup.start(
        "load",
        *("--port", service.cwmp_port, "--routers", SPEAKING, "--rate", rate),
        *("--seconds", 3600),
    )
    time.sleep(1.0 + SPEAKING / 4000)  # it renders its bytes first
    try:
        yield
    finally:
        process.terminate()
        output, _ = process.communicate()
        report: dict[str, Any] = msgspec.json.decode(output)
        sys.stdout.write(
            f"  beside {report['per_second']:.0f} sessions/s, p99 {1000 * report['p99']:.1f} ms,"
            f" troubles {report['troubles']}\n"
        )


def line(name: str, found: Asked) -> str:
    """One row of figures."""
    return (
        f"  {name:<26}{found.count:>7}{1000 * found.p50:>9.1f}{1000 * found.p99:>9.1f}"
        f"{1000 * found.worst:>9.1f}{found.bytes / 1000:>9.1f}\n"
    )


HEAD = f"  {'':<26}{'asked':>7}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}{'kB':>9}\n"


class Bench:
    """One daemon that is asked."""

    def __init__(self, service: Service, size: Size) -> None:
        self._service, self._size = service, size
        self._process = psutil.Process(service.pid)
        with service.client() as client:
            body = {"name": f"bench-{time.time():.0f}", "scopes": ["read"]}
            answer = client.post("/v1/tokens", json=body).raise_for_status()
        self._token: str = answer.json()["token"]

    def run(self, title: str, rate: float, asked: list[tuple[str, str]]) -> dict[str, Asked]:
        """Ask; print and return the figures."""
        before, began = self._process.cpu_times(), time.monotonic()
        expected = 404 if asked is FLOOR else 200
        port, seconds = self._service.api_port, self._size.seconds
        report = ask(Plan(port, self._token, rate, seconds, asked, expected))
        after, wall = self._process.cpu_times(), time.monotonic() - began
        busy = (after.user + after.system - before.user - before.system) / wall
        sys.stdout.write(
            f"{title}: {rate:g} a second; daemon {busy:.0%} of a core, callers"
            f" {report.cpu_share:.0%}, begun late p99 {1000 * report.late_p99:.1f} ms"
            f"{', troubles ' + str(report.troubles) if report.troubles else ''}\n{HEAD}"
        )
        for name, found in report.asked.items():
            sys.stdout.write(line(name, found))
        sys.stdout.flush()
        if report.troubles:
            raise RuntimeError(f"{title}: {report.troubles}")
        return report.asked


def _long_ago() -> str:
    return datetime.fromtimestamp(time.time() - 30 * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def lists() -> list[tuple[str, str]]:
    """Pages that an engineer or an overview would ask for."""
    return [
        ("list, first page", "/v1/routers?limit=100"),
        ("list, a page of 500", "/v1/routers?limit=500"),
        ("list, by verdict", "/v1/routers?verdict=reboot&limit=100"),
        ("list, by segment", "/v1/routers?segment=segment-00077&limit=100"),
        ("list, by model", "/v1/routers?model=Model%203&limit=100"),
        ("list, silent", f"/v1/routers?seen_before={_long_ago()}&limit=100"),
    ]


def measure(service: Service, size: Size) -> list[Bar]:
    """All figures, and the bars."""
    known = names(service.database, size)
    bench = Bench(service, size)
    status = [
        ("status by account", f"/v1/subscribers/{quote(account, safe='')}/status")
        for account in known["account"]
    ]
    finds = [
        (f"find by {name}", f"/v1/find?q={quote(known[name][at], safe='')}")
        for at in range(ROUND)
        for name in NAMES
    ]
    setup.load(service.cwmp_port, routers=SPEAKING, sessions=2 * SPEAKING)  # discovered, read once
    found: dict[str, Asked] = {}
    bench.run("floor, no sessions", CALLS, FLOOR)
    with sessions(service, SESSIONS):
        (floor,) = bench.run("floor", CALLS, FLOOR).values()
    with sessions(service, SESSIONS):
        found |= bench.run("status", CALLS, status)
    with sessions(service, SESSIONS):
        found |= bench.run("find", LOOKS, finds)
    with sessions(service, SESSIONS):
        found |= bench.run("lists", PAGES, lists())
    if floor.p99 > BAR / 2:
        sys.stdout.write(
            f"the floor itself had a p99 of {1000 * floor.p99:.0f} ms: the machine had other work\n"
        )
    return [
        Bar(
            f"{name}, p99",
            1000 * each.p99,
            1000 * (LIST_BAR if name.startswith("list") else BAR),
            "ms",
        )
        for name, each in found.items()
    ]


def main() -> None:
    """Make the fleet, measure, print the bars; exit 1 with ``--strict`` if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--data", type=Path, help="a folder where the fleet is kept and taken from")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    with contextlib.ExitStack() as stack:
        folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tables = setup.tables(collect=True)
        service = Service(folder, {**tables, "api": {"rate": 0.0}})
        if not service.database.exists():
            began = time.monotonic()
            make(service.database, size)
            sys.stdout.write(f"made in {time.monotonic() - began:.0f} s; ")
        stack.callback(service.stop)
        took = service.start(patience=300.0)
        sys.stdout.write(
            f"{size.routers:,} routers, {size.deep:,} of them with samples; ready in {took:.1f} s\n"
        )
        bars = measure(service, size)
    sys.stdout.write("\n".join(map(str, bars)) + "\n")
    if options.strict and not all(bar.kept for bar in bars):
        sys.exit(1)


if __name__ == "__main__":
    main()
