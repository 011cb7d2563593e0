"""The checkers of the kill test see each fault that is planted for them."""

import sqlite3
from pathlib import Path
from typing import Any

from tests.bench import audit

STORED = audit.Stored(
    informs={"r1": 10, "r2": 4},
    commands={
        "k1": ("r1", "verified", 5.0),
        "k2": ("r1", "accepted", 6.0),
        "k3": ("r1", "queued", None),
    },
)


def words(**fields: Any) -> dict[str, dict[str, Any]]:
    return {"r1": {"acknowledged": 10, "executed": ["k1"], "confirmed": ["k1"]} | fields}


def test_all_is_well() -> None:
    assert audit.audit(STORED, words(), {"r2": 4}) == []
    assert audit.audit(STORED, words(acknowledged=9, executed=["k1", "k2", None]), {}) == []


def test_a_lost_inform_is_seen() -> None:
    assert audit.audit(STORED, words(acknowledged=11), {}) == [
        "r1: 11 Informs acknowledged, 10 stored"
    ]
    assert audit.audit(STORED, words(), {"r2": 5}) == ["r2: 5 Informs acknowledged, 4 stored"]


def test_a_repeated_reboot_is_seen() -> None:
    assert audit.audit(STORED, words(executed=["k1", "k2", "k1"]), {}) == [
        "r1: reboot k1 carried out 2 times"
    ]


def test_a_reboot_that_is_not_recorded_as_sent_is_seen() -> None:
    assert len(audit.audit(STORED, words(executed=["k3", "k9"]), {})) == 2


def test_a_forgotten_confirmation_is_seen() -> None:
    assert len(audit.audit(STORED, words(confirmed=["k2"]), {})) == 1


def test_reading_the_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE routers (router_id TEXT, informs INTEGER)")
    db.execute(
        "CREATE TABLE commands "
        "(command_id TEXT, router_id TEXT, state TEXT, sent_at REAL, kind TEXT)"
    )
    db.execute("INSERT INTO routers VALUES ('r1', 3)")
    db.execute("INSERT INTO commands VALUES ('k1', 'r1', 'sent', 2.5, 'reboot')")
    db.execute("INSERT INTO commands VALUES ('k2', 'r1', 'sent', 2.5, 'get')")
    db.commit()
    db.close()
    assert audit.read(path) == audit.Stored({"r1": 3}, {"k1": ("r1", "sent", 2.5)})
