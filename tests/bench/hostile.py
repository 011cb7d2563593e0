"""What the heaviest hostile messages cost: CPU of one decode, median of a few, beside bare lxml.

Run as ``python -m tests.bench.hostile``; the bar is 250 ms for each.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from lxml import etree

from acs.cwmp.codec import Limits, MalformedMessage, decode
from tests.cwmp.test_codec_hostile import HEAVY, MIB, REFUSED

ROUNDS = 5
BAR_MS = 250.0


def cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU milliseconds of one call."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - started))
    return statistics.median(spent)


def refuse(body: bytes) -> None:
    """Decode, whatever comes of it."""
    try:
        decode(body, Limits(body_bytes=2 * MIB))
    except MalformedMessage:
        return


def parse(body: bytes) -> None:
    """What lxml alone makes of it, with its safe settings."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return


def main() -> None:
    """Measure all, print the ten that cost most; exit 1 with ``--strict`` above the bar."""
    bodies = {**{name: body for name, (body, _) in REFUSED.items()}, **HEAVY}
    costs = {name: cpu_ms(partial(refuse, body)) for name, body in bodies.items()}
    worst = sorted(costs, key=costs.__getitem__, reverse=True)
    sys.stdout.write(f"{len(bodies)} hostile messages of up to 2 MiB; CPU ms of one decode\n")
    for name in worst[:10]:
        bare = cpu_ms(partial(parse, bodies[name]))
        sys.stdout.write(f"{name:<40} {costs[name]:8.1f}   lxml alone {bare:8.1f}\n")
    kept = costs[worst[0]] <= BAR_MS
    sys.stdout.write(f"bar {BAR_MS:.0f} ms: {'kept' if kept else 'MISSED'}\n")
    if "--strict" in sys.argv and not kept:
        sys.exit(1)


if __name__ == "__main__":
    main()
