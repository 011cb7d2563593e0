import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

from acs.facts import Belongs, Judged, Quarantined
from acs.identity import DeviceId

Run = Callable[..., Result]


def test_a_router_is_listed_with_its_facts(acs: Run, known_router: str) -> None:
    result = acs("devices", "--query", known_router)
    assert result.exit_code == 0, result.stderr
    heading, row = result.stdout.splitlines()
    assert heading.split()[:2] == ["ROUTER", "MODEL"]
    assert row.startswith(known_router)
    assert "1.2.3" in row
    assert "1 d 1 h" in row
    assert row.rstrip().endswith("3 min ago")


def test_json_is_one_array_with_rfc3339_times(acs: Run, known_router: str) -> None:
    result = acs("devices", "--query", known_router, "--json")
    (row,) = json.loads(result.stdout)
    assert row["router_id"] == known_router
    assert row["last_inform_at"] == "2026-09-21T14:10:20Z"
    assert row["uptime_seconds"] == 90_000


def test_nothing_found_is_said_on_stderr_alone(acs: Run, daemon: Any) -> None:
    result = acs("devices", "--model", "no such model")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no routers\n")
    assert acs("devices", "--model", "no such model", "--json").stdout == "[]\n"


def test_filters_narrow_the_list(acs: Run, daemon: Any, known_router: str, verdict: Any) -> None:
    daemon.commit(
        Judged(router_id=known_router, at=verdict.judged_at, verdict=verdict),
        Belongs(router_id=known_router, at=1.0, account="a1", segment="olt-9/1"),
    )
    for filters in (("--verdict", "reboot"), ("--segment", "olt-9/1")):
        rows = json.loads(acs("devices", *filters, "--json").stdout)
        assert [row["router_id"] for row in rows] == [known_router]
    rows = json.loads(acs("devices", "--verdict", "none", "--json").stdout)
    assert known_router not in [row["router_id"] for row in rows]
    assert "91%" in acs("devices", "--segment", "olt-9/1").stdout


def test_quarantined_routers_are_told_apart(acs: Run, daemon: Any, known_router: str) -> None:
    device = DeviceId("Evil\x1b[2J", "00A1B2", "Box", "Q1")
    daemon.commit(
        Quarantined(router_id=device.router_id, at=1.0, device=device, address="192.0.2.66")
    )
    result = acs("devices", "--quarantined")
    assert device.router_id in result.stdout
    assert known_router not in result.stdout
    assert "quarantined" in result.stdout
    known = acs("devices", "--all").stdout
    assert known_router in known
    assert device.router_id not in known
    assert acs("devices", "-q", "nobody").stderr == "no routers\n"


def test_the_limit_is_kept_and_said(acs: Run, daemon: Any, many_routers: int) -> None:
    result = acs("devices", "--limit", "3")
    assert len(result.stdout.splitlines()) == 4
    assert "--all" in result.stderr
    rows = json.loads(acs("devices", "--all", "--query", "MANY", "--json").stdout)
    assert len(rows) == many_routers


def test_a_token_over_http_does_the_same(run: Run, daemon: Any, known_router: str) -> None:
    denied = run("devices", "--url", daemon.url)
    assert denied.exit_code == 1
    assert "token" in denied.stderr
    token = daemon.token("read")
    result = run("devices", "--url", daemon.url, "--query", known_router, env={"ACS_TOKEN": token})
    assert known_router in result.stdout
    assert token not in result.output


def test_colours_come_on_a_terminal_alone(acs: Run, known_router: str) -> None:
    assert "\x1b" not in acs("devices", "--query", known_router).stdout


def test_ill_routers_are_those_with_any_verdict_but_none(
    acs: Run, daemon: Any, known_router: str, verdict: Any
) -> None:
    before = acs("devices", "--ill", "--query", known_router)
    assert (before.stdout, before.stderr) == ("", "no routers\n")
    daemon.commit(Judged(router_id=known_router, at=verdict.judged_at, verdict=verdict))
    (row,) = json.loads(acs("devices", "--ill", "--query", known_router, "--json").stdout)
    assert row["action"] == "reboot"
    assert len(acs("devices", "--ill", "--limit", "1").stdout.splitlines()) == 2
    assert acs("devices", "--ill", "--verdict", "none").exit_code == 2


def test_a_filter_and_its_fields(acs: Run, known_router: str) -> None:
    found = acs("devices", "--filter", "online and not ill")
    assert known_router in found.stdout
    assert known_router not in acs("devices", "--filter", "silence > 1d").stdout
    fields = acs("devices --fields").stdout
    assert "confidence" in fields
    assert "FTTB, GPON" in fields
    wrong = acs("devices", "--filter", "colour = red")
    assert wrong.exit_code == 2
    assert "at letter 1" in wrong.stderr
