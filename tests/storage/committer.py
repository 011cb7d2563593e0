"""A process that commits and prints what was acknowledged, for tests that kill it."""

import sys
from queue import SimpleQueue
from typing import Any

from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from tests.storage.support import KEY, NOW, informed, sampled

AT_ONCE = 16


def main(url: str) -> None:
    """Commit for ever; one line per acknowledged item: the time it was stamped with."""
    deliveries: SimpleQueue[Any] = SimpleQueue()
    store = Store.open(StorageSettings(url=url), deliver=deliveries.put, key=KEY)
    number = 0

    def acknowledged(_results: object, at: float) -> None:
        sys.stdout.write(f"{at!r}\n")
        sys.stdout.flush()
        commit_next()

    def commit_next() -> None:
        nonlocal number
        number += 1
        at = NOW + number
        store.commit((informed(at), sampled(at, sys__uptime=number))).addCallback(acknowledged, at)

    for _ in range(AT_ONCE):
        commit_next()
    while True:
        deliveries.get()()


if __name__ == "__main__":
    main(sys.argv[1])
