"""What was acknowledged is there after the process was killed; on both databases."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.support import ID, Desk

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_acknowledged_facts_survive_a_kill(desk: Desk, seed: int) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.storage.committer", desk.url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(random.Random(seed).randrange(1, 300))]  # noqa: S311 - no secret
    process.kill()
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    acknowledged = {float(line) for line in lines if line.endswith("\n")}
    store = desk.open()
    stored = {sample.at for sample in desk.wait(store.samples(ID, 0, 1e10, 100_000))}
    assert acknowledged <= stored
    row = desk.wait(store.router(ID))
    assert row is not None
    assert row.informs == len(stored) >= len(acknowledged) > 0
    assert row.collected_at == max(stored)
