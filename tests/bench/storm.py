"""A boot storm: a city's routers within seconds. Run as ``python -m tests.bench.storm``.

First how many sessions a second the daemon serves when it always has enough to do, then the
storm: are all served, how fast, what do they cost in memory, do they come back in waves.
"""

import argparse
import contextlib
import json
import sqlite3
import statistics
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import psutil

from acs.simulator.service import Service
from tests.bench import setup, wire
from tests.bench.sessions import MIB, Bar

QUICK, FULL = 5_000, 50_000
LEAVES = 100
_SETTLED = 20  # seconds
_STRETCH = 5  # seconds


class Watch(threading.Thread):
    """The highest resident memory of a process, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self.highest = 0

    def run(self) -> None:
        """Look until told to end."""
        while not self._over.wait(0.1):
            self.highest = max(self.highest, self._process.memory_info().rss)

    def end(self) -> int:
        """The highest figure, bytes."""
        self._over.set()
        self.join()
        return self.highest


def known(service: Service, routers: int) -> None:
    """Make routers known: some come once, and the others are stored as those were."""
    first = min(routers, 50)
    service.start()
    report = setup.load(
        service.cwmp_port, routers=first, leaves=LEAVES, sessions=first, concurrency=8
    )
    service.stop()
    if report["sessions"] < first:
        raise RuntimeError(f"only {report['sessions']} routers became known: {report['troubles']}")
    pattern = wire.router_id(0, LEAVES)
    with contextlib.closing(sqlite3.connect(service.database)) as database, database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(routers)")]
        own = {"router_id": ":id", "serial_number": ":serial", "username": "NULL"}
        own["connection_secret"] = "NULL"  # it is sealed for its router
        values = ", ".join(own.get(column, column) for column in columns)
        database.executemany(
            f"INSERT INTO routers SELECT {values} FROM routers WHERE router_id = :pattern",  # noqa: S608 - our own columns
            (
                {
                    "id": wire.router_id(index, LEAVES),
                    "serial": f"S{index:06}",
                    "pattern": pattern,
                }
                for index in range(first, routers)
            ),
        )


def steady(service: Service, routers: int, seconds: float) -> float:
    """Sessions a second, each after a boot, of a daemon that always has enough to do."""
    report = setup.load(
        service.cwmp_port,
        routers=min(routers, 5_000),
        leaves=LEAVES,
        seconds=seconds,
        concurrency=64,
        event="1 BOOT",
    )
    return float(report["per_second"])


def storm(service: Service, routers: int, obey: float) -> tuple[dict[str, Any], float]:
    """The crowd's report, and the daemon's highest resident memory, MiB."""
    watch = Watch(service.pid)
    watch.start()
    process = setup.start(
        "crowd",
        "--port",
        service.cwmp_port,
        "--routers",
        routers,
        "--leaves",
        LEAVES,
        "--obey",
        obey,
        "--boot",
        10.0 * routers / FULL,
    )
    output, _ = process.communicate()
    report: dict[str, Any] = json.loads(output)
    return report, watch.end() / MIB


def goodput(report: dict[str, Any], routers: int) -> float:
    """Sessions a second from the second second on, until nine tenths were served."""
    served = report["served_by_second"]
    total = 0
    for second, count in enumerate(served):
        total += count
        if total >= 0.9 * routers:
            return float(sum(served[2 : second + 1]) / max(1, second - 1))
    return 0.0


def largest_wave(report: dict[str, Any]) -> float:
    """The fullest stretch of those in which routers only came back, against their mean.

    Looked at from a while after the last first attempt, when the generator itself has caught up,
    until nine tenths were served.
    """
    came, served = report["came"], report["served_by_second"]
    target, total, end = 0.9 * sum(served), 0, len(came)
    for second, count in enumerate(served):
        total += count
        if total >= target:
            end = second
            break
    starts = range(_SETTLED, end - _STRETCH + 1, _STRETCH)
    back = [sum(came[start : start + _STRETCH]) for start in starts]
    return max(back) / max(1.0, statistics.fmean(back)) if back else 0.0


def bars(report: dict[str, Any], rss: float, steadily: float, routers: int, name: str) -> list[Bar]:
    """The figures of one storm beside their limits."""
    reached = goodput(report, routers)
    return [
        Bar(f"{name}: routers not served", routers - report["served"], 0, ""),
        Bar(f"{name}: steady state against goodput", steadily / max(reached, 0.1), 1 / 0.8, "x"),
        Bar(f"{name}: resident memory at most", rss, 512, "MiB"),
        Bar(f"{name}: fullest 5 s of returns against the mean", largest_wave(report), 2, "x"),
    ]


def main() -> None:
    """Run both storms and print the bars; exit 1 with ``--strict`` if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    routers = QUICK if options.quick else FULL
    found: list[Bar] = []
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder), setup.tables(collect=False))
        known(service, routers)
        service.start()
        try:
            steadily = steady(service, routers, 5.0)
            sys.stdout.write(
                f"{routers} known routers; {steadily:.0f} sessions/s when there is always"
                " enough to do\n"
            )
            for obey, name in ((1.0, "all obey Retry-After"), (0.0, "none obeys Retry-After")):
                report, rss = storm(service, routers, obey)
                sys.stdout.write(
                    f"{name}: last served after {report['last']} s, goodput"
                    f" {goodput(report, routers):.0f}/s, {report['outcomes']}\n"
                    f"  came   {report['came']}\n  served {report['served_by_second']}\n"
                )
                found += bars(report, rss, steadily, routers, name)
        finally:
            service.stop()
    sys.stdout.write("\n".join(map(str, found)) + "\n")
    if options.strict and not all(bar.kept for bar in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
