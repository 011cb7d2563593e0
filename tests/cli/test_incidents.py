"""``acs incidents`` against a real API."""

import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

from acs.facts import IncidentClosed, IncidentOpened
from tests.cli.conftest import NOW

Run = Callable[..., Result]


def test_incidents_are_listed_and_shown(acs: Run, daemon: Any, known_router: str) -> None:
    nothing = acs("incidents")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "no open incidents" in nothing.stderr
    daemon.commit(
        IncidentOpened(
            at=NOW - 600,
            incident_id="01abc",
            basis="prefix",
            place="192.0.2.0/24",
            kind="power",
            began_at=NOW - 700,
            routers=(known_router,),
            affected=(known_router,),
        )
    )
    heading, row = acs("incidents").stdout.splitlines()
    assert heading.split()[:3] == ["INCIDENT", "KIND", "PLACE"]
    assert row.split()[:4] == ["01abc", "power", "192.0.2.0/24", "prefix"]
    assert "10 min ago" in row
    lines = acs("incidents show 01abc").stdout.splitlines()
    assert lines[0] == "1 of 1 routers of prefix 192.0.2.0/24 restarted together."
    assert lines[1] == "began about 11 min ago, noticed 10 min ago, it is open"
    assert known_router in lines[3]
    assert "yes" in lines[3]

    daemon.commit(IncidentClosed(at=NOW - 60, incident_id="01abc"))
    assert "no open incidents" in acs("incidents").stderr
    assert "1 min ago" in acs("incidents --all").stdout
    assert "over after 9 min" in acs("incidents show 01abc").stdout
    (found,) = json.loads(acs("incidents --all --json").stdout)
    assert found["kind"] == "power"
    shown = json.loads(acs("incidents show 01abc --json").stdout)
    assert [each["router_id"] for each in shown["items"]] == [known_router]


def test_what_is_wrong_is_said(acs: Run) -> None:
    assert acs("incidents show").exit_code == 2
    missing = acs("incidents show none")
    assert missing.exit_code == 3
    assert "incident" in missing.stderr
