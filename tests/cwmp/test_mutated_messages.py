"""Whatever a router says: the answer is no fault of ours, and the next one is served."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.cwmp.mutating import mutated, trees
from tests.cwmp.routers import House, Router, inform

MESSAGES = Path(__file__).parent / "messages"
ANSWERS = {200, 204, 400}


@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages(tmp_path: Path, metrics: Any, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    originals = trees([MESSAGES])
    house = House(tmp_path, metrics, enrolment="open", connections_per_address=1_000)
    statuses: dict[int, int] = {}
    try:
        router = Router(house)
        for number in range(300):
            if number % 5 == 0 or router.wire.disconnecting:
                router.leave()
                router = Router(house)
                router.post(inform())
            body = mutated(chance, chance.choice(originals))
            status = router.post(body, Connection="keep-alive").status
            assert status in ANSWERS, (seed, number, body)
            statuses[status] = statuses.get(status, 0) + 1
        last = Router(house)
        assert last.post(inform()).status == 200
    finally:
        house.close()
    assert set(statuses) >= {200, 400}  # some were understood, some were not
    assert metrics.counts["session_ended", "broken"] == 0
    assert metrics.counts["session_ended", "storage_failed"] == 0
