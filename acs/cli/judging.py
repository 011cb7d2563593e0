"""Judges the cases of a file, one verdict a line. Files only; the judgement is the diagnosis'."""

from pathlib import Path
from typing import IO

from acs.cli.case_files import LineReader
from acs.cli.errors import CliError
from diagnostics.cases import verdict_line
from diagnostics.engine import diagnose
from diagnostics.thresholds import Thresholds


def judge_file(
    path: Path, output: IO[bytes], thresholds: Thresholds, *, strict: bool = False
) -> int:
    """Judge every case; how many were.

    A line that is no case is named on stderr, and the others are judged all the same; when
    ``strict``, nothing after it is.

    Raises:
        CliError: the file cannot be read, or some lines of it were no cases.
    """
    reader, judged = LineReader(path, strict=strict), 0
    for case in reader.cases():
        verdict = diagnose(case.history(), case.context(), thresholds, case.now)
        output.write(verdict_line(case, verdict) + b"\n")
        judged += 1
    if reader.bad:
        raise CliError(f"{path}: {judged} cases judged, {reader.bad} lines are no cases")
    return judged
