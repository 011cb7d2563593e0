from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import NOW
from tests.tls.authority import START, Authority

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


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("certificate", "api.certificate: {0}: No such file or directory"),
        ("key", "api.key: {1}: No such file or directory"),
        ("pair", "api.key: {1}: not the key of {0}"),
    ],
)
def test_the_api_s_certificate_is_looked_at(
    run: Run, tmp_path: Path, spoil: str, says: str
) -> None:
    root = Authority(tmp_path, "root")
    pair = root.issue("api", "acs")
    file = tmp_path / "acsd.toml"
    file.write_text(f'[api]\ncertificate = "{pair.certificate}"\nkey = "{pair.key}"\n')
    assert run("check-config", str(file)).stderr == f"{file}: ok\n"
    if spoil == "pair":
        pair.key.write_bytes(root.issue("other", "other").key.read_bytes())
    else:
        getattr(pair, spoil).unlink()
    result = run("check-config", str(file))
    assert result.exit_code == 2
    assert result.stderr == f"acs: {file}: {says.format(*pair)}\n"


def test_an_expired_certificate_of_the_api_is_a_warning(run: Run, tmp_path: Path) -> None:
    days = (NOW - START.timestamp()) / 86_400 - 1
    pair = Authority(tmp_path, "root").issue("api", "acs", days=days)
    file = tmp_path / "acsd.toml"
    file.write_text(f'[api]\ncertificate = "{pair.certificate}"\nkey = "{pair.key}"\n')
    result = run("check-config", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    warning, ok = result.stderr.splitlines()
    assert warning == f"{file}: warning: api.certificate: it expired at 2026-09-20T14:13:20Z"
    assert ok == f"{file}: ok"
    file.write_text(f'[api]\ncertificate = "{pair.certificate}"\n')
    assert "api.key: found none beside certificate" in run("check-config", str(file)).stderr


def test_a_missing_configuration_is_not_found(run: Run, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    assert run("check-config", missing).exit_code == 3
    assert run("tokens", "create", "--scope", "read", "-c", missing).exit_code == 3


def test_the_fleet_of_a_demonstration_has_a_limit(run: Run) -> None:
    assert run("demo", "--routers", "0").exit_code == 2
