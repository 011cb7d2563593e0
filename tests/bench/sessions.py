"""What a session costs: the daemon beside a floor that does the least a durable server can do.

Same bytes, same client, turn about in one run, medians. Run as ``python -m tests.bench.sessions``.
"""

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from acs.simulator.service import Service
from tests.bench import setup, wire

MIB = 2**20


class Plan(NamedTuple):
    """How much is measured."""

    routers: int
    stored: int
    rounds: int
    seconds: float


FULL = Plan(routers=2000, stored=100_000, rounds=5, seconds=5.0)
QUICK = Plan(routers=300, stored=5000, rounds=2, seconds=2.0)


class Bar(NamedTuple):
    """A limit that a figure should keep."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        """Whether it is kept."""
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "MISSED"
        return f"{self.name:<58} {self.value:9.2f} {self.unit:<4} bar {self.limit:7.2f}  {verdict}"


class Figure(NamedTuple):
    """One measurement of one server."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    rss_mib: float
    client_share: float
    names: float
    troubles: int


def measure(pid: int, port: int, plan: Plan, *, leaves: int = 100, first: int = 0) -> Figure:
    """Drive sessions for the plan's time and read the server's CPU clock around it."""
    process = psutil.Process(pid)
    # the generator renders its bytes first; both clocks start when it does
    start_at = time.time() + 2.0 + plan.routers / 4000
    load = setup.start(
        "load",
        *("--port", port, "--routers", plan.routers, "--first", first, "--leaves", leaves),
        *("--seconds", plan.seconds, "--start-at", start_at),
    )
    time.sleep(max(0.0, start_at - time.time()))
    before = process.cpu_times()
    output, _ = load.communicate()
    after = process.cpu_times()
    report: dict[str, Any] = json.loads(output)
    spent = after.user + after.system - before.user - before.system
    asked: dict[str, int] = report["asked"]
    return Figure(
        per_second=report["per_second"],
        cpu_ms=1000 * spent / max(1, report["sessions"]),
        p50_ms=1000 * report["p50"],
        p99_ms=1000 * report["p99"],
        rss_mib=process.memory_info().rss / MIB,
        client_share=report["cpu_share"],
        names=sum(int(k) * v for k, v in asked.items()) / max(1, sum(asked.values())),
        troubles=sum(report["troubles"].values()),
    )


def median(figures: list[Figure]) -> Figure:
    """Field by field."""
    return Figure(*(statistics.median(column) for column in zip(*figures, strict=True)))


def warm(port: int, routers: int, *, leaves: int, first: int = 0) -> None:
    """Let every router be discovered and read once, and each plan be in every cache."""
    for _ in range(2):
        report = setup.load(port, routers=routers, leaves=leaves, first=first, sessions=routers)
        if report["troubles"]:
            sys.stdout.write(f"warming up: {report['troubles']}\n")


Results = dict[str, list[Figure]]


