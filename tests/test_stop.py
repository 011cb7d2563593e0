"""The daemon is told to stop under load: sessions that have begun come to their end."""

from pathlib import Path

from tests.bench.stops import stop_under_load


def test_stops_break_no_session(tmp_path: Path) -> None:
    outcome = stop_under_load(tmp_path, 3, seed=3)
    assert outcome.broken == 0, outcome
    assert outcome.failed == 0
    assert outcome.sessions > 100
