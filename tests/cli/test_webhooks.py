"""``acs webhooks`` against a real API, whose receivers a test plays."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result

from acs.facts import Rebooted
from acs.storage.webhook_rows import Result as Tried
from acs.webhooks.signing import body_of, secret_of
from tests.cli.conftest import NOW

Run = Callable[..., Result]
URL = "https://crm.example.net/acsd"


@pytest.fixture
def webhook(acs: Run) -> str:
    made = acs(f"webhooks add {URL} --kind router")
    assert len(secret_of(made.stdout.strip())) == 32
    found = re.search(r"webhook (\w+);", made.stderr)
    assert found is not None
    return found[1]


def play(daemon: Any, webhook: str, state: str, status: int) -> None:
    """Let everything that waits end so."""
    book = daemon.store.webhooks
    terms: dict[str, Any] = {"now": NOW, "lease": "a", "until": NOW + 30}
    more: dict[str, Any] = {"limit": 99, "parcels": 99, "give_up": 86_400.0}
    claimed = daemon._in_loop(lambda: book.claim(body_of, **terms, **more))
    tried = Tried(
        state=state,  # type: ignore[arg-type]  # the test's
        status=status,
        fault="" if state == "delivered" else f"status {status}",
        failures=0,
        due_at=NOW,
    )
    for run in claimed.runs:
        for each in run.parcels if run.webhook_id == webhook else ():
            daemon._in_loop(lambda each=each: book.settle(webhook, each.seq, tried, **terms))
        daemon._in_loop(lambda run=run: book.release(run.webhook_id, "a"))


def test_webhooks_are_listed_with_what_waits(
    acs: Run, daemon: Any, known_router: str, webhook: str
) -> None:
    daemon.commit(Rebooted(router_id=known_router, at=NOW - 120, cause="power"))
    play(daemon, webhook, "dead", 400)
    found = acs("webhooks list").stdout
    line = next(line for line in found.splitlines() if webhook in line)
    assert URL in line
    assert "active" in line
    one = next(
        row
        for row in json.loads(acs("webhooks list --json").stdout)
        if row["webhook_id"] == webhook
    )
    assert (one["dead"], one["waiting"]) == (1, 0)
    table = acs(f"webhooks deliveries {webhook}").stdout.splitlines()
    words = "2 min ago router.boot dead 1 now 400 status 400"
    assert table[1].split()[1:] == words.split()
    assert "no deliveries" in acs(f"webhooks deliveries {webhook} --state delivered").stderr
    assert "1 event will be sent again" in acs(f"webhooks retry {webhook}").stderr
    assert "0 events" in acs(f"webhooks retry {webhook} --event 1").stderr
    assert acs(f"webhooks remove {webhook}").exit_code == 0
    assert acs(f"webhooks remove {webhook}").exit_code == 3


def test_a_secret_of_ones_own_is_not_printed(acs: Run, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("whsec_" + "QUFB" * 8 + "\n")
    made = acs(f"webhooks add {URL}", "--secret-file", str(path))
    assert made.exit_code == 0
    assert made.stdout == ""
    assert "QUFB" not in made.stderr


def test_what_may_not_be_called_is_refused(acs: Run) -> None:
    failed = acs("webhooks add http://127.0.0.1/")
    assert failed.exit_code == 2
    assert "allowed is https" in failed.stderr


class Trying:
    """The API as a test of a webhook sees it: its delivery changes with each look."""

    def __init__(self, *looks: dict[str, Any]) -> None:
        self._looks = list(looks)
        self._is_asked = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self._is_asked = True
            return httpx.Response(202)
        old = {"seq": 4, "at": "2026-09-21T14:00:00Z", "kind": "webhook.test"}
        items = [{**old, "state": "dead", "attempts": 1}]
        if self._is_asked:
            look = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
            items.insert(0, {**old, "seq": 9, "attempts": 0, "state": "waiting", **look})
        return httpx.Response(200, json={"items": items, "next": None})


@pytest.mark.parametrize(
    ("look", "code", "says"),
    [
        ({"state": "delivered", "attempts": 1, "status": 204}, 0, "taken: HTTP 204"),
        ({"attempts": 1, "fault": "status 500"}, 1, "not taken: status 500"),
        ({}, 1, "still waits"),
    ],
)
def test_a_test_says_how_it_was_taken(run: Run, look: dict[str, Any], code: int, says: str) -> None:
    clock = iter(range(1000))
    found = run(
        *("webhooks", "test", "abc", "--url", "http://acsd.test", "--timeout", "5s"),
        handler=Trying({}, look),
        now=lambda: float(next(clock)),
    )
    assert (found.exit_code, says in found.stderr) == (code, True), found.stderr
