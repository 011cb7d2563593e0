import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import Result
from rich.console import Console

from acs.cli.answers import Command, Router
from acs.cli.client import Client
from acs.cli.incidents import Incident
from acs.cli.reboots import Reboots
from acs.cli.session import Access, Session, Surroundings
from acs.cli.top import Fleet, Gatherer, Ill
from acs.cli.top_view import draw
from acs.facts import Judged
from tests.cli.conftest import NOW

Run = Callable[..., Result]
LONG = "0A1003-H%201-A000000004"


def shown(fleet: Fleet, width: int, height: int | None) -> list[str]:
    out = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    out.print(draw(fleet, NOW, width, height))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def fleet(ill: int = 3, **more: Any) -> Fleet:
    at = "2026-09-21T14:10:20Z"
    routers = [
        Ill(Router(router_id=f"{LONG}{n}", action="reboot", confidence=0.8, model="M" * 60))
        for n in range(ill)
    ]
    command = {
        "command_id": "c",
        "router_id": LONG,
        "kind": "reboot",
        "state": "refused",
        "finished": True,
        "asked_at": at,
        "reason": "so " * 60,
    }
    incident = {
        "incident_id": "i",
        "kind": "offline",
        "basis": "segment",
        "place": "north-07",
        "began_at": at,
        "opened_at": at,
        "routers": 8,
        "affected": 6,
        "says": "",
    }
    known: dict[str, Any] = {
        "counts": {"none": 40, "reboot": ill},
        "ill": tuple(routers),
        "incidents": (msgspec.convert(incident, Incident),),
        "running": (),
        "ended": (msgspec.convert(command, Command),),
        "sent_10min": 2,
        "reboots": Reboots(stopped=False),
    }
    return Fleet(**{**known, **more})


@pytest.mark.parametrize("width", [80, 120])
def test_ids_are_never_cut_and_lines_never_too_long(width: int) -> None:
    lines = shown(fleet(), width, None)
    assert all(len(line.rstrip()) <= width for line in lines)
    assert sum(LONG in line for line in lines) == 4
    assert any("43 routers · 40 well · 3 reboot" in line for line in lines)
    assert any("6 of 8" in line and "north-07" in line for line in lines)


def test_what_does_not_fit_is_counted() -> None:
    lines = shown(fleet(ill=60), 80, 24)
    assert len(lines) <= 24
    assert any("more: acs devices --verdict reboot" in line for line in lines)


def test_an_empty_fleet_says_so_in_words() -> None:
    text = "\n".join(shown(fleet(ill=0, incidents=(), ended=(), counts=None), 80, 24))
    for words in ("no router needs anything", "no open incidents", "no reboots yet", "not told"):
        assert words in text


def test_a_stop_and_models_that_wait_are_said_first() -> None:
    model = {
        "manufacturer": "K",
        "model": "K2",
        "routers": 1,
        "router_ids": ["a"],
        "since": "2026-09-21T14:10:20Z",
    }
    state = {"stopped": True, "by": "root", "reason": "ticket", "models": [model]}
    first, *_ = shown(fleet(reboots=msgspec.convert(state, Reboots)), 120, None)
    assert first.startswith("reboots are stopped by root: ticket")
    assert "1 models wait" in first


def test_once_and_json_are_of_the_daemon_itself(
    acs: Run, daemon: Any, known_router: str, verdict: Any
) -> None:
    daemon.commit(Judged(router_id=known_router, at=NOW, verdict=verdict))
    acs("reboot", known_router, "--consent")
    result = acs("top", "--once")
    assert result.exit_code == 0, result.stderr
    assert known_router in result.stdout
    assert "\x1b" not in result.stdout
    found = json.loads(acs("top", "--json").stdout)
    assert known_router in [each["router"]["router_id"] for each in found["ill"]]
    assert known_router in [each["router_id"] for each in found["running"]]
    assert found["reboots"]["stopped"] is False


def test_a_verdict_that_comes_while_one_looks_stands_first() -> None:
    verdicts = {"a": "technician"}

    def answer(request: httpx.Request) -> httpx.Response:
        path, asked = request.url.path, request.url.params.get("verdict")
        if path == "/metrics":
            return httpx.Response(403, json={"title": "Forbidden"})
        if path == "/v1/reboots":
            return httpx.Response(200, json={"stopped": False})
        rows = [
            {"router_id": name, "action": what}
            for name, what in verdicts.items()
            if path == "/v1/routers" and what == asked
        ]
        return httpx.Response(200, json={"items": rows, "next": None})

    around = Surroundings(now=lambda: NOW, transport=httpx.MockTransport(answer))
    session = Session(Access(url="http://x"), around)
    assert isinstance(session.client, Client)
    gatherer = Gatherer(session)
    first = gatherer.gather()
    assert first.counts is None
    assert [(each.router.router_id, each.is_new) for each in first.ill] == [("a", False)]
    verdicts["b"] = "replace"
    for _ in range(2):  # it stays marked
        seen = [(each.router.router_id, each.is_new) for each in gatherer.gather().ill]
        assert seen == [("b", True), ("a", False)]
    session.close()
