"""Reads case and label files line by line, plain or gzipped. It judges nothing."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from acs.cli.errors import NOT_FOUND, CliError, say_error
from diagnostics.cases import Case, Label, MalformedCase, decode_case, decode_label

_GZIP = b"\x1f\x8b"

T = TypeVar("T")


class LineReader:
    """Reads one file of JSON lines; lines that are none of what is asked are named on stderr.

    Attributes:
        bad: how many lines were not.
    """

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        """Read ``path``; when ``strict``, the first bad line ends it all."""
        self.path, self.strict, self.bad = path, strict, 0

    def cases(self) -> Iterator[Case]:
        """The cases of the file.

        Raises:
            CliError: it cannot be read, or when strict, a line is no case.
        """
        return self._decoded(decode_case)

    def labels(self) -> dict[str, Label]:
        """The labels of the file by case.

        Raises:
            CliError: it cannot be read, a line is no label, or a case has two.
        """
        labels: dict[str, Label] = {}
        for label in self._decoded(decode_label):
            if label.case in labels:
                raise CliError(f"{self.path}: case {label.case!r} has two labels")
            labels[label.case] = label
        return labels

    def _decoded(self, decode: Callable[[bytes], T]) -> Iterator[T]:
        for number, line in enumerate(self._lines(), 1):
            if not line.strip():
                continue
            try:
                yield decode(line)
            except MalformedCase as error:
                text = f"{self.path}: line {number}: {error}"
                if self.strict:
                    raise CliError(text) from error
                say_error(text)
                self.bad += 1

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                is_packed = file.read(len(_GZIP)) == _GZIP
                file.seek(0)
                if is_packed:
                    with gzip.open(file) as unpacked:
                        yield from unpacked
                else:
                    yield from file
        except FileNotFoundError as error:
            raise CliError(f"{self.path}: no such file", NOT_FOUND) from error
        except (OSError, EOFError, zlib.error) as error:
            raise CliError(f"{self.path}: cannot be read: {error}") from error
