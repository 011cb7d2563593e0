"""What is taken and answered where known routers are let in; docstrings are the descriptions."""

from typing import Annotated

import msgspec
from msgspec import Meta

from acs.cwmp.importing import Line

LINES = 500


class ImportBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Routers that are to be let in, each by itself.

    Attributes:
        lines: the routers.
        replace: give those that are let in already the credentials of their lines, too.
        dry_run: store nothing, only say what would become of each line.
    """

    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=LINES)]
    replace: bool = False
    dry_run: bool = False


class ImportProblem(msgspec.Struct, frozen=True):
    """A line that was not taken.

    Attributes:
        line: its place in ``lines``, from 0.
        says: which column is wrong, what was found and what is allowed; never a password.
    """

    line: int
    says: str


class ImportDocument(msgspec.Struct, frozen=True):
    """What became of the lines.

    Attributes:
        enrolled: so many routers were let in, or would be.
        known: so many were let in before and stay as they are.
        problems: the lines that were not taken.
    """

    enrolled: int
    known: int
    problems: tuple[ImportProblem, ...]
