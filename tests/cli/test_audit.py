"""``acs audit`` against a real API."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from click.testing import Result

Run = Callable[..., Result]


def test_the_log_is_listed_and_counted_again(acs: Run, daemon: Any, known_router: str) -> None:
    assert "no entries" in acs("audit list").stderr
    assert "the audit log is empty" in acs("audit verify").stderr
    acs(f"contacts {known_router} add --channel chat")
    acs("reboots stop --reason storm")
    heading, newest, oldest = acs("audit list").stdout.splitlines()
    assert heading.split() == [
        *("SEQ", "WHEN", "WHO", "BY", "WHAT", "ABOUT", "OUTCOME", "DETAIL"),
    ]
    assert newest.split()[0] == "2"
    assert "POST /v1/reboots/stop" in newest
    assert "reason=storm reboots_stopped=true" in newest
    assert known_router in oldest
    items = json.loads(acs("audit list --json -n 1").stdout)
    assert [item["seq"] for item in items] == [2]
    whole = acs("audit verify")
    assert whole.stderr == "2 entries are whole\n"
    assert whole.stdout.strip() == items[0]["digest"]
    assert acs(f"audit verify --head {items[0]['digest']}").exit_code == 0
    other = acs("audit verify --head 00ff")
    assert other.exit_code == 1
    assert "does not hold the digest 00ff: its end was cut off" in other.stderr


def test_a_changed_line_is_named(acs: Run, daemon: Any, known_router: str) -> None:
    for reason in ("storm", "still"):
        acs(f"reboots stop --reason {reason}")
    with sqlite3.connect(daemon.storage.url.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE audit SET who = 'nobody' WHERE seq = 1")
    database.close()
    broken = acs("audit verify")
    assert broken.exit_code == 1
    assert broken.stderr == (
        "acs: the audit log is broken: entry 1 was changed, or one before it\n"
    )
