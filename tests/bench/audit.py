"""What must be in the database after kills, by what the routers can testify to. Pure checks.

Reads the SQLite file by itself: the code that is judged does not judge.
"""

import collections
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

CONFIRMED = ("confirmed", "verified")


class Stored(NamedTuple):
    """What the database says."""

    informs: Mapping[str, int]
    commands: Mapping[str, tuple[str, str, float | None]]  # id: router, state, sent_at


def read(database: Path) -> Stored:
    """Read the facts that are judged."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        informs = dict(db.execute("SELECT router_id, informs FROM routers"))
        commands = {
            row[0]: (row[1], row[2], row[3])
            for row in db.execute(
                "SELECT command_id, router_id, state, sent_at FROM commands WHERE kind='reboot'"
            )
        }
    db.close()
    return Stored(informs, commands)


def lost(stored: Stored, acknowledged: Mapping[str, int]) -> list[str]:
    """Routers with more Informs acknowledged than stored."""
    return [
        f"{router}: {count} Informs acknowledged, {stored.informs.get(router, 0)} stored"
        for router, count in acknowledged.items()
        if stored.informs.get(router, 0) < count
    ]


def repeated(executed: Mapping[str, Iterable[str | None]]) -> list[str]:
    """Reboots that a router carried out more than once."""
    return [
        f"{router}: reboot {key} carried out {count} times"
        for router, keys in executed.items()
        for key, count in collections.Counter(k for k in keys if k).items()
        if count > 1
    ]


def uncaused(stored: Stored, executed: Mapping[str, Iterable[str | None]]) -> list[str]:
    """Reboots carried out that are not recorded as sent."""
    return [
        f"{router}: reboot {key} carried out, stored is {stored.commands.get(key)}"
        for router, keys in executed.items()
        for key in keys
        if key and (key not in stored.commands or stored.commands[key][2] is None)
    ]


def forgotten(stored: Stored, confirmed: Mapping[str, Iterable[str]]) -> list[str]:
    """Confirmations that were acknowledged and are not stored."""
    return [
        f"{router}: M Reboot {key} acknowledged, stored is {stored.commands.get(key)}"
        for router, keys in confirmed.items()
        for key in keys
        if key not in stored.commands or stored.commands[key][1] not in CONFIRMED
    ]


def audit(
    stored: Stored, journal: Mapping[str, Mapping[str, Any]], acknowledged: Mapping[str, int]
) -> list[str]:
    """All that is wrong, a sentence each."""
    counts = {router: words["acknowledged"] for router, words in journal.items()}
    executed = {router: words["executed"] for router, words in journal.items()}
    confirmed = {router: words["confirmed"] for router, words in journal.items()}
    return [
        *lost(stored, {**acknowledged, **counts}),
        *repeated(executed),
        *uncaused(stored, executed),
        *forgotten(stored, confirmed),
    ]
