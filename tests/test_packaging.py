"""What an operator is given: the README's examples, the paths it names, the systemd unit."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from acs.config import ConfigError, load_config

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
UNIT = ROOT / "systemd" / "acsd.service"


def blocks() -> list[str]:
    """The README's indented blocks, without their indent."""
    found = re.findall(r"(?:^(?: {4}.*)?\n)+", README, re.MULTILINE)
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE).strip() for block in found]


def test_the_configuration_by_example_loads(tmp_path: Path) -> None:
    (example,) = [block for block in blocks() if block.startswith("[cwmp]")]
    path = tmp_path / "acsd.toml"
    path.write_text(example)
    config = load_config(path)
    assert config.actions.mode == "auto"
    assert config.diagnosis.power.boots_loop == 5


def test_the_error_by_example_is_what_is_printed(tmp_path: Path) -> None:
    (error,) = [block for block in blocks() if block.startswith("acs: acsd.toml")]
    path = tmp_path / "acsd.toml"
    path.write_text('[actions]\nsettle = "30 minutes"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).replace(f"{tmp_path}/", "") == error.removeprefix("acs: ")


def test_the_paths_in_the_readme_exist() -> None:
    named = set(re.findall(r"`((?:acs|diagnostics|etc|systemd|tests)/[\w./*-]+)`", README))
    assert len(named) > 15
    assert [path for path in sorted(named) if not list(ROOT.glob(path))] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_hardened() -> None:
    tool = shutil.which("systemd-analyze")
    assert tool is not None
    done = subprocess.run(  # noqa: S603 - a fixed command
        [tool, "security", "--offline=true", "--threshold=15", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-200:]


def test_the_unit_waits_for_readiness_and_is_watched() -> None:
    unit = UNIT.read_text()
    for line in ("Type=notify", "WatchdogSec=30", "StateDirectory=acsd", "acs serve --config"):
        assert line in unit
