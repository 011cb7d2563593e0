"""Data models from files on disk to the daemon."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.datamodel.xml import FILES, SERVICE, document

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_model_is_imported_listed_shown_and_removed(acs: Run, folder: Path) -> None:
    result = acs("datamodel import", str(folder / "model.xml"), str(folder / "service.xml"))
    assert result.exit_code == 0, result.stderr
    assert "Device:2.2: 4 objects, 13 parameters" in result.stderr
    listed = acs("datamodel list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [
        "MODEL",
        "Device:2.1",
        "Device:2.2",
        "StorageService:1.0",
    ]
    shown = acs("datamodel show", "Device.WiFi.Radio.1.Channel", "--model", "Device:2.2").stdout
    assert shown.splitlines()[1].split()[:4] == [
        "Device:2.2",
        "Device.WiFi.Radio.{i}.Channel",
        "unsignedInt",
        "yes",
    ]
    found = json.loads(acs("datamodel show", "Device.WiFi.", "--json").stdout)
    assert set(found) == {"Device:2.1", "Device:2.2"}
    assert acs("datamodel show", "Device.None").exit_code == 3
    assert acs("datamodel show", "Device.", "--model", "Device:9.9").exit_code == 3
    for name in ("Device:2.1", "Device:2.2", "StorageService:1.0"):
        assert acs("datamodel remove", name).exit_code == 0
    assert acs("datamodel remove", "Device:2.1").exit_code == 3
    assert acs("datamodel list").stderr == "no data models\n"


def test_what_is_missing_is_said(acs: Run, folder: Path) -> None:
    (folder / "types.xml").unlink()
    result = acs("datamodel import", str(folder / "model.xml"), "--dry-run")
    assert result.exit_code == 0
    assert "not resolved: file types.xml: it is not there" in result.stderr
    assert acs("datamodel list").stdout == ""


def test_files_are_looked_for_elsewhere_too(acs: Run, folder: Path) -> None:
    elsewhere = folder / "types"
    elsewhere.mkdir()
    (folder / "types.xml").rename(elsewhere / "types.xml")
    result = acs(
        "datamodel import", str(folder / "model.xml"), "--search", str(elsewhere), "--dry-run"
    )
    assert "not resolved" not in result.stderr


def test_the_newest_corrigendum_is_taken(acs: Run, folder: Path) -> None:
    importing = '<import file="tr-140-1-1.xml"><model name="StorageService:1.0"/></import>'
    model = '<model name="StorageService:1.1" base="StorageService:1.0" isService="true"/>'
    (folder / "tr-140-1-2-0.xml").write_bytes(document(importing + model))
    for number in ("2", "10"):
        name = SERVICE.replace('"HostName"', f'"HostName{number}"')
        (folder / f"tr-140-1-1-{number}.xml").write_bytes(document(name))
    result = acs("datamodel import", str(folder / "tr-140-1-2-0.xml"))
    assert "not resolved" not in result.stderr
    found = acs("datamodel show", "StorageService.1.HostName10", "--json").stdout
    assert list(json.loads(found)) == ["StorageService:1.1"]
    acs("datamodel remove", "StorageService:1.1")


@pytest.mark.parametrize(
    ("content", "code"), [(None, 3), (b"<a/>", 1), (b"<!DOCTYPE a><a/>", 1), (document(""), 1)]
)
def test_a_wrong_file_is_one_line(
    acs: Run, tmp_path: Path, content: bytes | None, code: int
) -> None:
    path = tmp_path / "wrong.xml"
    if content is not None:
        path.write_bytes(content)
    result = acs("datamodel import", str(path))
    assert result.exit_code == code
    assert result.stderr.startswith("acs: ")
    assert result.stderr.count("\n") == 1


def test_only_one_model_of_a_file(acs: Run, folder: Path) -> None:
    path = str(folder / "model.xml")
    assert acs("datamodel import", path, "--model", "Device:9.9").exit_code == 2
    result = acs("datamodel import", path, "--model", "Device:2.1", "--dry-run")
    assert "Device:2.2" not in result.stderr
