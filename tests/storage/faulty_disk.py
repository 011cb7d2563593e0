"""What runs while the disk fails: a store that commits one router after the other.

A process of its own, because the fault is preloaded into it. It says of each router on standard
output whether it was acknowledged. Run as ``python -m tests.storage.faulty_disk URL AT COUNT``.
"""

import os
import sys

from acs.identity import DeviceId
from acs.storage.errors import StorageError
from tests.storage.support import Desk, informed


def device(number: int) -> DeviceId:
    """The router that is committed as the ``number``-th."""
    return DeviceId("Acme", "001122", "X", f"N{number:04}")


def main() -> None:
    """Commit until all have been tried."""
    url, at, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    desk = Desk(url)
    store = desk.open()
    os.environ["ACSD_FAULT_AT"] = at
    for number in range(count):
        try:
            desk.commit(store, informed(device=device(number)))
        except StorageError as error:
            sys.stdout.write(f"refused {number} {type(error).__name__}\n")
        else:
            sys.stdout.write(f"acknowledged {number}\n")
        sys.stdout.flush()
    desk.close()


if __name__ == "__main__":
    main()
