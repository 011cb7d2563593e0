import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import Result

from acs.cli.app import COMMANDS, START, app

Run = Callable[..., Result]


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"  {name} " in result.stdout for name in COMMANDS)
    assert "5  the daemon cannot be reached" in result.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_of_each_command_teaches_with_an_example(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    _, _, examples = result.stdout.partition("Example")
    first = examples.partition("\n")[2].partition("\n")[0]
    assert first.startswith(f"    acs {name}")  # a line of its own


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_table_tells_the_same_as_the_command(run: Run, name: str) -> None:
    command = app.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name


@pytest.mark.parametrize(
    "line", [["reboot"], ["no-such"], ["devices", "--limit", "0"], ["devices", "--nonsense"]]
)
def test_wrong_usage_is_one_line_and_code_2(run: Run, line: list[str]) -> None:
    result = run(*line)
    assert result.exit_code == 2
    assert result.stderr.startswith("acs: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_ACS_COMPLETE" in result.stdout


def test_help_and_devices_start_without_the_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from acs.cli.app import app\n"
        "from acs.cli import devices\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'twisted', 'sqlalchemy', 'litestar', 'numpy', 'lxml'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert done.returncode == 0, done.stderr


def test_a_name_written_nearly_right_is_met_with_the_right_one(run: Run) -> None:
    assert "is devices or events meant?" in run("devces").stderr
    assert "No such command 'xyzzy'" in run("xyzzy").stderr


def test_the_help_begins_with_what_is_done_every_day(run: Run) -> None:
    text = run("--help").stdout
    order = [text.index(f"\n  {name} ") for name in START]
    assert order == sorted(order)
    assert order[-1] < text.index("The fleet:")
    assert all(text.count(f"\n  {name} ") == 1 for name in COMMANDS)
