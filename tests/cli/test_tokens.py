import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from acs.api.tokens import is_token

Run = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> str:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/acsd.db"\n')
    return str(file)


def test_only_the_token_is_on_stdout(run: Run, config: str) -> None:
    result = run("tokens", "create", "--scope", "read", "--name", "grafana", "--config", config)
    assert result.exit_code == 0, result.stderr
    assert is_token(result.stdout.strip())
    assert result.stdout.count("\n") == 1
    assert result.stderr.startswith("token grafana (read), never expires")


def test_a_name_is_taken_once(run: Run, config: str) -> None:
    create = ("tokens", "create", "--scope", "act", "--name", "cc", "--config", config)
    assert run(*create).exit_code == 0
    again = run(*create)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "acs: there is a token named 'cc' already\n"


def test_names_are_made_up_and_scopes_added(run: Run, config: str) -> None:
    create = ("tokens", "create", "--scope", "act", "--scope", "metrics", "--config", config)
    first, second = run(*create, "--expires", "90d"), run(*create, "--expires", "2030-01-31")
    assert first.exit_code == second.exit_code == 0
    assert "(act, metrics), expires 2026-12-20T14:13:20Z" in first.stderr
    assert "expires 2030-01-31T00:00:00Z" in second.stderr


@pytest.mark.parametrize("expires", ["2020-01-01", "soon", "0s"])
def test_expiries_must_lie_ahead(run: Run, config: str, expires: str) -> None:
    result = run("tokens", "create", "--scope", "read", "--expires", expires, "--config", config)
    assert result.exit_code == 2


def test_a_made_token_opens_the_api_of_a_running_daemon(
    run: Run, daemon: Any, tmp_path: Path, known_router: str
) -> None:
    config = tmp_path / "acsd.toml"
    config.write_text(f'[storage]\nurl = "{daemon.storage.url}"\nkey_file = "{daemon.key_file}"\n')
    made = run("tokens", "create", "--scope", "read", "--config", str(config))
    assert made.exit_code == 0, made.stderr
    token = made.stdout.strip()
    result = run("devices", "--url", daemon.url, "-q", known_router, env={"ACS_TOKEN": token})
    assert known_router in result.stdout


def test_tokens_are_listed_and_revoked(run: Run, acs: Run, daemon: Any, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "{daemon.storage.url}"\nkey_file = "{daemon.key_file}"\n')
    made = run("tokens", "create", "--scope", "read", "--name", "g/f", "--config", str(file))
    assert made.exit_code == 0, made.stderr
    listed = acs("tokens list")
    assert "g/f" in listed.stdout
    assert "never" in listed.stdout
    assert made.stdout.strip() not in listed.stdout
    assert "g/f" in [one["name"] for one in json.loads(acs("tokens list", "--json").stdout)]
    revoked = acs("tokens revoke", "g/f")
    assert (revoked.exit_code, revoked.stderr) == (0, "token g/f is revoked\n")
    assert "g/f" not in acs("tokens list").stdout
    assert acs("tokens revoke", "g/f").exit_code == 3