def run(plan: Plan, folder: Path) -> Results:
    """All measurements, the servers taking turns."""
    results: Results = {}
    with contextlib.ExitStack() as stack:

        def daemon(name: str, *, collect: bool, stored: int = 0) -> Service:
            service = Service(folder / name, setup.tables(collect=collect))
            if stored:
                setup.store_routers(service.database, stored, time.time())
            stack.callback(service.stop)
            took = service.start()
            warm(service.cwmp_port, plan.routers, leaves=100)
            sys.stdout.write(f"daemon {name}: ready in {took:.2f} s and warm\n")
            return service

        two = daemon("two-turn", collect=False)
        three = daemon("three-turn", collect=True)
        many = daemon("stored", collect=False, stored=plan.stored)
        thousand = plan._replace(routers=max(100, plan.routers // 4))
        warm(three.cwmp_port, thousand.routers, leaves=1000, first=500_000)
        floor2 = stack.enter_context(setup.floor(folder / "floor2.db", 0))
        floor3 = stack.enter_context(setup.floor(folder / "floor3.db", 20))
        for _ in range(plan.rounds):
            for name, pid, port in (
                ("two", two.pid, two.cwmp_port),
                ("floor two", *floor2),
                ("three", three.pid, three.cwmp_port),
                ("floor three", *floor3),
                ("many", many.pid, many.cwmp_port),
            ):
                results.setdefault(name, []).append(measure(pid, port, plan))
            for name, leaves, first in (("100", 100, 0), ("1000", 1000, 500_000)):
                figure = measure(three.pid, three.cwmp_port, thousand, leaves=leaves, first=first)
                results.setdefault(f"leaves {name}", []).append(figure)
    return results


TITLES = {
    "two": "daemon, two turns (Inform, empty)",
    "floor two": "floor, two turns",
    "three": "daemon, three turns (Inform, empty, values)",
    "floor three": "floor, three turns",
    "many": "daemon, two turns, many routers stored",
    "leaves 100": "daemon, three turns, tree of 100 leaves",
    "leaves 1000": "daemon, three turns, tree of 1,000 leaves",
}


def bars(results: Results, plan: Plan) -> list[Bar]:
    """The limits that this project sets itself."""
    medians = {name: median(figures) for name, figures in results.items()}
    ratio = {
        name: statistics.median(
            ours.cpu_ms / floor.cpu_ms
            for ours, floor in zip(results[name], results[f"floor {name}"], strict=True)
        )
        for name in ("two", "three")
    }
    return [
        Bar("CPU of a two-turn session", medians["two"].cpu_ms, 0.6, "ms"),
        Bar("CPU of a three-turn session", medians["three"].cpu_ms, 1.2, "ms"),
        Bar("two turns, daemon over floor", ratio["two"], 2.5, "x"),
        Bar("three turns, daemon over floor", ratio["three"], 2.5, "x"),
        Bar(
            "tree of 1,000 leaves over 100 leaves",
            medians["leaves 1000"].cpu_ms / medians["leaves 100"].cpu_ms,
            1.1,
            "x",
        ),
        Bar(
            f"{plan.stored:,} more routers stored, over {plan.routers:,}",
            medians["many"].cpu_ms / medians["two"].cpu_ms,
            1.1,
            "x",
        ),
        Bar(f"memory with {plan.stored:,} routers stored", medians["many"].rss_mib, 200, "MiB"),
    ]


def table(results: Results) -> str:
    """The medians as text."""
    heads = ("CPU ms", 8), ("p50 ms", 8), ("p99 ms", 8), ("RSS MiB", 9), ("names", 7)
    line = f"{'':<46}{'sessions/s':>11}" + "".join(f"{head:>{width}}" for head, width in heads)
    lines = [f"{line}{'client':>8}{'trouble':>9}"]
    for name, title in TITLES.items():
        m = median(results[name])
        lines.append(
            f"{title:<46}{m.per_second:>11.0f}{m.cpu_ms:>8.3f}{m.p50_ms:>8.1f}{m.p99_ms:>8.1f}"
            f"{m.rss_mib:>9.0f}{m.names:>7.0f}{m.client_share:>7.0%}{m.troubles:>9.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print; exit 1 with ``--strict`` when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--json", type=Path, help="all figures go here too")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    body = len(wire.Script(0, 100).inform(0))
    sys.stdout.write(
        f"{plan.routers:,} known routers, Inform of {body / 1000:.1f} kB with 20 parameters, "
        f"32 at a time, a connection each; {plan.rounds} rounds of {plan.seconds:g} s, medians\n"
    )
    with tempfile.TemporaryDirectory(prefix="acs-bench-") as folder:
        results = run(plan, Path(folder))
    kept = bars(results, plan)
    sys.stdout.write(table(results) + "\n\n" + "\n".join(map(str, kept)) + "\n")
    if any(figure.client_share > 0.9 for figures in results.values() for figure in figures):
        sys.stdout.write("the load generator was at its limit: rates are its own\n")
    if options.json:
        figures = {name: [f._asdict() for f in values] for name, values in results.items()}
        options.json.write_text(json.dumps(figures, indent=1))
    if options.strict and not all(bar.kept for bar in kept):
        sys.exit(1)


if __name__ == "__main__":
    main()
