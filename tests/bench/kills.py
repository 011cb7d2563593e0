"""kill -9 of the daemon at random moments under load: nothing acknowledged is lost, no reboot runs
twice, the daemon is back in time. Run as ``python -m tests.bench.kills``.
"""

import argparse
import contextlib
import http.client
import json
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from acs.simulator.service import Service
from tests.bench import audit, setup, wire

READY_WITHIN = 3.0  # s
_LEAVES = 60


class Outcome(NamedTuple):
    """What a run of kills showed.

    Attributes:
        kills: how many there were.
        ready: seconds from each start to the first healthy answer.
        acknowledged: Informs that routers got an answer to.
        asked: reboots that the API took.
        executed: reboots that routers carried out.
        wrong: what must not be, a sentence each.
    """

    kills: int
    ready: list[float]
    acknowledged: int
    asked: int
    executed: int
    wrong: list[str]

    @property
    def slow(self) -> list[float]:
        """Starts that took too long."""
        return [seconds for seconds in self.ready if seconds > READY_WITHIN]


class Operator(threading.Thread):
    """Asks for reboots of random routers, all the time, whatever the daemon answers."""

    def __init__(self, service: Service, routers: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self._service, self._routers = service, routers
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._ended = threading.Event()
        self.asked = 0

    def run(self) -> None:
        body = {"kind": "reboot", "consent": True, "reason": "kill test"}
        while not self._ended.wait(0.02):
            router = quote(self._random.choice(self._routers), safe="")
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = self._service.request("POST", f"/v1/routers/{router}/commands", body)
                self.asked += status == http.client.ACCEPTED

    def end(self) -> None:
        """Stop asking."""
        self._ended.set()
        self.join()


def kill_under_load(
    folder: Path, kills: int, *, seed: int = 1, routers: int = 30, load: bool = True
) -> Outcome:
    """Kill the daemon ``kills`` times under load and audit what is left."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    tables = setup.tables(collect=True)
    tables["cwmp"] |= {
        "connection_requests": True,
        "connection_request_interval": "0s",
    }
    tables["actions"] |= {
        "guards": setup.loose_guards(),
        "confirm": "20s",
        "settle": "1s",
        "sweep": "1s",
    }
    service = Service(folder, tables)
    ready = [service.start()]
    journal = folder / "journal.json"
    report = folder / "load.json"
    virtual = setup.start(
        "routers", "--port", service.cwmp_port, "--routers", routers, "--journal", journal
    )
    assert virtual.stdout is not None
    ids = list(iter(lambda: virtual.stdout.readline().strip(), ""))  # type: ignore[union-attr]
    generator = setup.start(
        *("load", "--port", service.cwmp_port, "--routers", 200, "--concurrency", 4),
        *("--leaves", _LEAVES, "--seconds", 3600 if load else 0.01, "--report", report),
    )
    operator = Operator(service, ids, seed)
    try:
        time.sleep(1.0)
        operator.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 1.6))
            service.kill()
            ready.append(service.start())
        operator.end()
        generator.terminate()
        generator.wait()
        time.sleep(1.5)  # what is under way comes to its end
        virtual.send_signal(signal.SIGTERM)
        virtual.wait()
    finally:
        for process in (virtual, generator):
            process.kill()
            process.communicate()
        service.stop()
    told = json.loads(journal.read_text())
    counts = {
        wire.router_id(int(index), _LEAVES): count
        for index, count in json.loads(report.read_text())["acknowledged"].items()
    }
    return Outcome(
        kills=kills,
        ready=ready,
        acknowledged=sum(counts.values()) + sum(words["acknowledged"] for words in told.values()),
        asked=operator.asked,
        executed=sum(len(words["executed"]) for words in told.values()),
        wrong=audit.audit(audit.read(service.database), told, counts),
    )


def main() -> None:
    """Kill, audit, print; exit 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="ten kills")
    options = parser.parse_args()
    kills = 10 if options.quick else options.kills
    with tempfile.TemporaryDirectory(prefix="acs-kills-") as folder:
        outcome = kill_under_load(Path(folder), kills, seed=options.seed)
    sys.stdout.write(
        f"{outcome.kills} kills (seed {options.seed}): {outcome.acknowledged:,} Informs "
        f"acknowledged, {outcome.asked} reboots asked for, {outcome.executed} carried out; "
        f"ready after {max(outcome.ready):.2f} s at most (bar {READY_WITHIN:g} s); "
        f"{len(outcome.wrong)} things wrong\n"
    )
    for sentence in outcome.wrong[:20]:
        sys.stdout.write(f"  {sentence}\n")
    sys.exit(bool(outcome.wrong or outcome.slow or not outcome.executed))


if __name__ == "__main__":
    main()
