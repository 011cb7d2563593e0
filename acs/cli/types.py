"""Kinds of command-line values that click does not know. Nothing about any one command."""

import contextlib
from datetime import UTC, datetime

import click

from acs.duration import Duration


class Seconds(click.ParamType[Duration]):
    """A duration such as ``90s`` or ``45m``.

    Args:
        at_least: seconds; what is shorter is a usage error.
    """

    name = "duration"

    def __init__(self, at_least: float = 0.0) -> None:
        self._at_least = at_least

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Duration:
        """Read the text; a wrong one is a usage error."""
        if isinstance(value, Duration):
            return value
        try:
            found = Duration.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if found < self._at_least:
            self.fail(f"found {value!r}, at least {self._at_least:g}s is allowed", param, ctx)
        return found


class Expiry(click.ParamType[datetime | Duration]):
    """A duration from now (``90d``), a date (from midnight UTC) or an RFC 3339 time."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | Duration:
        """Read the text; a wrong one is a usage error."""
        if isinstance(value, datetime | Duration):
            return value
        with contextlib.suppress(ValueError):
            return Duration.parse(value)
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f'found {value!r}; write "90d", "2027-01-31" or an RFC 3339 time', param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
