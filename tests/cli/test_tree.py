"""The stored tree on a terminal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from acs.facts import Parameter, TreeRead
from tests.cli.answering import answering
from tests.cli.conftest import NOW

Run = Callable[..., Result]


@pytest.fixture
def router(daemon: Any, known_router: str) -> str:
    fact = TreeRead(
        router_id=known_router,
        at=NOW - 120,
        path="Device.",
        parameters=(
            Parameter("Device.WiFi.Radio.1.Channel", "6", "unsignedInt", True),
            Parameter("Device.WiFi.Radio.2.Channel", "36", "unsignedInt", True),
            Parameter("Device.Name", "evil\x1b[2J", "string", False),
            Parameter("Device.Unread", None, None, None),
        ),
        objects={"Device.WiFi.Radio.": True},
    )
    daemon.commit(fact)
    return known_router


def test_it_is_drawn_level_by_level(acs: Run, router: str) -> None:
    result = acs("tree", router)
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    assert "Device." in text
    assert "WiFi.  2 inside" in text
    assert "Name = evil\\x1b[2J  string, 2 min ago" in text
    assert "Unread  never read" in text
    assert "Channel" not in text
    deeper = acs("tree", router, "Device.WiFi.", "--depth", "3").stdout
    assert "Radio.  +/-" in deeper
    assert "Channel = 6  unsignedInt, writable, 2 min ago" in deeper
    assert "names of 2 min ago" in result.stderr


def test_it_is_searched_and_listed(acs: Run, router: str) -> None:
    result = acs("tree", router, "--search", "36")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["PATH", "VALUE", "TYPE", "WRITABLE", "READ"],
        ["Device.WiFi.Radio.2.Channel", "36", "unsignedInt", "yes", "2", "min", "ago"],
    ]
    listed = acs("tree", router, "Device.WiFi.", "--table", "--depth", "1").stdout
    assert "Device.WiFi.Radio. (2)" in listed


def test_json_has_all_of_it(acs: Run, router: str) -> None:
    found = json.loads(acs("tree", router, "--depth", "0", "--json").stdout)
    leaves = [each for each in found["items"] if not each["path"].endswith(".")]
    assert len(leaves) == 4
    assert found["next"] is None


def test_refresh_reads_it_first(acs: Run, daemon: Any, router: str) -> None:
    wait = answering(daemon, router, {})
    result = acs("tree", router, "Device.WiFi.", "--refresh")
    command = wait()
    assert (command.kind, command.arguments) == ("tree", {"path": "Device.WiFi."})
    assert "done" in result.stderr
    assert "Radio." in result.stdout


def test_wrong_usage(acs: Run, known_router: str) -> None:
    assert acs("tree", known_router, "Device.X", "--refresh").exit_code == 2
    assert acs("tree", known_router).exit_code == 3
    assert acs("tree", "no-such-router").exit_code == 3
