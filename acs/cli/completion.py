"""Completion scripts for shells; click makes them. No completion logic lives here."""

import click
from click.shell_completion import get_completion_class

from acs.cli.errors import CliError


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    Examples:
      acs completion bash > /etc/bash_completion.d/acs
      acs completion fish > ~/.config/fish/completions/acs.fish
    """
    made = get_completion_class(shell)
    if made is None:
        raise CliError(f"no completion for {shell}")
    root = ctx.find_root()
    click.echo(made(root.command, {}, "acs", "_ACS_COMPLETE").source())
