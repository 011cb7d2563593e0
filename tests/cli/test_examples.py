"""Every example, in the README and in the help texts, is one that the command line takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from acs.cli.app import COMMANDS, app

README = Path(__file__).parents[2] / "README.md"


def helps(command: click.Command, ctx: click.Context) -> Iterator[str]:
    yield command.help or ""
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from helps(inner, ctx)


def examples() -> Iterator[str]:
    ctx = click.Context(app)
    for name in sorted(COMMANDS):
        command = app.get_command(ctx, name)
        assert command is not None
        for text in helps(command, ctx):
            yield from re.findall(r"^ +(acs .+)$", _joined(text), re.MULTILINE)
    text = _joined(README.read_text("utf-8"))
    yield from re.findall(r"^ {4}(acs [a-z].+)$", text, re.MULTILINE)


def _joined(text: str) -> str:
    """Lines that a backslash continues, as one."""
    return re.sub(r" *\\\n *", " ", text)


def parts() -> Iterator[str]:
    """The commands of this program in the examples, without what a shell makes of them."""
    for line in examples():
        for part in re.split(r" && | \| | > ", line):
            if part.startswith("acs "):
                yield part.strip()


@pytest.mark.parametrize("line", sorted(set(parts())))
def test_an_example_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    if words[0] == "--context":
        words = words[2:]
    command: click.Command = app
    ctx = click.Context(app, info_name="acs")
    while isinstance(command, click.Group):
        _, inner, words = command.resolve_command(ctx, words)
        assert inner is not None
        command, parent = inner, ctx
        ctx = click.Context(command, parent=parent, info_name=command.name)
    wrong = ""
    try:
        command.make_context(command.name, words, parent=parent)
    except click.BadParameter as error:
        wrong = str(error)
    # the examples' files are not there
    assert not wrong or "does not exist" in wrong or "No such file" in wrong


def test_there_are_examples() -> None:
    assert len(list(examples())) > 80
