"""SIGTERM of the daemon at random moments under load: what has begun ends well, and soon.

Run as ``python -m tests.bench.stops``.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from acs.simulator.service import Service
from tests.bench import setup

DRAINED_WITHIN = 10.0  # s


class Outcome(NamedTuple):
    """What a run of stops showed.

    Attributes:
        seconds: that each stop took.
        sessions: that went well.
        broken: sessions that had begun and were cut off.
        others: what else clients met, and how often: no listener, a listener that was closing.
        failed: stops after which the exit code was not 0.
    """

    seconds: list[float]
    sessions: int
    broken: int
    others: dict[str, int]
    failed: int


def stop_under_load(folder: Path, stops: int, *, seed: int = 1) -> Outcome:
    """Stop the daemon ``stops`` times under load of three-turn sessions."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    service = Service(folder, setup.tables(collect=True))
    service.start()
    report = folder / "load.json"
    generator = setup.start(
        *("load", "--port", service.cwmp_port, "--routers", 200, "--concurrency", 8),
        *("--seconds", 3600, "--report", report),
    )
    seconds: list[float] = []
    failed = 0
    try:
        for _ in range(stops):
            time.sleep(chance.uniform(0.3, 1.3))
            began = time.monotonic()
            failed += service.stop() != 0
            seconds.append(time.monotonic() - began)
            service.start()
        time.sleep(0.5)
        generator.terminate()
        generator.wait()
    finally:
        generator.kill()
        generator.communicate()
        service.stop()
    told = json.loads(report.read_text())
    troubles: dict[str, int] = told["troubles"]
    broken = {kind: count for kind, count in troubles.items() if kind.startswith("broken")}
    others = {kind: count for kind, count in troubles.items() if kind not in broken}
    return Outcome(seconds, told["sessions"], sum(broken.values()), others, failed)


def main() -> None:
    """Stop, count, print; exit 1 when a session was broken or a stop took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="ten stops")
    options = parser.parse_args()
    stops = 10 if options.quick else options.stops
    with tempfile.TemporaryDirectory(prefix="acs-stops-") as folder:
        outcome = stop_under_load(Path(folder), stops, seed=options.seed)
    slowest = max(outcome.seconds)
    sys.stdout.write(
        f"{stops} stops (seed {options.seed}): {outcome.sessions:,} sessions went well, "
        f"{outcome.broken} broken off; stopped after {slowest:.2f} s at most "
        f"(bar {DRAINED_WITHIN:g} s), {outcome.failed} with an error; clients met: "
        f"{outcome.others}\n"
    )
    sys.exit(bool(outcome.broken or outcome.failed or slowest > DRAINED_WITHIN))


if __name__ == "__main__":
    main()
