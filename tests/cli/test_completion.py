import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def complete(run: Run, daemon: Any) -> Callable[..., list[str]]:
    """``complete("acs show 00A1")``: what bash would be offered for the last word."""

    def call(line: str, socket: str = daemon.socket) -> list[str]:
        env = {
            "_ACS_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
            "ACS_SOCKET": socket,
        }
        result = run(env=env, prog_name="acs")
        return [each.partition(",")[2] for each in result.stdout.split()]

    return call


def test_ids_and_serial_numbers_of_routers_are_offered(
    complete: Callable[..., list[str]], many_routers: int
) -> None:
    assert len(complete("acs show MANY")) == many_routers
    assert len(complete("acs show 00A1B2-My%2DBox-MANY")) == many_routers
    assert complete("acs reboot MANY011") == ["MANY011"]
    assert complete("acs get MANY011") == ["MANY011"]


def test_a_daemon_that_is_away_offers_nothing_and_says_nothing(
    complete: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert complete("acs show 00A1", str(tmp_path / "no.sock")) == []


def test_names_of_contexts_metrics_and_words_are_offered(
    run: Run, complete: Callable[..., list[str]]
) -> None:
    run("contexts", "add", "prod", "--url", "http://x")
    assert complete("acs --context pr") == ["prod"]
    assert "sys.mem_free" in complete("acs plot a-b sys.me")
    assert complete("acs explain reb") == ["reboot"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_live_ids(run: Run, daemon: Any, known_router: str, tmp_path: Path) -> None:
    (tmp_path / "acs").write_text(f"#!{sys.executable}\nfrom acs.cli.app import main\nmain()\n")
    (tmp_path / "acs").chmod(0o755)
    (tmp_path / "script").write_text(run("completion", "bash").stdout)
    serial = known_router.rpartition("-")[2]
    lines = (
        f"source {tmp_path}/script",
        f"COMP_WORDS=(acs show {serial[:6]}); COMP_CWORD=2",
        "_acs_completion acs",
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
    )
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "ACS_SOCKET": daemon.socket,
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(  # noqa: S603 - our own script
        ["bash", "-c", "\n".join(lines)],  # noqa: S607 - that of the machine
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert serial in done.stdout.split()
