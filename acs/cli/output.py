"""Printing: JSON and CSV for programs, tables and text for people.

What is printed is decided elsewhere.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from acs.cli.words import ago, number, plain

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 240  # columns where there is no terminal: nothing is cut off in a pipe

VERDICT_STYLES = {
    "none": "green",
    "reboot": "bold yellow",
    "consult_wifi": "cyan",
    "consult_lan": "cyan",
    "incident": "bold magenta",
    "technician": "bold red",
    "replace": "bold red",
    "firmware": "yellow",
    "escalate": "yellow",
}
STATE_STYLES = {
    "refused": "yellow",
    "failed": "red",
    "unconfirmed": "red",
    "expired": "yellow",
    "withdrawn": "yellow",
    "verified": "green",
    "done": "green",
}


TABLE, JSON, CSV = "table", "json", "csv"
FORMS = (TABLE, JSON, CSV)
FORM = "acs.output"  # where a context keeps what --output asked for


def print_json(value: object) -> None:
    """Print a value as one JSON document, laid out for reading; as CSV if --output asks for that.

    Times become RFC 3339.
    """
    ctx = click.get_current_context(silent=True)
    if ctx is not None and ctx.meta.get(FORM) == CSV:
        from acs.cli.records import as_csv  # noqa: PLC0415 - few ask for it

        click.echo(as_csv(value), nl=False)
        return
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    # JSON leaves DEL, C1 controls and direction marks alone; a terminal may obey them.
    click.echo("\n".join(_escape(line) for line in text.split("\n")))


def _escape(line: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if plain(char) != char else char for char in line)


def console() -> "Console":
    """A console on stdout: colours on a terminal alone, and none with NO_COLOR."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    tty = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        width=None if tty else _WIDE,
        no_color=not tty or bool(os.environ.get("NO_COLOR")),
        force_terminal=tty,
        highlight=False,
        markup=False,
        emoji=False,
    )


def utf8() -> bool:
    """Whether stdout takes block characters."""
    return "utf" in (sys.stdout.encoding or "").lower()


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], styles: dict[str, str] | None = None
) -> None:
    """Print rows under headings. A cell whose text is a key of ``styles`` is coloured so."""
    from rich.text import Text  # noqa: PLC0415 - slow to import

    from acs.cli import layout  # noqa: PLC0415 - imports rich

    out, known = console(), styles or {}
    cells = [[number(cell) if cell is not None else layout.EMPTY for cell in row] for row in rows]
    for count, line in enumerate(
        layout.lines(headings, cells, out.width if out.is_terminal else None)
    ):
        text = Text(style="bold" if not count else "")
        for piece in line:
            text.append(piece.text, style=known.get(piece.cell, ""))
        out.print(text, soft_wrap=True)


def retry(at: datetime, now: float) -> str:
    """When a refused command may be given again, in words."""
    return "may be tried again" if at.timestamp() <= now else f"try again {when(at, now)}"


def when(at: datetime | None, now: float) -> str:
    """A moment of an answer, seen from now."""
    return ago(None if at is None else at.timestamp(), now)
