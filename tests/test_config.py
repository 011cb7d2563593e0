"""The configuration: the example loads and states the defaults, every error is one clear line."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from acs.config import Config, ConfigError, load_config
from acs.duration import Duration

ROOT = Path(__file__).parent.parent
BAD = sorted((Path(__file__).parent / "bad_configs").glob("*.toml"))


def test_the_production_example_loads() -> None:
    config = load_config(ROOT / "etc" / "acsd.toml")
    assert config.cwmp.enrolment == "closed"
    assert config.actions.mode == "advise"
    assert config.actions.settle == 1800.0


def test_the_example_states_the_defaults() -> None:
    example = load_config(ROOT / "etc" / "acsd.toml")
    stated = msgspec.structs.replace(
        example, storage=msgspec.structs.replace(example.storage, key_file=None)
    )
    assert stated == Config()


def test_the_example_names_every_key_but_the_diagnosis() -> None:
    raw = tomllib.loads((ROOT / "etc" / "acsd.toml").read_text())
    whole = msgspec.to_builtins(Config(), enc_hook=float)
    whole.pop("diagnosis")
    raw.pop("diagnosis", None)
    assert _keys(raw) == _keys(whole)


def _keys(table: dict[str, object], prefix: str = "") -> set[str]:
    names = set()
    for name, value in table.items():
        names.add(prefix + name)
        if isinstance(value, dict):
            names |= _keys(value, f"{prefix}{name}.")
    return names


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    path = tmp_path / "acsd.toml"
    path.write_text("")
    assert load_config(path) == Config()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_an_error_names_file_key_found_and_allowed(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value) == f"{path}: {path.with_suffix('.txt').read_text().strip()}"
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: No such file or directory"):
        load_config(tmp_path / "nowhere.toml")
    path = tmp_path / "latin1.toml"
    path.write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_config(path)


def test_durations_are_seconds(tmp_path: Path) -> None:
    path = tmp_path / "acsd.toml"
    path.write_text('[cwmp]\nsession_timeout = "2m"\n')
    assert load_config(path).cwmp.session_timeout == Duration(120)
