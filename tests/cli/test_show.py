import json
from collections.abc import Callable
from typing import Any

from click.testing import Result

from acs.facts import Judged, Sampled

Run = Callable[..., Result]
NOW = 1_790_000_000.0


def test_the_card_of_a_fresh_router(acs: Run, known_router: str) -> None:
    result = acs("show", known_router)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(known_router)
    assert "no verdict yet" in result.stdout
    assert "no commands yet" in result.stdout
    assert "3 min ago" in result.stdout


def test_verdict_evidence_and_trends_are_on_the_card(
    acs: Run, daemon: Any, known_router: str, verdict: Any
) -> None:
    for index in range(20):
        daemon.commit(
            Sampled(
                router_id=known_router,
                at=NOW - 72_000 + 3600 * index,
                vitals={"sys.mem_free": 90_000 - 1000 * index, "eth.fcs_err": 3 * index},
            )
        )
    daemon.commit(Judged(router_id=known_router, at=verdict.judged_at, verdict=verdict))
    card = acs("show", known_router).stdout
    assert "reboot: a reboot would help  91% sure, judged 2 min ago" in card
    assert "likely: memory leak 84%, firmware bug 10%" in card
    assert "+ Free memory has fallen by 30 MiB in 9 days." in card
    assert "- None of 47 neighbours is in error." in card
    assert "? If free memory rose again" in card
    (memory,) = [line for line in card.splitlines() if line.startswith("sys.mem_free")]
    assert "█" in memory
    assert "▁" in memory
    assert "71000 … 90000" in memory
    (errors,) = [line for line in card.splitlines() if line.startswith("eth.fcs_err")]
    assert "+3 at most" in errors


def test_refusals_are_on_the_card(acs: Run, known_router: str) -> None:
    acs("reboot", known_router, "--consent")
    acs("reboot", known_router, "--consent")  # the first is still open
    card = acs("show", known_router).stdout
    assert "reboot refused" in card
    assert "one_at_a_time" in card


def test_json_is_the_status_as_the_api_gives_it(acs: Run, known_router: str) -> None:
    status = json.loads(acs("show", known_router, "--json").stdout)
    assert status["router_id"] == known_router
    assert status["answered_at"] == "2026-09-21T14:13:20Z"
