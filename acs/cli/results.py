"""Results of commands as text for people, by kind. Nothing is asked of anybody here."""

from collections.abc import Iterable, Mapping, Sequence

import click

from acs.cli.answers import Command
from acs.cli.output import table
from acs.cli.waiting import fault_of, unit_fault
from acs.cli.words import plain, span

_LATER = 1  # status of the standard's responses: committed, and applied later
NOTIFICATIONS = (
    "none",
    "passive",
    "active",
    "passive lightweight",
    "passive with passive lightweight",
    "active lightweight",
    "passive with active lightweight",
)
"""Notification 0 to 6 in words (TR-069 Amendment 6, A.3.2.4)."""


def show_values(command: Command) -> None:
    """Values, with those of before if there are any."""
    result = command.result
    values, before = result.get("values"), result.get("before")
    if isinstance(before, dict) and isinstance(values, dict):
        rows = ((name, before.get(name), text) for name, text in sorted(values.items()))
        table(("PARAMETER", "BEFORE", "NOW"), rows)
    elif isinstance(values, dict):
        table(("PARAMETER", "VALUE"), sorted(values.items()))
    _say_what_is_left(result)


def _say_what_is_left(result: Mapping[str, object]) -> None:
    if result.get("status") == _LATER:
        click.echo("the router applies it later, perhaps after a reboot", err=True)
    unread = result.get("unread")
    if isinstance(unread, dict):
        click.echo(f"set, but it could not be read back: {fault_of(unread)}", err=True)


def show_names(command: Command) -> None:
    """Names, and whether they may be written."""
    names = command.result.get("names")
    if isinstance(names, Mapping):
        rows = ((name, yes_or_no(can)) for name, can in names.items())
        table(("NAME", "WRITABLE"), rows)


def show_attributes(command: Command) -> None:
    """Who is told of changes, and who may write."""
    found = command.result.get("attributes")
    if isinstance(found, Mapping):
        table(("PARAMETER", "NOTIFICATION", "WRITERS"), map(_attributes, found.items()))
    _say_what_is_left(command.result)


def _attributes(entry: tuple[str, object]) -> Sequence[object]:
    name, found = entry
    each = found if isinstance(found, Mapping) else {}
    level, writers = each.get("notification"), each.get("access_list")
    known = isinstance(level, int) and 0 <= level < len(NOTIFICATIONS)
    words = f"{level} {NOTIFICATIONS[level]}" if known else str(level)  # type: ignore[index]  # an int
    listed = ", ".join(map(str, writers)) if isinstance(writers, list) else ""
    return name, words, listed or None


def show_object(command: Command) -> None:
    """The object that was added, and its values."""
    click.echo(plain(command.result.get("object", "")))
    if command.result.get("values"):
        show_values(command)
    else:
        _say_what_is_left(command.result)


def show_status(command: Command) -> None:
    """What is left to say when all went well."""
    _say_what_is_left(command.result)


def show_members(command: Command) -> None:
    """A result that has no look of its own, member by member."""
    table(("FIELD", "VALUE"), _flat(command.result, ""))


def _flat(values: Mapping[str, object], prefix: str) -> Iterable[Sequence[object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for number, each in enumerate(value, 1):
                inner = each if isinstance(each, Mapping) else {"": each}
                yield from _flat(inner, f"{prefix}{name}.{number}.")
        else:
            yield f"{prefix}{name}".removesuffix("."), value


def show_transfer(command: Command) -> None:
    """A file that was brought or taken."""
    started, ended = command.sent_at, command.ended_at
    if started and ended:
        click.echo(f"it took {span((ended - started).total_seconds())}", err=True)
    if command.kind == "upload" and "/u/" in str(command.arguments.get("url", "")):
        click.echo(f"kept: acs files fetch {command.router_id} {command.command_id}", err=True)
    facts = {
        name: value
        for name, value in command.result.items()
        if name not in ("status", "fault_code", "fault_string") and value not in ("", None)
    }
    if facts:
        table(("FIELD", "VALUE"), _flat(facts, ""))


def show_units(command: Command) -> None:
    """What became of software."""
    units = command.result.get("operations")
    rows = [each for each in units if isinstance(each, Mapping)] if isinstance(units, list) else []
    if not rows:
        return
    heads = ("UUID", "VERSION", "STATE", "UNIT", "FAULT")
    table(heads, map(_unit, rows))


def _unit(unit: Mapping[str, object]) -> Sequence[object]:
    text = unit_fault(unit) or None
    names = ("uuid", "version", "current_state", "deployment_unit_ref")
    return (*(unit.get(name) or None for name in names), text)


def yes_or_no(value: object) -> str | None:
    """A truth in words; None stays so."""
    return None if value is None else "yes" if value else "no"
