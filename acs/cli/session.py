"""What a command that speaks to the daemon is handed: client, clock, printing; and its options.

No command's own logic lives here.
"""

import functools
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from acs.cli.contexts_file import Asked, chosen, path_of, read
from acs.cli.errors import USAGE, CliError
from acs.cli.output import CSV, FORM, FORMS, JSON

if TYPE_CHECKING:
    import httpx

    from acs.cli.client import Client

P = ParamSpec("P")
R = TypeVar("R")


_CONTEXT = "acs.context"  # where a context of click keeps the name that was asked for
_PATIENCE = 2.0  # seconds; whoever presses Tab waits
_OFFERED = 50  # routers at most
DEFAULT_SOCKET = "/run/acsd/api.sock"


@dataclass(frozen=True)
class Access:
    """Where the daemon is: a Unix socket, or a URL with a token. Its repr never shows the token.

    ``ca`` is the path of a PEM file of authorities, those alone that the URL's certificate may come
    from; empty: the usual ones.
    """

    socket: str = DEFAULT_SOCKET
    url: str = ""
    token: str = ""
    ca: str = ""

    def __repr__(self) -> str:
        return f"Access({self.place})"

    @property
    def place(self) -> str:
        """What to name in an error."""
        return self.url or self.socket


@dataclass(frozen=True)
class Surroundings:
    """What a command takes from outside: clock, sleep and perhaps a transport of requests."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    transport: "httpx.BaseTransport | None" = None


class Session:
    """A command's way to the daemon, opened when it is first used.

    Args:
        access: where the daemon is.
        around: clock and transport.
    """

    def __init__(self, access: Access, around: Surroundings) -> None:
        self._access = access
        self._around = around
        self._stack = ExitStack()
        self.now = around.now
        self.sleep = around.sleep

    @functools.cached_property
    def client(self) -> "Client":
        """Calls the API.

        Raises:
            CliError: the daemon cannot be reached.
        """
        from acs.cli.client import Client  # noqa: PLC0415 - httpx is slow to import

        return self._stack.enter_context(Client(self._access, self._around.transport))

    def close(self) -> None:
        """End the connection, if there is one."""
        self._stack.close()


def surroundings(ctx: click.Context) -> Surroundings:
    """Those given by the caller of the application, or the real ones."""
    return ctx.find_object(Surroundings) or Surroundings()


_OPTIONS = (
    click.option(
        "--socket",
        envvar="ACS_SOCKET",
        metavar="PATH",
        default=DEFAULT_SOCKET,
        show_default=True,
        show_envvar=True,
        help="Unix socket of the daemon; without it, the context in use ('acs contexts').",
    ),
    click.option(
        "--url",
        envvar="ACS_URL",
        metavar="URL",
        default="",
        show_envvar=True,
        help="HTTP address of the daemon, in place of the socket.",
    ),
    click.option(
        "--token",
        envvar="ACS_TOKEN",
        metavar="TOKEN",
        default="",
        help="Token for --url. Better in the variable ACS_TOKEN: arguments are seen by others.",
    ),
    click.option(
        "--ca",
        envvar="ACS_CA",
        metavar="FILE",
        default="",
        show_envvar=True,
        help="PEM file of the authorities that the certificate of an https --url may come from.",
    ),
)


def context_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add --context to the program itself: it stands before the command's name."""
    return click.option(
        "--context",
        metavar="NAME",
        expose_value=False,
        callback=_remember_context,
        shell_complete=_complete_context,
        help="Speak to the daemon of this name: see 'acs contexts'. Else ACS_CONTEXT.",
    )(command)


