"""Manual pages in roff (man(7)) made of commands of click. Files are written elsewhere."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

import click

from acs.cli.errors import EXITS

_EXAMPLES = re.compile(r"\n*(?:\x08\n)?Examples?:\n((?: .*\n?|\n)+)")
_ENVIRONMENT = {
    "ACS_SOCKET": "Unix socket of the daemon, as --socket.",
    "ACS_URL": "HTTP address of the daemon, as --url.",
    "ACS_TOKEN": "Token for ACS_URL, or for a context that has none.",
    "ACS_CA": "Authorities of the certificate of ACS_URL, as --ca.",
    "ACS_CONTEXT": "Context to use, as --context.",
    "ACS_CONFIG": "Configuration file of the daemon, as --config.",
    "NO_COLOR": "If set, nothing is coloured.",
    "XDG_CONFIG_HOME": "Where acsd/contexts.json is, in place of ~/.config.",
}


def pages(app: click.Group, version: str) -> Iterator[tuple[str, str]]:
    """Names of files and their texts: ``acs.1``, and one for each command below it.

    Args:
        app: the program.
        version: of acsd, for the foot of each page.
    """
    yield from _below(app, click.Context(app, info_name="acs"), version)


def _below(command: click.Command, ctx: click.Context, version: str) -> Iterator[tuple[str, str]]:
    title = ctx.command_path.replace(" ", "-")
    yield f"{title}.1", "\n".join(_page(command, ctx, version)) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from _below(inner, click.Context(inner, parent=ctx, info_name=name), version)


def _page(command: click.Command, ctx: click.Context, version: str) -> Iterator[str]:
    path = ctx.command_path
    title = path.replace(" ", "-")
    text, examples = _told(command.help or "")
    yield f'.TH "{_plain(title).upper()}" "1" "" "{_plain(version)}" "acsd"'
    yield from (".SH NAME", f"{_plain(title)} \\- {_plain(_first(text))}")
    yield ".SH SYNOPSIS"
    yield f"\\fB{_plain(path)}\\fR {_plain(' '.join(command.collect_usage_pieces(ctx)))}"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(text)
    yield from _options(command, ctx)
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        yield from _list(_commands(command, ctx))
    if examples:
        yield from (".SH EXAMPLES", ".nf")
        yield from (_line(line.strip()) for line in examples.splitlines())
        yield ".fi"
    if ctx.parent is None:
        yield ".SH ENVIRONMENT"
        yield from _list(_ENVIRONMENT.items())
    yield ".SH EXIT STATUS"
    yield from _list((str(code), says) for code, says in EXITS.items())
    if ctx.parent is not None:
        above = ctx.parent.command_path.replace(" ", "-")
        yield from (".SH SEE ALSO", f".BR {_plain(above)} (1)")


def _told(text: str) -> tuple[str, str]:
    """A help text without its examples, and these."""
    found = _EXAMPLES.search(text)
    if found is None:
        return text.strip(), ""
    return (text[: found.start()] + text[found.end() :]).strip(), found[1].strip("\n")


def _first(text: str) -> str:
    lines = takewhile(str.strip, text.splitlines())
    return re.split(r"(?<=\.)\s", " ".join(line.strip() for line in lines))[0].rstrip(".")


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        kept = paragraph.startswith("\b\n")
        yield ".PP"
        if kept:
            yield ".nf"
        yield from (_line(line if kept else line.strip()) for line in _lines(paragraph))
        if kept:
            yield ".fi"


def _lines(paragraph: str) -> Iterable[str]:
    return paragraph.removeprefix("\b\n").splitlines()


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    records = [param.get_help_record(ctx) for param in command.get_params(ctx)]
    found = [record for record in records if record is not None and record[1]]
    if found:
        yield ".SH OPTIONS"
        yield from _list(found)


def _commands(group: click.Group, ctx: click.Context) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(ctx):
        inner = group.get_command(ctx, name)
        assert inner is not None
        yield name, f"{_first(_told(inner.help or '')[0])}."


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f"\\fB{_plain(name)}\\fR")
        yield from (_line(line.strip()) for line in text.splitlines() if line.strip())


def _line(text: str) -> str:
    """A line of text: none that begins like a request of roff."""
    safe = _plain(text)
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def _plain(text: str) -> str:
    """Text that roff takes as it is: groff_char(7)."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in escaped)
