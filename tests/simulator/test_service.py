"""The daemon's files as the demonstration writes them."""

import tomllib
from pathlib import Path

from acs.config import load_config
from acs.simulator.demo import demo_tables
from acs.simulator.service import Service, toml


def test_toml_is_read_back() -> None:
    tables = {
        "a": {"text": 'c:\\x "y"', "yes": True, "n": 3, "x": 0.5, "list": ["p", "q"]},
        "b": {"deep": {"inf": float("inf")}, "flat": ""},
    }
    assert tomllib.loads(toml(tables)) == tables


def test_the_demonstration_has_a_valid_configuration(tmp_path: Path) -> None:
    service = Service(tmp_path, demo_tables(), cwmp_port=7001, api_port=7002)
    config = load_config(service.config)
    assert config.cwmp.listen == "127.0.0.1:7001"
    assert config.cwmp.enrolment == "open"
    assert config.api.listen == "127.0.0.1:7002"
    assert config.api.socket == str(service.socket)
    assert config.actions.mode == "auto"
    assert config.actions.guards.proactive_mbps == float("inf")


def test_a_long_folder_does_not_make_a_long_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    service = Service(deep, {})
    assert len(str(service.socket)) <= 100
    service.stop()