def _remember_context(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.meta[_CONTEXT] = value


def _complete_context(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    try:
        names = read(path_of(os.environ)).contexts
    except CliError:
        return []
    return sorted(name for name in names if name.startswith(incomplete))


def access_of(ctx: click.Context, socket: str, url: str, token: str, ca: str = "") -> Access:
    """Where the daemon is, by flags, environment, the context in use, or the default socket.

    A context's own token and authorities go with it; --token and --ca replace them, ACS_TOKEN and
    ACS_CA are for one that has none.

    Raises:
        CliError: what was said contradicts itself, or the contexts cannot be used.
    """
    source = ctx.get_parameter_source
    flagged = {name: source(name) is ParameterSource.COMMANDLINE for name in ("socket", "url")}
    said = source("socket") is not ParameterSource.DEFAULT  # the default would hide all contexts
    asked = Asked(
        flag_socket=socket if flagged["socket"] else "",
        flag_url=url if flagged["url"] else "",
        flag_context=ctx.meta.get(_CONTEXT) or "",
        socket=socket if said else "",
        url=url,
        context=os.environ.get("ACS_CONTEXT", ""),
    )
    found = chosen(asked, lambda: read(path_of(os.environ)))
    if found is not None and found.url:
        flagged_token = source("token") is ParameterSource.COMMANDLINE
        flagged_ca = source("ca") is ParameterSource.COMMANDLINE
        # ACS_TOKEN beside ACS_URL is that server's; it is not shown to another one.
        fits = found.url == url or not url
        return Access(
            url=found.url,
            token=token if flagged_token else found.secret() or (token if fits else ""),
            ca=ca if flagged_ca else found.ca or (ca if fits else ""),
        )
    if token and not url:
        raise CliError("--token needs --url: the socket asks for none", USAGE)
    if ca and source("ca") is ParameterSource.COMMANDLINE:
        raise CliError("--ca needs an https --url", USAGE)
    return Access(socket=socket if found is None else found.socket)


def with_api(command: Callable[Concatenate[Session, P], R]) -> Callable[..., R]:
    """Add --socket, --url, --token and --ca to a command, and hand it a ``Session`` first."""

    def run(*, socket: str, url: str, token: str, ca: str, **given: Any) -> R:
        ctx = click.get_current_context()
        session = Session(access_of(ctx, socket, url, token, ca), surroundings(ctx))
        with closing(session):
            return call(session, **given)

    call: Callable[..., R] = command
    functools.update_wrapper(run, command)
    return functools.reduce(lambda made, option: option(made), reversed(_OPTIONS), run)


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add --output, and --json as its short form; ``as_json``: print data in place of text.

    Which form the data takes is ``print_json``'s matter.
    """
    form = click.option(
        "--output",
        "form",
        type=click.Choice(FORMS),
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="What to print: a table or text, JSON, or CSV of the raw records.  [default: table]",
    )
    short = click.option(
        "--json", "as_json", is_flag=True, callback=_is_data, help="The same as --output json."
    )
    return form(short(command))


def _remember(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.meta[FORM] = value


def _is_data(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's signature
    form = ctx.meta.get(FORM)
    if value and form not in (None, JSON):
        raise click.UsageError(f"--json and --output {form} are two forms; give one", ctx)
    return value or form in (JSON, CSV)


def complete_router(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Ids and serial numbers that begin so, of the daemon that the line means; [] if it is away."""
    from acs.cli.client import Client  # noqa: PLC0415 - httpx is slow to import

    said = ctx.params
    try:
        socket = said.get("socket") or DEFAULT_SOCKET
        place = access_of(ctx, socket, said["url"], said["token"], said["ca"])
        with Client(place, surroundings(ctx).transport, _PATIENCE) as client:
            rows = client.get("/v1/routers", q=incomplete, limit=_OFFERED)["items"]
    except (CliError, KeyError, OSError):
        return []
    names = [name for row in rows for name in (row["router_id"], row["serial_number"])]
    ids = [name for name in names[::2] if name.startswith(incomplete)]
    return ids or [name for name in names[1::2] if name.startswith(incomplete)]


router_argument = click.argument("router", metavar="ROUTER", shell_complete=complete_router)
