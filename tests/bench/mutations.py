"""Very many mutated messages through the codec and a session: none may crash, hang or leak.

Run as ``python -m tests.bench.mutations``; captured messages are mutated too where they are there.
"""

import argparse
import os
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from acs.cwmp.codec import MalformedMessage, decode, encode
from acs.cwmp.messages import Envelope
from acs.cwmp.session import SessionPolicy, SessionState, begin, take_turn
from tests.cwmp.mutating import mutated, trees

MESSAGES = Path(__file__).parent.parent / "cwmp" / "messages"
HANG_SECONDS = 1.0
LEAK_MIB = 20.0
WARM = 2_000  # messages before memory is looked at


def hear(state: SessionState | None, body: bytes) -> SessionState | None:
    """Decode, take a turn, encode the reply; the state after it, None after what is no message."""
    try:
        envelope = decode(body)
    except MalformedMessage:
        return None
    turn = take_turn(state or begin(SessionPolicy(), "192.0.2.1"), envelope, None, 1.8e9)
    if isinstance(turn.reply, Envelope):
        encode(turn.reply.message, namespace=turn.reply.namespace, id=turn.reply.id)
    return turn.state


def resident() -> float:
    """Resident memory now, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Mutate and hear; exit 1 if anything crashed, hung or leaked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - to be repeated, not secret
    captures = os.environ.get("ACSD_CAPTURES")
    originals = trees([MESSAGES, *([Path(captures)] if captures else [])])
    outcomes: Counter[str] = Counter()
    state: SessionState | None = None
    memory = slowest = 0.0
    for number in range(options.count):
        body = mutated(chance, chance.choice(originals))
        started = time.perf_counter()
        try:
            state = hear(state, body)
            outcomes["refused" if state is None else "heard"] += 1
        except Exception as error:  # noqa: BLE001 - that there is none is what is tried here
            outcomes[f"CRASHED {type(error).__name__}"] += 1
            state = None
        slowest = max(slowest, time.perf_counter() - started)
        if number == WARM:
            memory = resident()
    grown = resident() - memory
    sys.stdout.write(
        f"{options.count:,} messages mutated from {len(originals)}, seed {options.seed}: "
        f"{dict(outcomes)}; slowest {1000 * slowest:.0f} ms; memory +{grown:.1f} MiB\n"
    )
    crashed = any(name.startswith("CRASHED") for name in outcomes)
    if crashed or slowest > HANG_SECONDS or grown > LEAK_MIB:
        sys.exit(1)


if __name__ == "__main__":
    main()
