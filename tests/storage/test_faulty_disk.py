"""A disk that fails once, at any write or sync: nothing acknowledged is lost, and it goes on."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.storage.faulty_disk import device

ROOT = Path(__file__).parents[2]
COUNT = 40
COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(
    COMPILER is None and "ACSD_REQUIRE_CAPTURES" not in os.environ,
    reason="no C compiler to make the fault with",
)


@pytest.fixture(scope="module")
def fault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert COMPILER is not None, "the gate needs a C compiler"
    library = tmp_path_factory.mktemp("fault") / "faulty_disk.so"
    source = Path(__file__).with_name("faulty_disk.c")
    subprocess.run(  # noqa: S603 - our own source
        [COMPILER, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True
    )
    return library


@pytest.mark.parametrize("at", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
def test_what_was_acknowledged_is_there(fault: Path, tmp_path: Path, at: int) -> None:
    path = tmp_path / "acs.db"
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "tests.storage.faulty_disk"),
            *(f"sqlite:///{path}", str(at), str(COUNT)),
        ],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(fault), "ACSD_FAULT_FILE": path.name},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stderr.count("EIO") == 1, run.stderr
    words = re.findall(r"^(acknowledged|refused) (\d+)", run.stdout, re.MULTILINE)
    assert len(words) == COUNT
    acknowledged = {device(int(number)).router_id for word, number in words if word[0] == "a"}
    assert len(acknowledged) >= COUNT - 1
    assert words[-1][0] == "acknowledged"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = {row[0] for row in database.execute("SELECT router_id FROM routers")}
    assert acknowledged <= stored
