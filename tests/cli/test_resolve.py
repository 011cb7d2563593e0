from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_serial_number_names_a_router(acs: Run, known_router: str) -> None:
    serial = known_router.rpartition("-")[2]
    assert known_router in acs("show", serial).stdout
    assert known_router in acs("show", serial[2:]).stdout
    assert known_router in acs("show", known_router).stdout


def test_an_unknown_router_is_not_found(acs: Run, daemon: Any) -> None:
    for name in ("no-such", "nosuch"):
        result = acs("show", name)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr == f"acs: no router matches {name!r}\n"


def test_candidates_of_an_ambiguous_piece_are_listed(acs: Run, many_routers: int) -> None:
    result = acs("show", "MANY")
    assert result.exit_code == 2
    assert "00A1B2-My%2DBox-MANY001" in result.stderr
    assert result.stderr.rstrip().endswith("…")


def test_an_exact_serial_wins_over_longer_ones(acs: Run, daemon: Any, many_routers: int) -> None:
    assert "MANY00\n" in acs("show", "many00").stdout  # there are MANY001 … beside it


@pytest.mark.parametrize(
    "name", ["", "%", "_", "a/b", "../..", "x\x1b[2J", "%00", "п" * 300, "\udcff"]
)
def test_odd_names_are_no_traceback(acs: Run, daemon: Any, name: str) -> None:
    result = acs("show", name)
    assert result.exit_code in (2, 3)
    assert result.stderr.startswith("acs: ")
    assert "\x1b" not in result.stderr
