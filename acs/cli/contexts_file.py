"""The file of contexts: names for several daemons, with what opens them. Nothing is printed here.

It may hold tokens, so it is written with mode 0600 and refused when others could read it.
"""

import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from acs.cli.errors import NOT_FOUND, USAGE, CliError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Context(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One daemon: a socket, or a URL with a token or the file of one. Its repr hides the token.

    ``ca`` is the path of a PEM file of authorities; empty: the usual ones.
    """

    socket: str = ""
    url: str = ""
    token: str = ""
    token_file: str = ""
    ca: str = ""

    def __repr__(self) -> str:
        return f"Context({self.url or self.socket})"

    def secret(self) -> str:
        """The token; "" if there is none.

        Raises:
            CliError: its file cannot be read, or others can read it.
        """
        if not self.token_file:
            return self.token
        path = Path(self.token_file)
        text = _private(path, stat.S_IRWXO)
        found = text.decode("ascii", "replace").strip()
        if not found.isprintable() or not found.isascii() or " " in found or not found:
            raise CliError(f"{path} holds no token: one line of it is expected")
        return found


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All contexts, and the one in use."""

    current: str | None = None
    contexts: dict[str, Context] = {}

    def named(self, name: str) -> Context:
        """The context of that name.

        Raises:
            CliError: there is none; those that there are are listed.
        """
        found = self.contexts.get(name)
        if found is None:
            known = ", ".join(sorted(self.contexts)) or "none; acs contexts add makes one"
            raise CliError(f"no context is called {name!r}; there are: {known}", NOT_FOUND)
        return found


def path_of(environ: Mapping[str, str]) -> Path:
    """Where the file is: under XDG_CONFIG_HOME, or ~/.config."""
    base = environ.get("XDG_CONFIG_HOME", "")
    # XDG Base Directory Specification: a relative path there is to be ignored.
    root = Path(base) if base.startswith("/") else Path(environ.get("HOME", "/")) / ".config"
    return root / "acsd" / "contexts.json"


def read(path: Path) -> Book:
    """The contexts; none if there is no file.

    Raises:
        CliError: the file cannot be read, is none of ours, or others could read it.
    """
    if not path.exists():
        return Book()
    try:
        return msgspec.json.decode(_private(path, _OTHERS), type=Book)
    except msgspec.DecodeError as error:
        raise CliError(f"{path}: {error}") from error


def write(path: Path, book: Book) -> None:
    """Put the contexts in place of what the file held, readable by its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(book), indent=2) + b"\n"
    # mkstemp makes the file with mode 0600; renaming leaves no moment with half of it.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".contexts-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def check_name(name: str) -> str:
    """A name that can be typed and completed.

    Raises:
        CliError: it is none.
    """
    if not _NAME.fullmatch(name):
        allowed = "letters, digits, dots, dashes and underscores, 64 at most, a letter first"
        raise CliError(f"{name!r} cannot be a context's name; allowed are {allowed}", USAGE)
    return name


def check_url(url: str) -> str:
    """A URL that can be stored and shown: it holds no password.

    Raises:
        CliError: it is none.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CliError("--url: a daemon's address is like https://acs.example.net", USAGE)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise CliError("--url: no user, password or query; the token is stored apart", USAGE)
    return url.rstrip("/")


@dataclass(frozen=True)
class Asked:
    """What flags and environment say of the daemon's place; "" where they say nothing."""

    flag_socket: str = ""
    flag_url: str = ""
    flag_context: str = ""
    socket: str = ""
    url: str = ""
    context: str = ""


def chosen(asked: Asked, book: Callable[[], Book]) -> Context | None:
    """The place that is meant: flags before the environment, before the context in use.

    Args:
        asked: what was said.
        book: reads the contexts; called only when nothing that goes before says a place.

    Returns:
        None: nobody said anything, the default socket is meant.

    Raises:
        CliError: two flags contradict each other, or a context is not there.
    """
    if asked.flag_context and (asked.flag_url or asked.flag_socket):
        raise CliError("--context names a place, as --url and --socket do; give one", USAGE)
    for url, socket, name in (
        (asked.flag_url, asked.flag_socket, asked.flag_context),
        (asked.url, asked.socket, asked.context),
    ):
        if url:
            return Context(url=url)
        if socket:
            return Context(socket=socket)
        if name:
            return book().named(name)
    known = book()
    return known.named(known.current) if known.current else None


def _private(path: Path, forbidden: int) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & forbidden:
                raise CliError(f"{path} can be read by others: chmod 600 {path}")
            return file.read()
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}") from error
