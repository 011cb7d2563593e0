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


def test_the_fleet_of_a_demonstration_has_a_limit(run: Run) -> None:
    assert run("demo", "--routers", "0").exit_code == 2
