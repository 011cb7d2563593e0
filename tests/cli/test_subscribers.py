"""Subscribers on the command line: a file of them taken, listed, shown, changed."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_no_subscribers_is_said(acs: Run) -> None:
    result = acs("subscribers list")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no subscribers\n")


def test_a_file_is_tried_taken_and_taken_again(acs: Run, known_router: str, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(f"router_id,account,phone,contract\n{known_router},77,+7 916 123-45-67,C-77\n")
    result = acs("subscribers import", str(file), "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "1 lines would be taken; 0 unchanged\n"
    assert acs("subscribers show", "77").exit_code == 3
    result = acs("subscribers import", str(file))
    assert (result.exit_code, result.stderr) == (0, "1 lines taken; 0 unchanged\n")
    shown = acs("subscribers show", "77")
    assert known_router in shown.stdout
    assert "C-77" in shown.stdout
    result = acs("subscribers import", str(file), "--json")
    assert json.loads(result.stdout)["unchanged"] == 1


def test_bad_lines_are_named_and_the_exit_code_says_so(
    acs: Run, known_router: str, tmp_path: Path
) -> None:
    file = tmp_path / "crm.ndjson"
    file.write_text(
        f'{{"router_id": "{known_router}", "account": "77"}}\n{{"serial": "x", "account": "1"}}\n'
    )
    result = acs("subscribers import", str(file))
    assert result.exit_code == 1
    assert f"{file}:2: serial: no router with 'x' is known" in result.stderr
    assert "1 lines taken" in result.stderr
    assert "1 lines were not taken" in result.stderr


def test_what_is_no_file_of_subscribers_is_refused(acs: Run, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("serial,colour\n")
    result = acs("subscribers import", str(file))
    assert result.exit_code == 2
    assert "found column 'colour'" in result.stderr
    other = file.rename(tmp_path / "crm.xlsx")
    result = acs("subscribers import", str(other))
    assert result.exit_code == 2
    assert "allowed are .csv" in result.stderr


def test_one_is_changed_piece_by_piece(acs: Run, known_router: str) -> None:
    result = acs("subscribers set", "76", "--phone", "12345")
    assert result.exit_code == 3, "nobody has this account"
    result = acs("subscribers set", "76", "--router", known_router, "--segment", "sw-1")
    assert (result.exit_code, result.stderr) == (0, f"76, {known_router}: changed\n")
    assert acs("subscribers set", "76", "--phone", "12345").exit_code == 0
    result = acs("subscribers set", "76", "--phone", "12345")
    assert "nothing changed" in result.stderr
    result = acs("subscribers set", "76", "--prefix", "192.0.2.1/24")
    assert result.exit_code == 2
    assert "address_prefix: found '192.0.2.1/24'" in result.stderr
    listed = json.loads(acs("subscribers list", "--json").stdout)
    (found,) = (each for each in listed if each["account"] == "76")
    assert (found["phone"], found["routers"][0]["segment"]) == ("12345", "sw-1")


def test_a_router_that_is_to_come_is_named_by_its_id(acs: Run) -> None:
    result = acs("subscribers set", "78", "--router", "0A1001-K2-NEW", "--segment", "sw-1")
    assert result.exit_code == 0, result.stderr
    assert "waits to be enrolled" in result.stderr
    assert acs("subscribers set", "78", "--router", "NEWER").exit_code == 3
    result = acs("subscribers list", "--output", "csv")
    assert "0A1001-K2-NEW" in result.stdout


def test_with_several_routers_one_must_be_named(acs: Run) -> None:
    for serial in ("A", "B"):
        acs("subscribers set", "79", "--router", f"0A1001-K2-{serial}", "--segment", "sw-1")
    result = acs("subscribers set", "79", "--phone", "12345")
    assert result.exit_code == 2
    assert "0A1001-K2-A, 0A1001-K2-B" in result.stderr
