import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_generated_password_is_the_only_thing_on_stdout(acs: Run, known_router: str) -> None:
    result = acs("enrol", known_router, "--generate", "--username", "cpe7")
    assert (result.exit_code, result.stdout) == (0, "made-up\n"), result.stderr
    assert result.stderr == f"{known_router} is enrolled as cpe7\n"


def test_a_password_of_a_file_is_never_shown(acs: Run, known_router: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret one\nmore\n")
    result = acs("enrol", known_router, "--password-file", str(file), "--json")
    assert json.loads(result.stdout)["password"] is None
    assert "secret one" not in result.output


def test_a_password_may_be_typed(
    acs: Run, known_router: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acs.cli.enrol.can_ask", lambda: True)
    result = acs("enrol", known_router, input="typed\ntyped\n")
    assert result.exit_code == 0, result.stderr
    assert "typed" not in result.output


def test_without_a_terminal_nothing_is_asked(acs: Run, known_router: str) -> None:
    result = acs("enrol", known_router, input="typed\ntyped\n")
    assert result.exit_code == 2
    assert "--generate" in result.stderr


def test_two_ways_at_once_or_an_empty_file_are_wrong(
    acs: Run, daemon: Any, known_router: str, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("\n")
    given = ("enrol", known_router, "--password-file", str(file))
    assert acs(*given).exit_code == 2
    assert acs(*given, "--generate").exit_code == 2
    assert acs("enrol", known_router, "--password-file", str(tmp_path / "none")).exit_code == 2


def test_a_router_is_let_in_ahead_by_its_full_id(acs: Run, daemon: Any, tmp_path: Path) -> None:
    result = acs("enrol", "0a1001-K%2D2-A0099", "--generate", "--json")
    made = json.loads(result.stdout)
    assert made["username"] == "0A1001-K%2D2-A0099"
    assert len(made["password"]) >= 20
    assert result.exit_code == 0, result.stderr
    shown = json.loads(acs("devices", "--json").stdout)
    (row,) = (one for one in shown if one["router_id"] == "0A1001-K%2D2-A0099")
    assert row["serial_number"] == "A0099"
    file = tmp_path / "password"
    file.write_text("from the label\n")
    plain = acs("enrol", "0A1001-A0100", "--username", "cpe", "--password-file", str(file))
    assert (plain.exit_code, plain.stdout) == (0, "")
    assert plain.stderr == "0A1001-A0100 is enrolled as cpe\n"


@pytest.mark.parametrize("name", ["Z0099", "Z0099-X", "0A1001-A-B-C", "0A10-K2-A0099"])
def test_what_is_no_full_id_must_be_known(acs: Run, name: str) -> None:
    result = acs("enrol", name, "--generate")
    assert result.exit_code == 3
    assert "no router matches" in result.stderr
