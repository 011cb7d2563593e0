"""Commands around the daemon itself: ``serve``, ``demo`` and ``check-config``.

They only read options; the daemon and the demonstration have rooms of their own.
"""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acs.cli.errors import NOT_FOUND, USAGE, CliError
from acs.cli.session import surroundings
from acs.cli.types import Seconds
from acs.cli.words import rfc3339
from acs.duration import Duration

if TYPE_CHECKING:
    from acs.config import Config

config_option = click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    envvar="ACS_CONFIG",
    default="/etc/acsd/acsd.toml",
    show_default=True,
    show_envvar=True,
    help="Configuration file.",
)


def read_config(path: Path) -> "Config":
    """The configuration.

    Raises:
        CliError: the file is missing or not usable; the text names key and allowed values.
    """
    from acs.config import ConfigError, load_config  # noqa: PLC0415 - imports every room's settings

    try:
        return load_config(path)
    except ConfigError as error:
        raise CliError(str(error), USAGE if path.exists() else NOT_FOUND) from error


@click.command()
@config_option
@click.pass_context
def serve(ctx: click.Context, config: Path) -> None:
    """Run the daemon in the foreground until SIGTERM or SIGINT.

    Example:
      acs serve --config /etc/acsd/acsd.toml
    """
    gc.disable()  # a sixth of the start went into looking for garbage among what is imported
    settings = read_config(config)
    from acs import daemon  # noqa: PLC0415 - installs an event loop

    gc.enable()
    ctx.exit(daemon.run(settings))


@click.command("check-config")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def check_config(ctx: click.Context, file: Path) -> None:
    """Check the configuration FILE: unknown keys, wrong types, values that are not allowed.

    The API's certificate and key are looked at, too; "acs certs check" tells more of certificates.

    Example:
      acs check-config /etc/acsd/acsd.toml
    """
    settings = read_config(file)
    _check_certificate(file, settings, surroundings(ctx).now())
    click.echo(f"{file}: ok", err=True)


def _check_certificate(file: Path, settings: "Config", now: float) -> None:
    tls = settings.api.tls
    if tls is None:
        return
    from acs.tls.renewing import CertificateError  # noqa: PLC0415 - only if there is TLS
    from acs.tls.standard import verify_pair  # noqa: PLC0415 - cryptography is slow to import

    try:
        expires_at = verify_pair("api", tls.certificate, tls.key)
    except CertificateError as error:
        raise CliError(f"{file}: {error}", USAGE) from error
    if expires_at <= now:
        when = rfc3339(int(expires_at))
        click.echo(f"{file}: warning: api.certificate: it expired at {when}", err=True)


@click.command()
@click.option("--routers", type=click.IntRange(1, 5000), default=50, show_default=True)
@click.option(
    "--cwmp-port", type=click.IntRange(0, 65535), default=0, help="For routers; 0: any free one."
)
@click.option(
    "--api-port", type=click.IntRange(0, 65535), default=0, help="For the API; 0: any free one."
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where database and socket go; without it, a temporary folder.",
)
@click.option("--seconds", type=Seconds(), default=None, help="Stop by itself after this time.")
def demo(
    *,
    routers: int,
    cwmp_port: int,
    api_port: int,
    state_dir: Path | None,
    seconds: Duration | None,
) -> None:
    """Run the daemon with a fleet of virtual routers, some of them ill, on this machine alone.

    Example:
      acs demo --routers 50 --api-port 8080
    """
    from acs.simulator.demo import DemoOptions, run  # noqa: PLC0415 - installs an event loop

    options = DemoOptions(
        routers=routers,
        cwmp_port=cwmp_port,
        api_port=api_port,
        state_dir=state_dir,
        seconds=seconds,
    )
    run(options)
