"""``acs contexts``: names for several daemons. Which one a command speaks to is ``session``'s."""

import os
import sys

import click
import msgspec

from acs.cli.contexts_file import Book, Context, check_name, check_url, path_of, read, write
from acs.cli.errors import USAGE, CliError
from acs.cli.output import print_json, table
from acs.cli.session import json_option
from acs.cli.trust import trusting

_HEADINGS = ("IN USE", "CONTEXT", "ADDRESS", "TOKEN")


@click.group()
def contexts() -> None:
    """Give names to several daemons, and choose the one that commands speak to.

    A command takes the daemon that its flags name (--url, --socket, or --context before the
    command); else ACS_URL, ACS_SOCKET or ACS_CONTEXT; else the context in use; else the default
    socket. A token of a context goes to that context's address alone. Contexts are in
    acsd/contexts.json under XDG_CONFIG_HOME or ~/.config, which only its owner can read.

    Examples:
      acs contexts add prod --url https://acs.example.net --token-file ~/.acs-prod --use
      acs contexts add own --url https://acs.lan:7557 --ca ~/own-root.crt --with-token
      acs --context lab devices
      acs contexts list
    """


@contexts.command()
@click.argument("name")
@click.option("--url", default="", help="HTTP address of the daemon.")
@click.option("--socket", default="", metavar="PATH", help="Unix socket of the daemon.")
@click.option(
    "--token-file", default="", type=click.Path(dir_okay=False), help="File that holds the token."
)
@click.option(
    "--with-token", is_flag=True, help="Store a token that is read from standard input, unseen."
)
@click.option(
    "--ca",
    default="",
    type=click.Path(dir_okay=False),
    help="PEM file of the authorities that the certificate of an https --url may come from.",
)
@click.option("--use", "in_use", is_flag=True, help="Commands speak to it from now on.")
@click.option("--replace", is_flag=True, help="Put it in place of the one of that name.")
def add(
    *,
    name: str,
    url: str,
    socket: str,
    token_file: str,
    with_token: bool,
    ca: str,
    in_use: bool,
    replace: bool,
) -> None:
    """Add the context NAME: a daemon's address and what opens it.

    Examples:
      acs contexts add lab --socket /run/acsd-lab/api.sock
      acs contexts add prod --url https://acs.example.net --with-token --use
    """
    if bool(url) == bool(socket):
        raise CliError("a context has an address: give --url or --socket, one of them", USAGE)
    if (with_token or token_file) and not url:
        raise CliError("a token needs --url: the socket asks for none", USAGE)
    if with_token and token_file:
        raise CliError("--with-token and --token-file say the same; give one", USAGE)
    if ca and not url.startswith("https://"):
        raise CliError("--ca needs an https --url", USAGE)
    path = path_of(os.environ)
    book = read(path)
    if check_name(name) in book.contexts and not replace:
        raise CliError(f"there is a context {name!r} already; --replace overwrites it", USAGE)
    made = Context(
        socket=_whole(socket),
        url=check_url(url) if url else "",
        token=_ask() if with_token else "",
        token_file=_whole(token_file),
        ca=_whole(ca),
    )
    made.secret()  # a wrong file is told now
    if made.ca:
        trusting(made.ca)
    current = name if in_use else book.current
    write(path, Book(current, {**book.contexts, name: made}))
    hint = "" if current == name else f"; acs contexts use {name} makes it the one in use"
    click.echo(f"context {name}: {made.url or made.socket}{hint}", err=True)


def _whole(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""  # noqa: PTH100, PTH111 - text, no links followed


def _ask() -> str:
    if sys.stdin.isatty():
        text = click.prompt("Token", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    token = str(text).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CliError("that is no token: one line without spaces is expected", USAGE)
    return token


@contexts.command("list")
@json_option
def list_all(*, as_json: bool) -> None:
    """List the contexts. Tokens are not shown.

    Example:
      acs contexts list
    """
    book = read(path_of(os.environ))
    if as_json:
        print_json(
            [
                {
                    "name": name,
                    "in_use": name == book.current,
                    "url": each.url or None,
                    "socket": each.socket or None,
                    "token": bool(each.token or each.token_file),
                    "token_file": each.token_file or None,
                    "ca": each.ca or None,
                }
                for name, each in sorted(book.contexts.items())
            ]
        )
        return
    if not book.contexts:
        click.echo("no contexts; acs contexts add makes one", err=True)
        return
    rows = [
        ("*" if name == book.current else None, name, each.url or each.socket, _token(each))
        for name, each in sorted(book.contexts.items())
    ]
    table(_HEADINGS, rows)


def _token(context: Context) -> str | None:
    return f"in {context.token_file}" if context.token_file else "stored" if context.token else None


@contexts.command()
@click.argument("name", required=False)
@click.option("--none", "nobody", is_flag=True, help="No context is in use from now on.")
def use(*, name: str | None, nobody: bool) -> None:
    """Have commands speak to the context NAME from now on.

    Examples:
      acs contexts use prod
      acs contexts use --none
    """
    if (name is None) is not nobody:
        raise CliError("say which one: acs contexts use NAME, or --none", USAGE)
    path = path_of(os.environ)
    book = read(path)
    if name is not None:
        book.named(name)
    write(path, msgspec.structs.replace(book, current=name))


@contexts.command()
@click.argument("name")
def remove(*, name: str) -> None:
    """Forget the context NAME, and its token if that was stored with it.

    Example:
      acs contexts remove lab
    """
    path = path_of(os.environ)
    book = read(path)
    book.named(name)
    left = {each: found for each, found in book.contexts.items() if each != name}
    write(path, Book(None if book.current == name else book.current, left))
