"""What a command that speaks to the daemon is handed: client, clock, printing; and its options.

No command's own logic lives here.
"""

import functools
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from acs.cli.errors import USAGE, CliError

if TYPE_CHECKING:
    import httpx

    from acs.cli.client import Client

P = ParamSpec("P")
R = TypeVar("R")


DEFAULT_SOCKET = "/run/acsd/api.sock"


@dataclass(frozen=True)
class Access:
    """Where the daemon is: a Unix socket, or a URL with a token. Its repr never shows the token."""

    socket: str = DEFAULT_SOCKET
    url: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return f"Access({self.place})"

    @property
    def place(self) -> str:
        """What to name in an error."""
        return self.url or self.socket


@dataclass(frozen=True)
class Surroundings:
    """What a command takes from outside: the clock and, in place of a connection, a transport."""

    now: Callable[[], float] = time.time
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
        help="Unix socket of the daemon.",
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
)


def with_api(command: Callable[Concatenate[Session, P], R]) -> Callable[..., R]:
    """Add --socket, --url and --token to a command, and hand it a ``Session`` first."""

    def run(*, socket: str, url: str, token: str, **given: Any) -> R:
        if token and not url:
            raise CliError("--token needs --url: the socket asks for none", USAGE)
        session = Session(Access(socket, url, token), surroundings(click.get_current_context()))
        with closing(session):
            return call(session, **given)

    call: Callable[..., R] = command
    functools.update_wrapper(run, command)
    return functools.reduce(lambda made, option: option(made), reversed(_OPTIONS), run)


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add --json: JSON on stdout in place of text for people."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


router_argument = click.argument("router", metavar="ROUTER")
