"""A process with virtual routers that keep a journal, for the kill test.

Run as ``python -m tests.bench.routers``; it writes the journal when it is told to end.
"""

import argparse
import json
import time
from pathlib import Path
from random import Random
from typing import Any

from twisted.internet.selectreactor import SelectReactor

from acs.simulator.client import RouterClient, Target
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.illness import Body
from acs.simulator.models import KESTREL, LUMEN


def testimony(cpe: Cpe) -> dict[str, Any]:
    """A router's journal as JSON."""
    journal = cpe.journal
    return {
        "informs": journal.informs,
        "acknowledged": journal.acknowledged,
        "executed": [done.command_key for done in journal.executed],
        "confirmed": [e.command_key for e in journal.events if e.code == "M Reboot"],
        "failures": journal.failures,
    }


def main() -> None:
    """Run the routers until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--routers", type=int, default=40)
    parser.add_argument("--interval", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--journal", type=Path, required=True)
    options = parser.parse_args()
    random = Random(options.seed)  # noqa: S311 - waits, not secrets
    settings = CpeSettings(options.interval, reboot_takes=0.3, retry_scale=0.01)
    reactor: Any = SelectReactor()
    now = time.time()
    cpes = [
        Cpe(
            (KESTREL, LUMEN)[number % 2],
            f"K{number:04}",
            Body(number, "healthy", onset=now, boots=[now - 86_400 * (3 + number % 20)]),
            settings,
            random=random,
            now=now,
        )
        for number in range(options.routers)
    ]
    target = Target("127.0.0.1", options.port)
    clients = [RouterClient(reactor, cpe, target) for cpe in cpes]
    print("\n".join(cpe.router_id for cpe in cpes), flush=True)  # noqa: T201 - its answer
    print(flush=True)  # noqa: T201 - the end of the list
    reactor.run()
    for client in clients:
        client.stop()
    options.journal.write_text(json.dumps({cpe.router_id: testimony(cpe) for cpe in cpes}))


if __name__ == "__main__":
    main()
