"""``acs virtual-router`` and ``acs simulate --dump``: routers that live in this process.

They speak to loopback addresses only, unless told otherwise. How they behave is the simulator's.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from acs.cli.errors import ERROR, NOT_FOUND, USAGE, CliError
from acs.cli.types import Seconds
from acs.cli.words import plain
from acs.duration import Duration

_MODELS = ("tr181", "tr098", "voice", "odd")
_HTTP = 80


_OPTIONS = (
    click.option(
        "--server",
        "location",
        default="http://127.0.0.1:7547/",
        show_default=True,
        metavar="URL",
        help="The daemon's address for routers.",
    ),
    click.option(
        "--count", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many."
    ),
    click.option("--serial", default="", help="Serial number; of several, how it begins."),
    click.option(
        "--interval",
        type=Seconds(),
        default="60s",
        show_default=True,
        help="Between periodic Informs.",
    ),
    click.option(
        "--reboot-takes",
        type=Seconds(),
        default="10s",
        show_default=True,
        help="How long a reboot takes.",
    ),
    click.option("--username", default="", help="For the daemon; by default none is sent."),
    click.option(
        "--password",
        default="",
        envvar="ACS_ROUTER_PASSWORD",
        help="The same. Better in the variable ACS_ROUTER_PASSWORD: arguments are seen by others.",
    ),
    click.option("--seconds", type=Seconds(), help="End after so long; else at Ctrl-C."),
    click.option("--allow-remote", is_flag=True, help="Speak to other machines, too."),
)

dump_option = click.option(
    "--dump",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of a real router's parameters; they become the virtual router's own.",
)


def router_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how virtual routers behave; ``run_routers`` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("virtual-router")
@dump_option
@click.option(
    "--model",
    type=click.Choice(_MODELS),
    default="tr181",
    show_default=True,
    help="An invented product, in place of a dump.",
)
@router_options
def virtual_router(*, dump: Path | None, model: str, **behaviour: Any) -> None:
    """Run virtual routers that speak TR-069 to a daemon and carry out its commands.

    They answer all calls: parameters, objects, attributes, firmware and configuration, tests,
    software. Firmware is whatever file; its version is that in its name.

    Examples:
      acs virtual-router --serial LAB1
      acs virtual-router --dump router.csv --count 20
    """
    run_routers(dump, model, **behaviour)


def run_routers(
    dump: Path | None,
    model: str = "tr181",
    *,
    location: str,
    interval: Duration,
    reboot_takes: Duration,
    seconds: Duration | None,
    **more: Any,
) -> None:
    """Run virtual routers until a signal, or for so long.

    Raises:
        CliError: the dump is none, or the address is none of this machine's.
    """
    from acs.simulator import virtual  # noqa: PLC0415 - imports Twisted

    parts = urlsplit(location)
    try:
        port = parts.port or _HTTP
    except ValueError as error:
        raise CliError(f"--server: {error}", USAGE) from error
    if parts.scheme != "http" or not parts.hostname:
        raise CliError(f"--server: found {location!r}, allowed is http://HOST:PORT/PATH", USAGE)
    options = virtual.VirtualOptions(
        host=parts.hostname,
        port=port,
        path=parts.path or "/",
        model=model,
        dump=_text(dump),
        interval=float(interval),
        reboot_takes=float(reboot_takes),
        seconds=None if seconds is None else float(seconds),
        **more,
    )
    try:
        virtual.run(options, lambda text: click.echo(plain(text), err=True))
    except virtual.DumpError as error:
        raise CliError(f"{dump}: {error}", ERROR) from error
    except virtual.NotLoopbackError as error:
        raise CliError(f"--server: {error}; see --allow-remote", USAGE) from error


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    if not path.is_file():
        raise CliError(f"{path}: there is no such file", NOT_FOUND)
    return path.read_text(encoding="utf-8", errors="replace")
