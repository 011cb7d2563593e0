"""Files of cases: alike to the byte, readable, complete."""

import gzip
import json
from pathlib import Path

from acs.simulator.cases.writing import write


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    first = write(tmp_path / "a", 3, 4, "hard")
    second = write(tmp_path / "b", 3, 4, "hard")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_each_case_has_its_label_and_its_notes(tmp_path: Path) -> None:
    files = write(tmp_path / "new" / "folder", 3, 4, "in")
    lines = gzip.decompress(files.cases.read_bytes()).splitlines()
    names = [json.loads(line)["case"] for line in lines]
    assert len(set(names)) == 3
    for path in (files.labels, files.notes):
        assert [json.loads(line)["case"] for line in path.read_text().splitlines()] == names


def test_cases_may_be_plain(tmp_path: Path) -> None:
    files = write(tmp_path, 2, 4, "in", compress=False)
    assert files.cases.name == "cases.jsonl"
    assert len(files.cases.read_bytes().splitlines()) == 2
