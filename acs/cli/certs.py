"""``acs certs``: what is the matter with the certificates that a configuration names.

The daemon need not run; what is looked at are the files.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import click

from acs.cli.errors import ERROR, CliError
from acs.cli.output import print_json
from acs.cli.service import config_option, read_config
from acs.cli.session import json_option, surroundings
from acs.cli.words import rfc3339

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from acs.config import Config
    from acs.tls.settings import TlsSettings

_API = "api"
_DAY = 86_400.0
_OTHERS = 0o077
_SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")


class _Checked(NamedTuple):
    listener: str
    file: str
    days: float | None
    expires: str | None
    names: tuple[str, ...]
    problems: tuple[str, ...]


@click.group()
def certs() -> None:
    """Look after the certificates of the listeners with TLS.

    Example:
      acs certs check --config /etc/acsd/acsd.toml
    """


@certs.command()
@config_option
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=21,
    show_default=True,
    help="A certificate that ends within so many days is wrong.",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help=f"PEM file of the authorities that clients know; without it {_SYSTEM}.",
)
@click.option("--host", default="", help="Name by which routers call the CWMP listener.")
@json_option
@click.pass_context
def check(
    ctx: click.Context, *, config: Path, days: int, ca: Path | None, host: str, as_json: bool
) -> None:
    """Check each listener's certificate: its chain, key, names, dates and strength.

    Ends with exit code 1 when something is wrong, or will be within --days.

    Examples:
      acs certs check --config /etc/acsd/acsd.toml --days 30
      acs certs check --ca /etc/acsd/own-root.crt --host acs.example.net
    """
    settings = read_config(config)
    now = surroundings(ctx).now()
    found = [
        _check(name, tls, called, ca, now=now, within=days * _DAY)
        for name, tls, called in _listeners(settings, host)
    ]
    if as_json:
        print_json([one._asdict() for one in found])
    else:
        for one in found:
            _show(one)
        if not found:
            click.echo("no listener has TLS", err=True)
    wrong = sum(bool(one.problems) for one in found)
    if wrong:
        raise CliError(f"{wrong} of {len(found)} certificates need attention", ERROR)


def _listeners(settings: "Config", host: str) -> Iterator[tuple[str, "TlsSettings", str]]:
    """Name, settings and the name that is called of each listener with TLS."""
    if settings.cwmp.tls.listen:
        yield "cwmp", settings.cwmp.tls, host
    if settings.files.enabled and settings.files.tls.listen:
        url = urlsplit(settings.files.public_url)
        yield "files", settings.files.tls, url.hostname or "" if url.scheme == "https" else ""
    if settings.api.tls is not None:
        yield _API, settings.api.tls, ""


def _check(
    name: str, tls: "TlsSettings", host: str, ca: Path | None, *, now: float, within: float
) -> _Checked:
    from acs.tls import checking  # noqa: PLC0415 - cryptography is slow to import
    from acs.tls.context import verify_files  # noqa: PLC0415 - as OpenSSL is
    from acs.tls.renewing import CertificateError  # noqa: PLC0415 - only if there is TLS
    from acs.tls.standard import verify_pair  # noqa: PLC0415 - as OpenSSL is

    try:
        if name == _API:
            verify_pair(name, tls.certificate, tls.key)
        else:
            verify_files(name, tls)
        chain, key = Path(tls.certificate).read_bytes(), Path(tls.key).read_bytes()
        found = checking.check(chain, key, _roots(ca), host=host, now=now, within=within)
        problems = list(found.problems)
        authorities = str(getattr(tls, "client_ca", ""))
        if authorities:
            pem = Path(authorities).read_bytes()
            problems += checking.check_authorities(pem, now, within)
    except (CertificateError, checking.UnreadableError, OSError) as error:
        return _Checked(name, tls.certificate, None, None, (), (str(error),))
    if Path(tls.key).stat().st_mode & _OTHERS:
        problems.append(f"others can read the key: chmod 600 {tls.key}")
    expires = rfc3339(int(found.expires_at))
    days = round(found.days, 1)
    return _Checked(name, tls.certificate, days, expires, found.names, tuple(problems))


def _roots(ca: Path | None) -> list["Certificate"]:
    from cryptography import x509  # noqa: PLC0415 - slow to import

    path = ca or _SYSTEM
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of the system's authorities are oddly numbered
            return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError:
        return []
    except ValueError as error:
        raise CliError(f"{path}: no PEM certificates") from error


def _show(one: _Checked) -> None:
    names = ", ".join(one.names) or "no names"
    until = f"good until {one.expires} ({one.days:g} days), " if one.expires else ""
    click.echo(f"{one.listener}: {one.file}: {until}{names}")
    for problem in one.problems:
        click.echo(f"{one.listener}: {problem}", err=True)
