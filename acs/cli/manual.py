"""``acs manual``: writes the manual pages. What is in them is ``roff``'s matter."""

from importlib.metadata import version
from pathlib import Path

import click

from acs.cli.roff import pages


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.pass_context
def manual(ctx: click.Context, folder: Path) -> None:
    """Write the manual pages into DIR: acs.1, and one for each command.

    Examples:
      acs manual /usr/local/share/man/man1
      acs manual man && man -l man/acs-devices.1
    """
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in pages(root, f"acsd {version('acsd')}"):
        (folder / name).write_text(text, encoding="ascii")
        count += 1
    click.echo(f"{count} pages in {folder}", err=True)
