"""``acs tokens``: tokens for the API, made in the database itself so that no daemon need run.

Listing and revoking is the daemon's.

A token is printed once, on stdout alone; what is stored is its hash.
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import click

from acs.api.tokens import SCOPES, binding_error, hash_token, new_token
from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json, table
from acs.cli.service import config_option, read_config
from acs.cli.session import Session, json_option, surroundings, with_api
from acs.cli.types import Expiry
from acs.cli.words import rfc3339
from acs.duration import Duration


@click.group()
def tokens() -> None:
    """Make, list and revoke tokens for the API.

    Example:
      acs tokens create --scope read --name grafana --expires 365d
    """


@tokens.command()
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; admin includes act, which includes contacts and read, which includes "
    "metrics.",
)
@click.option("--subscriber", metavar="ACCOUNT", help="Whom a self-service token is about.")
@click.option("--name", help="Whom it is for; it appears as asked_by. Without it, made up.")
@click.option("--expires", type=Expiry(), help='When: "90d" from now, or a date. Never otherwise.')
@config_option
@click.pass_context
def create(
    ctx: click.Context,
    *,
    scopes: tuple[str, ...],
    subscriber: str | None,
    name: str | None,
    expires: datetime | Duration | None,
    config: Path,
) -> None:
    """Make a token and print it; it cannot be shown again.

    Examples:
      acs tokens create --scope act --name call-centre
      ACS_TOKEN=$(acs tokens create --scope read --expires 90d)
    """
    now = surroundings(ctx).now()
    expires_at = now + expires if isinstance(expires, Duration) else _unix(expires)
    if expires_at is not None and expires_at <= now:
        raise CliError("the expiry has passed already", USAGE)
    wrong = binding_error(scopes, subscriber)
    if wrong is not None:
        raise CliError(wrong + ("" if subscriber else ": --subscriber ACCOUNT"), USAGE)
    settings = read_config(config)
    from acs.cli.database import opened  # noqa: PLC0415 - imports Twisted and SQLAlchemy

    token = new_token()
    name = name or f"token-{rfc3339(round(now))}-{token[-4:]}"
    with opened(settings.storage) as database:
        database.add_token(hash_token(token), scopes, name, expires_at, now, account=subscriber)
    until = "never expires" if expires_at is None else f"expires {rfc3339(expires_at)}"
    click.echo(f"token {name} ({', '.join(scopes)}), {until}; it is shown this once:", err=True)
    click.echo(token)


@tokens.command("list")
@json_option
@with_api
def list_tokens(session: Session, *, as_json: bool) -> None:
    """List tokens by name, those too that have expired. What they are is not kept.

    Example:
      acs tokens list
    """
    found = session.client.get("/v1/tokens")["items"]
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no tokens", err=True)
        return
    now = rfc3339(round(session.now()))
    table(
        ("NAME", "SCOPES", "SUBSCRIBER", "MADE", "EXPIRES"),
        (
            (
                one["name"],
                ", ".join(one["scopes"]),
                one.get("account") or "",
                one["created_at"],
                _until(one.get("expires_at"), now),
            )
            for one in found
        ),
    )


def _until(expires_at: str | None, now: str) -> str:
    if expires_at is None:
        return "never"
    return f"{expires_at} (expired)" if expires_at <= now else expires_at


@tokens.command()
@click.argument("name")
@with_api
def revoke(session: Session, *, name: str) -> None:
    """Revoke the token NAME: from now on it is worth nothing.

    Example:
      acs tokens revoke grafana
    """
    session.client.delete(f"/v1/tokens/{quote(name, safe='')}")
    click.echo(f"token {name} is revoked", err=True)


def _unix(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
