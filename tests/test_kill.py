"""The daemon is killed under load: nothing acknowledged is lost, no reboot runs twice."""

from pathlib import Path

from tests.bench.kills import kill_under_load


def test_five_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    outcome = kill_under_load(tmp_path, 5, seed=5, routers=20)
    assert outcome.wrong == []
    # the bar of three seconds is the benchmark's: here other tests take the processor
    assert max(outcome.ready) < 20
    assert outcome.acknowledged > 100
    assert outcome.executed > 0
