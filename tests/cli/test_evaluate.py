"""Cases are made, judged and evaluated from the command line, end to end."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    made = tmp_path / "cases"
    result = run("simulate", "--cases", "12", "--seed", "3", "--output", str(made))
    assert result.exit_code == 0, result.stderr
    assert "12 cases written" in result.stderr
    return made


def evaluate(run: Run, folder: Path, *more: str) -> Result:
    return run("evaluate", str(folder / "cases.jsonl.gz"), str(folder / "labels.jsonl"), *more)


def test_simulated_cases_can_be_diagnosed(run: Run, folder: Path, tmp_path: Path) -> None:
    verdicts = tmp_path / "verdicts.jsonl.gz"
    result = run("diagnose", str(folder / "cases.jsonl.gz"), "--into", str(verdicts))
    assert result.exit_code == 0, result.stderr
    found = [json.loads(line) for line in gzip.decompress(verdicts.read_bytes()).splitlines()]
    assert len(found) == 12
    assert set(found[0]) == {
        "case", "action", "confidence", "probabilities", "causes", "evidence", "would_change",
    }  # fmt: skip


def test_a_full_folder_is_left_alone(run: Run, folder: Path) -> None:
    before = (folder / "labels.jsonl").read_bytes()
    result = run("simulate", "--cases", "1", "--output", str(folder))
    assert result.exit_code == 1
    assert "is not empty" in result.stderr
    assert (folder / "labels.jsonl").read_bytes() == before


def test_help_teaches_the_sets(run: Run) -> None:
    result = run("simulate", "--help")
    for name in ("train", "in", "unseen", "hard", "perturbed"):
        assert f"\n    {name} " in result.stdout or f"\n  {name} " in result.stdout


def test_tables_stand_beside_one_another(run: Run, folder: Path) -> None:
    result = evaluate(run, folder)
    assert result.exit_code == 0, result.stderr
    for text in ("diagnosis", "always reboot", "uptime > 14 d", "oracle", "ECE", "ACCESS"):
        assert text in result.stdout
    assert "gradient boosting" not in result.stdout, "there was nothing to learn from"


def test_json_and_a_page_with_learned_baselines(run: Run, folder: Path, tmp_path: Path) -> None:
    train, page = tmp_path / "train", tmp_path / "page.html"
    made = run("simulate", "-n", "40", "--set", "train", "-s", "9", "-o", str(train))
    assert made.exit_code == 0, made.stderr
    files = (str(train / "cases.jsonl.gz"), str(train / "labels.jsonl"))
    names = "never,best threshold,logistic regression,gradient boosting"
    more = ("--train", *files, "--baselines", names, "--json", "--html", str(page))
    result = evaluate(run, folder, *more)
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    found = [policy["name"] for policy in report["policies"]]
    assert found == ["diagnosis", *names.split(","), "oracle"]
    assert report["cases"] == 12
    assert "<svg" in page.read_text()


def test_what_is_wrong_is_one_line(run: Run, folder: Path, tmp_path: Path) -> None:
    assert "no baseline is called 'luck'" in evaluate(run, folder, "--baselines", "luck").stderr
    labels = folder / "labels.jsonl"
    kept = labels.read_text().splitlines()
    labels.write_text("\n".join(kept[:-1]))
    assert "has no label" in evaluate(run, folder).stderr
    labels.write_text("\n".join([*kept, kept[0]]))
    assert "has two labels" in evaluate(run, folder).stderr
    labels.write_text("{}")
    result = evaluate(run, folder)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "line 1" in result.stderr
    labels.write_text("")
    assert "no label in it" in evaluate(run, folder).stderr
    assert run("evaluate", str(tmp_path / "no"), str(tmp_path / "no")).exit_code == 3


def test_a_strict_diagnosis_stops_at_the_first_bad_line(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"case": 3}\n{"case": 4}\n')
    result = run("diagnose", str(cases), "--strict")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "line 1" in result.stderr
