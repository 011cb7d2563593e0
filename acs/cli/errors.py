"""How a command ends when it cannot do what was asked: one line on stderr and an exit code.

No command prints a traceback for a user's, a router's or the network's error.
"""

from typing import IO

import click

OK = 0
ERROR = 1
USAGE = 2
NOT_FOUND = 3
REFUSED = 4
UNREACHABLE = 5
TIMED_OUT = 6
INTERRUPTED = 130  # the shells' custom: 128 + SIGINT

EXITS = {
    OK: "done",
    ERROR: "error: the daemon, a router or a file would not",
    USAGE: "wrong usage of the command",
    NOT_FOUND: "not found (router, command, file)",
    REFUSED: "refused by a guard, each reason is printed",
    UNREACHABLE: "the daemon cannot be reached",
    TIMED_OUT: "timed out while waiting; the command itself goes on",
    INTERRUPTED: "interrupted (Ctrl-C)",
}
"""What each exit code means; help text and manual pages are made of it."""

EXIT_CODES = "\n".join(
    ("\b", "Exit codes:", *(f"{code:5}  {says}" for code, says in EXITS.items()))
)


class CliError(click.ClickException):
    """The command failed; the text says why in one line."""

    def __init__(self, message: str, exit_code: int = ERROR) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it of the instance

    def show(self, file: IO[str] | None = None) -> None:
        """Print ``acs: <text>`` on stderr."""
        say_error(self.format_message(), file)


def say_error(text: str, file: IO[str] | None = None) -> None:
    """Print one line ``acs: <text>`` on stderr."""
    click.echo(f"acs: {' '.join(text.split())}", file=file, err=file is None)
