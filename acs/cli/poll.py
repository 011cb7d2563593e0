"""``acs poll``: a process that polls, beside daemons that serve. It only reads options."""

from pathlib import Path

import click

from acs.cli.errors import USAGE, CliError
from acs.cli.service import config_option, read_config


@click.command()
@config_option
@click.pass_context
def poll(ctx: click.Context, config: Path) -> None:
    """Poll devices until SIGTERM or SIGINT, beside the daemons and with their configuration.

    It judges what it reads, and carries out the commands to polled devices. With SQLite, on one
    machine.

    Example:
      acs poll --config /etc/acsd/acsd.toml
    """
    settings = read_config(config)
    if not settings.polling.credentials_file:
        raise CliError(f"{config}: polling.credentials_file is empty", USAGE)
    from acs.polling_process import run  # noqa: PLC0415 - installs an event loop

    ctx.exit(run(settings))
