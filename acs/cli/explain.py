"""``acs explain``: what a verdict, a cause or a guard means; ``explaining`` knows it."""

import textwrap
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from acs.cli.errors import NOT_FOUND, CliError
from acs.cli.output import console, print_json, table
from acs.cli.session import json_option

if TYPE_CHECKING:
    from acs.cli.explaining import Explanation

_WIDTH = 100


def _complete(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from acs.cli.explaining import known  # noqa: PLC0415 - imports numpy

    return [
        CompletionItem(name, help=kind)
        for kind, names in known().items()
        for name in names
        if name.startswith(incomplete)
    ]


@click.command()
@click.argument("word", metavar="[VERDICT|CAUSE|GUARD]", required=False, shell_complete=_complete)
@json_option
def explain(*, word: str | None, as_json: bool) -> None:
    """Explain a VERDICT, CAUSE or GUARD: what it means, what leads to it, what to do.

    A cause is named by its id or a piece of its name. Without a word, all names are listed. It is
    told from the tables of this version; thresholds that your configuration changes are not in it.
    No daemon is needed.

    Examples:
      acs explain reboot
      acs explain F01
      acs explain "memory leak"
      acs explain voice
    """
    from acs.cli.explaining import explained, known  # noqa: PLC0415 - imports numpy

    if word is None:
        every = [each for names in known().values() for name in names for each in explained(name)]
        found = tuple({(each.kind, each.name): each for each in every}.values())
        if as_json:
            print_json(found)
        else:
            table(("KIND", "NAME", "MEANS"), [(e.kind, e.name, e.means) for e in found])
        return
    found = explained(word)
    if not found:
        raise CliError(f"{word!r} is no verdict, cause or guard; acs explain lists them", NOT_FOUND)
    if as_json:
        print_json(found)
        return
    click.echo("\n\n".join(map(_text, found)))


def _text(found: "Explanation") -> str:
    out = console()
    width = min(out.width, _WIDTH) if out.is_terminal else _WIDTH
    lines = [f"{found.kind} {found.name}: {found.means}"]
    if found.says:
        lines += ["", f"The operator says: {found.says}"]
    for heading, texts in (
        ("What leads to it", found.leads),
        ("What speaks against it", found.against),
        ("What to do", found.do),
        ("See", found.look),
    ):
        if texts:
            lines += ["", f"{heading}:", *(f"  {text}" for text in texts)]
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="    ", break_long_words=False) if line else ""
        for line in lines
    )
