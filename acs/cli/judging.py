"""Judges the cases of a file, one verdict a line. Files only; the judgement is the diagnosis'."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from acs.cli.errors import ERROR, NOT_FOUND, CliError, say_error
from diagnostics.cases import MalformedCase, decode_case, verdict_line
from diagnostics.engine import diagnose
from diagnostics.thresholds import Thresholds

_GZIP = b"\x1f\x8b"


def judge_file(path: Path, output: IO[bytes], thresholds: Thresholds) -> int:
    """Judge every case; how many were.

    A line that is no case is named on stderr, and the others are judged all the same.

    Raises:
        CliError: the file cannot be read, or some lines of it were no cases.
    """
    judged, bad = 0, 0
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            case = decode_case(line)
        except MalformedCase as error:
            say_error(f"{path}: line {number}: {error}")
            bad += 1
            continue
        verdict = diagnose(case.history(), case.context(), thresholds, case.now)
        output.write(verdict_line(case, verdict) + b"\n")
        judged += 1
    if bad:
        raise CliError(f"{path}: {judged} cases judged, {bad} lines are no cases", ERROR)
    return judged


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            is_packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if is_packed:
                with gzip.open(file) as unpacked:
                    yield from unpacked
            else:
                yield from file
    except FileNotFoundError as error:
        raise CliError(f"{path}: no such file", NOT_FOUND) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CliError(f"{path}: cannot be read: {error}") from error
