"""``acs timeline`` against a real API."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

from acs.facts import Noted
from tests.cli.conftest import NOW

Run = Callable[..., Result]


def test_what_happened_is_shown_newest_first(acs: Run, daemon: Any, known_router: str) -> None:
    daemon.commit(Noted(router_id=known_router, at=NOW - 120, kind="firmware", detail={"to": "2"}))
    acs(f"contacts {known_router} add --channel chat --note slow")
    heading, newest, *rest = acs(f"timeline {known_router}").stdout.splitlines()
    assert heading.split() == ["WHEN", "WHAT", "ABOUT", "DETAIL"]
    assert "contact chat" in newest
    assert "note=slow" in newest
    assert any("firmware" in line and "to=2" in line and "2 min ago" in line for line in rest)
    items = json.loads(acs(f"timeline {known_router} -n 1 --json").stdout)
    assert [item["kind"] for item in items] == ["contact"]


def test_a_router_that_is_not_known(acs: Run, daemon: Any) -> None:
    assert acs("timeline NOBODY").exit_code == 3
