"""``acs cohorts`` against a real API."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

from acs.storage.cohort_rows import FindingRow, Firmware
from tests.cli.conftest import NOW

Run = Callable[..., Result]


def test_findings_are_listed(acs: Run, daemon: Any) -> None:
    nothing = acs("cohorts")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "no firmware is known to be worse" in nothing.stderr
    firmware = Firmware("Acme", "Box\x1b[31m", "1.1")
    row = FindingRow("f1", firmware, "ill", "1.0", 30, 60, 5, 60, 1e-7, 400, NOW - 600, NOW)
    book = daemon.store.cohorts
    daemon._in_loop(lambda: book.keep_findings([row], [], NOW))
    heading, line = acs("cohorts").stdout.splitlines()
    assert heading.split()[:2] == ["MODEL", "FIRMWARE"]
    assert "30 of 60 routers with this firmware have trouble" in line
    assert "10 min ago" in line
    assert "\x1b" not in line
    daemon._in_loop(lambda: book.keep_findings([], ["f1"], NOW - 60))
    assert "no firmware" in acs("cohorts").stderr
    assert "1 min ago" in acs("cohorts --all").stdout
    (found,) = json.loads(acs("cohorts --all --json").stdout)
    assert (found["firmware"], found["is_open"]) == ("1.1", False)
