import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from acs.cli.app import COMMANDS, app
from acs.cli.errors import EXITS
from acs.cli.roff import pages

Run = Callable[..., Result]
PAGES = dict(pages(app, "acsd 1.0"))


def test_there_is_a_page_for_the_program_and_each_command() -> None:
    assert {"acs.1", *(f"acs-{name}.1" for name in COMMANDS)} <= set(PAGES)
    assert "acs-contexts-add.1" in PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_has_its_parts_and_every_option(name: str) -> None:
    text = PAGES[name]
    for part in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS"):
        assert f".SH {part}\n" in text
    assert text.isascii()
    assert "\b" not in text
    assert "\\-\\-help" in text
    for code in EXITS:
        assert f"\\fB{code}\\fR" in text


def test_text_that_roff_would_obey_is_kept_as_text() -> None:
    text = PAGES["acs-replay.1"]
    assert "jq '.[0].turns[].reply.message'" in text
    requests = {line.split()[0] for line in text.splitlines() if line.startswith(".")}
    assert requests <= {".TH", ".SH", ".PP", ".TP", ".nf", ".fi", ".BR"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_nothing_to_warn_of(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "man"
    assert run("manual", str(folder)).exit_code == 0
    files = sorted(map(str, folder.iterdir()))
    assert len(files) == len(PAGES)
    line = ["groff", "-man", "-ww", "-Tutf8", *files]
    done = subprocess.run(line, capture_output=True, text=True, check=True)  # noqa: S603 - our own files
    assert done.stderr == ""
    shown = re.sub(r"\x1b\[\d+m", "", done.stdout)
    assert "acs contexts add prod --url https://acs.example.net --with-token --use" in shown
