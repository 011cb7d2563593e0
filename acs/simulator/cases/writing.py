"""Writes cases, labels and notes into a folder. What they hold is made in ``generator``."""

import gzip
from pathlib import Path
from typing import IO, NamedTuple

from acs.simulator.cases.generator import cases as make_cases
from acs.simulator.cases.generator import lines
from acs.simulator.cases.scenario import SetName

_LEVEL = 1  # samples resemble one another: more effort hardly makes them smaller


class Files(NamedTuple):
    """The files of one set."""

    cases: Path
    labels: Path
    notes: Path


def write(folder: Path, count: int, seed: int, name: SetName, *, compress: bool = True) -> Files:
    """Write ``count`` cases of a set; ``folder`` is made if need be.

    The files are alike to the byte for the same arguments.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(
        folder / ("cases.jsonl.gz" if compress else "cases.jsonl"),
        folder / "labels.jsonl",
        folder / "notes.jsonl",
    )
    with (
        files.cases.open("wb") as raw,
        _packed(raw, compress=compress) as cases,
        files.labels.open("wb") as labels,
        files.notes.open("wb") as notes,
    ):
        for made in make_cases(count, seed, name):
            line = lines(made)
            cases.write(line.case + b"\n")
            labels.write(line.label + b"\n")
            notes.write(line.notes + b"\n")
    return files


def _packed(raw: IO[bytes], *, compress: bool) -> IO[bytes]:
    if not compress:
        return raw
    # no time and no name inside, so that the same cases give the same bytes
    return gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0)  # type: ignore[return-value]  # it is one
