import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
NOW = 1_790_000_000.0


def test_a_routers_fresh_diagnosis_is_told_with_its_reasons(acs: Run, known_router: str) -> None:
    result = acs("diagnose", known_router)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("reboot: a reboot would help  91% sure")
    assert "+ Free memory has fallen by 30 MiB in 9 days." in result.stdout
    assert json.loads(acs("diagnose", known_router, "--json").stdout)["action"] == "reboot"


def case(name: str) -> str:
    samples = [
        {"at": NOW - 3600 * (48 - hour), "values": {"sys.uptime": 3600 * hour, "eth.fcs_err": None}}
        for hour in range(48)
    ]
    return json.dumps(
        {"case": name, "call_at": NOW, "router": {"id": "00A1B2-S1"}, "samples": samples}
    )


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ""])
def test_cases_are_judged_without_a_daemon(run: Run, tmp_path: Path, suffix: str) -> None:
    cases, verdicts = tmp_path / f"cases{suffix}", tmp_path / "verdicts"
    text = f"{case('c1')}\n\n{case('c2')}\n".encode()
    cases.write_bytes(gzip.compress(text) if suffix.endswith("gz") else text)
    result = run("diagnose", str(cases), "--into", str(verdicts))
    assert result.exit_code == 0, result.stderr
    assert (result.stdout, result.stderr) == ("", "2 cases judged\n")
    found = [json.loads(line) for line in verdicts.read_text().splitlines()]
    assert [each["case"] for each in found] == ["c1", "c2"]
    assert sum(found[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert run("diagnose", str(cases)).stdout == verdicts.read_text()


def test_a_line_that_is_no_case_is_named_and_the_others_are_judged(
    run: Run, tmp_path: Path
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(f'{case("c1")}\n{{"case": 3}}\n{case("c3")}\n')
    result = run("diagnose", str(cases))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert f"acs: {cases}: line 2: " in result.stderr


def test_thresholds_may_come_from_a_configuration(run: Run, tmp_path: Path) -> None:
    cases, config = tmp_path / "cases.jsonl", tmp_path / "acsd.toml"
    cases.write_text(case("c1"))
    config.write_text("[diagnosis]\nnonsense = 1\n")
    result = run("diagnose", str(cases), "--config", str(config))
    assert result.exit_code == 2
    assert "diagnosis.nonsense: unknown key" in result.stderr


def test_cases_are_never_overwritten(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(case("c1"))
    assert run("diagnose", str(cases), "--into", str(cases)).exit_code == 2
    assert cases.read_text() == case("c1")


def test_broken_or_missing_case_files_are_one_line(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "cases.jsonl.gz"
    broken.write_bytes(gzip.compress(case("c1").encode())[:-20])
    assert run("diagnose", str(broken)).exit_code == 1
    missing = run("diagnose", str(tmp_path / "none.jsonl"))
    assert (missing.exit_code, missing.stderr.count("\n")) == (3, 1)
