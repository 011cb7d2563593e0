"""``acs reboots``, ``acs contacts``, ``acs effectiveness`` against a real API."""

import json
from collections.abc import Callable
from typing import Any

import httpx
from click.testing import Result

from acs.facts import Belongs
from acs.storage.policies import Policy
from tests.cli.conftest import NOW

Run = Callable[..., Result]


def test_status_shows_switch_policy_and_models(run: Run) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200,
            json={
                "stopped": False,
                "by": "",
                "at": None,
                "reason": "",
                "policy": {
                    "policy": "auto: confidence 0.5",
                    "state": "canary",
                    "round": 1,
                    "canary": 50,
                    "tried": 7,
                    "why": "tried on 7 of 50 routers",
                    "begun_at": "2026-09-21T13:13:20Z",
                    "changed_at": "2026-09-21T13:13:20Z",
                },
                "models": [
                    {
                        "manufacturer": "Acme",
                        "model": "Box\x1b[31m",
                        "routers": 2,
                        "router_ids": ["A-1", "A-2"],
                        "since": "2026-09-21T14:03:20Z",
                    }
                ],
            },
        )

    lines = run("reboots", "status", handler=handler).stdout.splitlines()
    assert lines[0] == "reboots are allowed"
    assert "the daemon tries its policy on some routers first (7 of 50)" in lines[1]
    assert "\x1b" not in "".join(lines)
    assert "A-1, A-2" in lines[-1]


def test_a_stopped_policy_and_a_model_are_resumed_apart(acs: Run, daemon: Any) -> None:
    learned, do = daemon.store.learned, daemon._in_loop
    policy: Policy = do(lambda: learned.announce("auto: x", "auto", 5, NOW))
    do(lambda: learned.move_policy(policy, "stopped", "it helped nobody", NOW))
    shown = acs("reboots status").stdout
    assert "it helped nobody" in shown
    resumed = json.loads(acs("reboots resume", "--policy", "--json").stdout)
    assert (resumed["policy"]["state"], resumed["policy"]["round"]) == ("canary", 2)
    missing = acs("reboots resume", "--model", "none")
    assert missing.exit_code == 3
    assert "stopped model" in missing.stderr


def test_contacts_are_added_and_listed(acs: Run, daemon: Any, known_router: str) -> None:
    account = f"acc-{known_router[-6:]}"
    daemon.commit(Belongs(router_id=known_router, at=NOW, account=account))
    assert "no contacts" in acs("contacts", known_router).stderr
    added = acs("contacts", known_router, "add", "--tried", "reboot", "--helped", "no")
    assert added.stdout == f"recorded for {known_router}\n"
    by_account = acs("contacts", account, "add", "--channel", "chat", "--line", "second")
    assert by_account.exit_code == 0
    listed = acs("contacts", account).stdout
    assert "reboot" in listed
    assert "chat" in listed
    rows = json.loads(acs("contacts", known_router, "--json").stdout)
    assert {(row["channel"], row["helped"]) for row in rows} == {("phone", False), ("chat", None)}


def test_whom_nobody_knows(acs: Run) -> None:
    assert acs("contacts", "nobody-at-all").exit_code == 3


def test_what_helped_is_counted(acs: Run, known_router: str) -> None:
    for helped in ("yes", "yes", "no"):
        acs("contacts", known_router, "add", "--tried", "consult_lan", "--helped", helped)
    link = "https://video.example.net/4711"
    acs("contacts", known_router, "add", "--channel", "video", "--link", link)
    assert link in acs("contacts", known_router, "--json").stdout
    lines = acs("remedies").stdout.splitlines()
    (row,) = [line for line in lines if line.startswith("consult_lan")]
    assert "67% (21% to 94%)" in row
    items = json.loads(acs("remedies", "--json").stdout)["items"]
    (found,) = [each for each in items if each["tried"] == "consult_lan"]
    assert (found["contacts"], found["helped"]) == (3, 2)
    assert "no contacts" in acs("remedies", "--since", "2099-01-01T00:00:00Z").stderr


def test_options_of_add_need_add(acs: Run, known_router: str) -> None:
    assert acs("contacts", known_router, "--tried", "reboot").exit_code == 2


def test_effectiveness_says_that_nothing_is_known(acs: Run) -> None:
    result = acs("effectiveness")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "not known yet" in result.stderr
    assert json.loads(acs("effectiveness", "--json").stdout)["items"] == []


def test_effectiveness_shows_uplift_beside_both_rates(run: Run) -> None:
    estimate = {"value": 0.4, "low": 0.2, "high": 0.55}
    row = {
        "action": "reboot",
        "cause": "",
        "manufacturer": "",
        "model": "",
        "firmware": "",
        "stage": "24h",
        "treated": 40,
        "control": 40,
        "asked": 3,
        "unknown": 0,
        "success": {"value": 0.7, "low": 0.5, "high": 0.8},
        "without": {"value": 0.3, "low": 0.2, "high": 0.45},
        "uplift": estimate,
        "says": "40% more routers are well than without it",
    }
    alone = {**row, "cause": "F01", "success": None, "without": None, "uplift": None}
    items = [row, {**alone, "says": "not known yet"}]

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params.get("stage") == "24h"
        body = {"since": "2026-06-23T14:13:20Z", "says": "1 of 2 groups", "items": items}
        return httpx.Response(200, json=body)

    lines = run("effectiveness", "--after", "24h", handler=handler).stdout.splitlines()
    assert "70% of 40" in lines[1]
    assert "30% of 40" in lines[1]
    assert "+40% (+20% to +55%)" in lines[1]
    assert "40 known" in lines[2]
    assert "%" not in lines[2]
