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

EXIT_CODES = """\b
Exit codes:
  0  done
  1  error: the daemon, a router or a file would not
  2  wrong usage of the command
  3  not found (router, command, file)
  4  refused by a guard, each reason is printed
  5  the daemon cannot be reached
  6  timed out while waiting; the command itself goes on
"""


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
