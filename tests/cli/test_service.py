import sqlite3
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_a_good_configuration_is_ok(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text('[log]\nlevel = "debug"\n')
    result = run("check-config", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{file}: ok\n"


def test_a_bad_configuration_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text('[log]\nlevle = "debug"\n')
    for command in (["check-config", str(file)], ["serve", "--config", str(file)]):
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "log.levle: unknown key (did you mean 'level'?)" in result.stderr


def test_a_missing_configuration_is_not_found(run: Run, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    assert run("check-config", missing).exit_code == 3
    assert run("tokens", "create", "--scope", "read", "-c", missing).exit_code == 3


def test_the_database_is_made_and_upgraded_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/acsd.db"\n')
    for _ in range(2):
        result = run("db", "upgrade", "--config", str(file))
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    with sqlite3.connect(tmp_path / "acsd.db") as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert "routers" in names


def test_a_database_out_of_reach_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/none/acsd.db"\n')
    result = run("db", "upgrade", "--config", str(file))
    assert result.exit_code == 1
    assert result.stderr.startswith("acs: cannot upgrade the database: ")
    assert result.stderr.count("\n") == 1


def test_the_fleet_of_a_demonstration_has_a_limit(run: Run) -> None:
    assert run("demo", "--routers", "0").exit_code == 2
